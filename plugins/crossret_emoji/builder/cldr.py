"""Names and keywords of Unicode CLDR."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from crossret_emoji.builder.sources import Packages

_ANNOTATIONS = "cldr-annotations-full"
_LOCALE_NAMES = "cldr-localenames-full"
_VARIATION_SELECTOR = "\ufe0f"


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one locale says about one emoji."""

    name: str | None
    keywords: tuple[str, ...]


def without_selector(emoji: str) -> str:
    """Drop the variation selector, which sources use differently."""
    return emoji.replace(_VARIATION_SELECTOR, "")


def concept_id(emoji: str) -> str:
    """Hexadecimal code points joined by ``-``, without the variation selector."""
    return "-".join(f"{ord(char):04x}" for char in without_selector(emoji))


def read_locale(packages: Packages, locale: str) -> dict[str, Annotation]:
    """All annotations a locale writes itself, by emoji without variation selector."""
    data = packages.json(_ANNOTATIONS, "annotations", locale, "annotations.json")["annotations"]
    return {
        without_selector(emoji): Annotation(
            _clean((entry.get("tts") or [""])[0]) or None, _distinct(entry.get("default") or [])
        )
        for emoji, entry in data.get("annotations", {}).items()
    }


def locales(packages: Packages) -> list[str]:
    """All locales that have annotations."""
    return sorted(path.name for path in packages.path(_ANNOTATIONS, "annotations").iterdir())


def english_language_names(packages: Packages) -> dict[str, str]:
    """English names of languages by code."""
    data = packages.json(_LOCALE_NAMES, "main", "en", "languages.json")
    names: dict[str, str] = data["main"]["en"]["localeDisplayNames"]["languages"]
    return names


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_clean, texts))))
