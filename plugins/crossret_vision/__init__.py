"""First-party vision components of crossret."""
