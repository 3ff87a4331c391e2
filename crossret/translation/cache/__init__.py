"""Translations are made once: what engines said, hop by hop, in one file that processes share."""
