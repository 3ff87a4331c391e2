"""Apertium as a separate program: rule-based translation between languages, many of them small."""
