"""First-party text components of crossret."""
