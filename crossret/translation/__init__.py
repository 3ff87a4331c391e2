"""Translates what is needed: training captions to the target language and back, test captions to the source."""
