"""Asks a model or a baseline for the ranks of a gallery's positives."""
