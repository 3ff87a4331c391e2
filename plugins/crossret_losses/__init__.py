"""First-party losses components of crossret."""
