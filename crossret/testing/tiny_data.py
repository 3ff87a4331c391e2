"""The data set ``tiny``: 24 coloured shapes, drawn anew for each split, with captions in four languages."""

from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crossret.contracts.data import Caption, Description, Item, Problem, ProtocolInfo, Split
from crossret.contracts.translation import Hop, Route, Translation
from crossret.errors import unknown

if TYPE_CHECKING:
    from PIL.Image import Image

PROTOCOL: Final = "plain"
SPLITS: Final = ("train", "val", "test")
LANGUAGES: Final = ("en", "es", "ru", "zh")
SIZE: Final = 32
ENGINE: Final = "dictionary"
TRANSLATIONS: Final = Path(__file__).with_name("tiny_translations.csv")

# Latin, Cyrillic and Han; the Spanish words have letters beyond ASCII.
COLOURS: Final = {
    "red": ("rojo carmesí", "красный", "红色"),
    "green": ("verde", "зелёный", "绿色"),
    "blue": ("azul añil", "синий", "蓝色"),
    "yellow": ("amarillo limón", "жёлтый", "黄色"),
    "black": ("negro", "чёрный", "黑色"),
    "pink": ("rosa", "розовый", "粉色"),
}
SHAPES: Final = {
    "circle": ("círculo", "круг", "圆形"),
    "square": ("caja", "квадрат", "方形"),
    "bar": ("línea", "полоса", "长条"),
    "cross": ("cruz", "крест", "十字"),
}


class TinyData:
    """Implements ``Dataset`` and ``TranslatedDataset``; every subject is one item and one caption in each split."""

    source_language = "en"
    protocols: Mapping[str, ProtocolInfo] = {PROTOCOL: ProtocolInfo("every shape in every split", ("test",))}

    def fingerprint(self) -> str:
        """Hash of the words."""
        return hashlib.sha256(repr((1, COLOURS, SHAPES, SIZE)).encode()).hexdigest()[:16]

    def test_languages(self, protocol: str) -> tuple[str, ...]:
        """English, Spanish, Russian and Chinese."""
        _known("protocol", protocol, (PROTOCOL,))
        return LANGUAGES

    def split(self, protocol: str, name: str) -> Split:
        """24 items."""
        _known("protocol", protocol, (PROTOCOL,))
        _known("split", name, SPLITS)
        return Split(name, tuple(Item(f"{name}-{subject}", subject) for subject in subjects()))

    def captions(self, protocol: str, split: str, lang: str) -> tuple[Caption, ...]:
        """One per subject."""
        _known("protocol", protocol, (PROTOCOL,))
        _known("split", split, SPLITS)
        _known("language", lang, LANGUAGES)
        return tuple(
            Caption(f"{split}-{subject}-{lang}", subject, lang, text_of(subject, lang)) for subject in subjects()
        )

    def parallel(self, protocol: str, lang: str) -> bool:
        """Every caption of a subject says the same."""
        return True

    def image(self, item: Item) -> Image:
        """The shape on a noisy ground, a little elsewhere in every split."""
        from PIL import Image, ImageDraw

        colour, shape = item.subject.split("-")
        rng = random.Random(item.id)
        picture = Image.frombytes("RGB", (SIZE, SIZE), bytes(rng.randrange(180, 256) for _ in range(SIZE * SIZE * 3)))
        draw = ImageDraw.Draw(picture)
        left, top = rng.randrange(3, 8), rng.randrange(3, 8)
        right, bottom = left + 20, top + 20
        if shape == "circle":
            draw.ellipse((left, top, right, bottom), fill=colour)
        elif shape == "square":
            draw.rectangle((left, top, right, bottom), fill=colour)
        else:
            draw.rectangle((left, top + 8, right, top + 12), fill=colour)
            if shape == "cross":
                draw.rectangle((left + 8, top, left + 12, bottom), fill=colour)
        return picture

    def translations(self) -> Path:
        """Between English and each other language, both ways."""
        return TRANSLATIONS

    def recorded_routes(self, source: str, target: str) -> tuple[Route, ...]:
        """One hop, between English and another language."""
        known = source != target and "en" in (source, target) and {source, target} <= set(LANGUAGES)
        return (Route((Hop(ENGINE, source, target),)),) if known else ()

    def recorded(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
        """By the subject of a caption."""
        return [Translation(text_of(caption.subject, route.hops[-1].target), "ok") for caption in captions]

    def describe(self, protocol: str) -> Description:
        """Counts."""
        _known("protocol", protocol, (PROTOCOL,))
        per_language = {lang: {"captions": len(SPLITS) * len(subjects())} for lang in LANGUAGES}
        return Description({"items": len(SPLITS) * len(subjects())}, per_language, card="# Coloured shapes\n")

    def verify(self) -> Sequence[Problem]:
        """Nothing can be wrong: there are no files but the translations."""
        return ()


def subjects() -> tuple[str, ...]:
    """All of them: ``red-circle``, ``red-square`` and so on."""
    return tuple(f"{colour}-{shape}" for colour in COLOURS for shape in SHAPES)


def text_of(subject: str, lang: str) -> str:
    """The caption of a subject."""
    colour, shape = subject.split("-")
    if lang == "en":
        return f"a {colour} {shape}"
    place = LANGUAGES.index(lang) - 1
    first, second = COLOURS[colour][place], SHAPES[shape][place]
    return {"es": f"{second} {first}", "ru": f"{first} {second}", "zh": f"{first}的{second}"}[lang]


def translation_rows() -> Iterator[tuple[str, str, str, str]]:
    """The rows of the shipped file: source, target, text, translation."""
    for lang in LANGUAGES[1:]:
        for subject in subjects():
            yield "en", lang, text_of(subject, "en"), text_of(subject, lang)
            yield lang, "en", text_of(subject, lang), text_of(subject, "en")


def write_translations(path: Path) -> None:
    """Write the shipped file anew."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("source_lang", "target_lang", "text", "translation"))
        table.writerows(translation_rows())


def _known(what: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise unknown(what, name, known)
