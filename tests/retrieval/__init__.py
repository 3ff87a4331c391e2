"""Tests of crossret.retrieval."""
