"""Registers the data set ``emoji``."""

from __future__ import annotations

from typing import Final

from crossret.contracts.meta import Meta
from crossret.hookspecs import Register, hookimpl

# Written out, because registration reads no files; a test compares it with languages.csv.
_CODES = """
af ak am ar as az ba be bg bn bs ca chr cs cv cy da de dsb el en es et eu fa fi fil fo fr ga gd gl gu ha he hi hr hsb
hu hy id ig is it ja jv ka kk km kn ko kok ky lb lo lt lv mi mk ml mn mr ms mt my ne nl no nso om or pa pa-Arab pcm
pl ps pt qu quc rm ro ru rw sc sd shn si sk sl so sq sr sv sw ta te tg th ti tk tn to tr ug uk ur uz vi wo xh yo yue
zh zh-Hant zu
"""
LANGUAGES: Final = tuple(_CODES.split())


@hookimpl
def register_datasets(register: Register) -> None:
    """Register the data set that comes with the package."""
    register(
        "emoji",
        "crossret_emoji.dataset:EmojiDataset",
        Meta(
            summary="names of 1,423 concepts in 115 languages, drawn by up to six designers (shipped, offline)",
            modality="image",
            languages=LANGUAGES,
            licence="Unicode-3.0 AND Apache-2.0 AND MIT AND CC-BY-4.0",
            memory_mb=100,
            seconds_per_1000=0.3,
            source="Unicode CLDR 48.2, Iconify copies of six emoji designs, Apertium of Debian 12",
        ),
    )
