"""First-party emoji components of crossret."""
