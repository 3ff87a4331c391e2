"""Models of other programs, read without running anything that they contain."""
