"""Neural engines: models that the user brings, read from a folder, and one that comes as a package."""
