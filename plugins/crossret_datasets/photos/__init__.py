"""``multi30k-f8k``: the photos that Flickr8k and Multi30K share, with captions in seven languages.

A reader only: pictures and captions are for research use and never part of a distribution.
"""
