"""Where each shipped file lies inside the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SHIPPED: Final = Path(__file__).parent / "data"

DESIGNS: Final = ("noto", "twemoji", "fluent-flat", "noto-v1", "emojione-v2", "fxemoji")
IMAGE_SIZE: Final = 128
SOURCE_LANGUAGE: Final = "en"

CONCEPTS: Final = "concepts.csv"
LANGUAGES: Final = "languages.csv"
TRANSLATIONS: Final = "translations.csv.gz"
PROVENANCE: Final = "provenance.json"
MANIFEST: Final = "manifest.json"
CARD: Final = "CARD.md"
NOTICE: Final = "NOTICE.txt"
LICENCES: Final = "LICENSES"

CONCEPT_COLUMNS: Final = (
    "id",
    "emoji",
    "name",
    "group",
    "subgroup",
    "emoji_version",
    "split",
    "cross_design",
    *DESIGNS,
)
LANGUAGE_COLUMNS: Final = (
    "lang",
    "english_name",
    "script",
    "names",
    "distinct_names",
    "keywords",
    "names_same_as_en",
    "keywords_same_as_en",
)
TEXT_COLUMNS: Final = ("id", "kind", "k", "text", "same_as_en")
TRANSLATION_COLUMNS: Final = ("source_lang", "target_lang", "text", "translation", "status", "unknown")


def drawings(design: str) -> str:
    """The zip that holds the pictures of one design."""
    return f"images/{design}.zip"


def member(concept_id: str) -> str:
    """The name of one concept's picture inside its design's zip."""
    return f"{concept_id}.webp"


def texts(lang: str) -> str:
    """The table of human names and keywords in one language."""
    return f"texts/{lang}.csv.gz"
