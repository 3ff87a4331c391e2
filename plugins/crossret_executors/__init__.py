"""First-party executors components of crossret."""
