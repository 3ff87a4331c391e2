"""Where things lie in the folder, and which captions a score may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

INDEX: Final = "index.tsv"
INDEX_COLUMNS: Final = ("id", "split", "image", "flickr8k_file")
CAPTION_COLUMNS: Final = ("id", "split", "protocol", "k", "by", "text")
CHECKSUMS: Final = "SHA256SUMS"
SOURCE: Final = "en"

# One protocol per language, never two in one score: translations of the same English sentence where they exist.
CAPTIONS: Final[Mapping[str, str]] = {
    "en": "task1",
    "de": "task1",
    "fr": "task1",
    "cs": "task1",
    "pt-BR": "task1",
    "zh": "flickr8k-cn",
    "ar": "arabic-flickr8k",
}
NAMES: Final[Mapping[str, str]] = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "cs": "Czech",
    "pt-BR": "Brazilian Portuguese",
    "zh": "Chinese",
    "ar": "Arabic",
}


def captions_file(lang: str) -> str:
    """Human captions of one language."""
    return f"captions/{lang}.tsv.gz"
