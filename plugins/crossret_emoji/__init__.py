"""Emoji concept names: the data set that comes with crossret."""
