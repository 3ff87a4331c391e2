"""Reads data in the on-disk layout of the NRCCR authors: captions, recorded translations, features."""
