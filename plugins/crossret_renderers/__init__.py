"""First-party renderers components of crossret."""
