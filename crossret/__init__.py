"""crossret: train, evaluate, ablate and rank cross-lingual cross-modal retrieval methods."""

__version__ = "0.1.0"
