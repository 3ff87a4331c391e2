"""Recipes and suites: what to compute, as validated plain data."""
