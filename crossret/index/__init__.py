"""Search at scale: corpora embedded shard by shard, and FAISS indexes over them on disk."""
