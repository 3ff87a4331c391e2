"""Writes a small distribution with one component, for an author to begin with."""
