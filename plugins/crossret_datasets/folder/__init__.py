"""Anybody's data: a folder of pictures or clips and a table of captions."""
