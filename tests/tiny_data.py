"""A data set of a dozen subjects in memory, made by rule, so that a test can say what must come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from crossret.contracts.data import Caption, Description, Item, Problem, ProtocolInfo, Split
from crossret.contracts.translation import Hop, Route, Status, Translation
from crossret.errors import DataError, unknown

WORDS = ("red", "green", "blue", "round", "flat", "old", "new", "small", "tall", "warm", "cold", "loud", "soft", "fast")


@dataclass(frozen=True)
class TinyDataset:
    """Subjects ``s0``, ``s1``, …: two items and some captions each; the target language ``xx`` reverses every word.

    Attributes:
        distractors: of the gallery ``test``, how many subjects are no query.
    """

    subjects: int = 12
    fragments: int = 0
    distractors: int = 0
    source_language: str = "en"

    @property
    def protocols(self) -> Mapping[str, ProtocolInfo]:
        return {"plain": ProtocolInfo("all subjects in every split", ("test",))}

    def fingerprint(self) -> str:
        return f"tiny {self.subjects} {self.fragments} {self.distractors}"

    def test_languages(self, protocol: str) -> tuple[str, ...]:
        return ("en", "xx")

    def split(self, protocol: str, name: str) -> Split:
        if name not in ("train", "val", "test"):
            raise unknown("split", name, ("train", "val", "test"))
        items = tuple(Item(f"{name}/s{n}/{copy}", f"s{n}") for n in range(self.subjects) for copy in range(2))
        if name != "test" or not self.distractors:
            return Split(name, items)
        return Split(name, items, frozenset(f"s{n}" for n in range(self.subjects - self.distractors)))

    def captions(self, protocol: str, split: str, lang: str) -> tuple[Caption, ...]:
        if lang not in ("en", "xx"):
            raise unknown("language", lang, ("en", "xx"))
        made = [
            Caption(f"{lang}/s{n}/{k}", f"s{n}", lang, text, "sentence" if k < 2 else "fragment")
            for n in range(self.subjects)
            for k, text in enumerate(texts_of(n, self.fragments if split == "train" else 0))
        ]
        return tuple(replace(c, text=reverse_words(c.text)) if lang == "xx" else c for c in made)

    def image(self, item: Item) -> Image.Image:
        colours = np.random.default_rng(int(item.subject.removeprefix("s"))).integers(0, 256, (4, 4, 3))
        return Image.fromarray(colours.astype(np.uint8)).resize((64, 64), Image.Resampling.NEAREST)

    def translations(self) -> Path | None:
        return None

    def describe(self, protocol: str) -> Description:
        return Description({"subjects": self.subjects}, {})

    def verify(self) -> Sequence[Problem]:
        return ()


def texts_of(subject: int, fragments: int) -> list[str]:
    """Two sentences and some fragments; no two subjects share one."""
    first, second = WORDS[subject % len(WORDS)], WORDS[(subject * 5 + 3) % len(WORDS)]
    sentences = [f"{first} thing number{subject}", f"number{subject} is {second} today"]
    return sentences + [f"{WORDS[k]} part{subject}x{k}" for k in range(fragments)]


def reverse_words(text: str) -> str:
    return " ".join(word[::-1] for word in text.split())


@dataclass(frozen=True)
class ReversingTranslator:
    """Reverses every word, so that the way back returns the text; marks its work with nothing else.

    Attributes:
        failing: texts, in either direction, that it cannot translate.
    """

    failing: frozenset[str] = frozenset()

    def routes(self, source: str, target: str) -> tuple[Route, ...]:
        return (Route((Hop("reverse", source, target),)),) if {source, target} <= {"en", "xx", "yy"} else ()

    def translate(self, texts: Sequence[str], route: Route) -> list[Translation]:
        if any(not text.strip() for text in texts):
            raise DataError("a text is blank")
        return [self._answer(text) for text in texts]

    def _answer(self, text: str) -> Translation:
        if text in self.failing:
            return Translation("", "failed")
        answer = reverse_words(text)
        status: Status = "copied" if answer == text else "ok"
        return Translation(answer, status)

    def fingerprint(self) -> str:
        return f"reverse {sorted(self.failing)}"


@dataclass(frozen=True)
class DoubtfulTranslator:
    """Two routes between ``en`` and ``xx``: word by word, and through ``yy``, which turns the order of the words round.

    Words with digits are unknown to it and stay as they are. Each answer has one alternative, with ``again`` behind it.

    Attributes:
        tells: whether it says which words it did not know.
        failing: texts that it cannot translate.
    """

    tells: bool = True
    failing: frozenset[str] = frozenset()

    def routes(self, source: str, target: str) -> tuple[Route, ...]:
        if {source, target} != {"en", "xx"}:
            return ()
        return (
            Route((Hop("doubt", source, target),)),
            Route((Hop("doubt", source, "yy"), Hop("doubt", "yy", target))),
        )

    def translate(self, texts: Sequence[str], route: Route) -> list[Translation]:
        return [self._answer(text, len(route.hops)) for text in texts]

    def _answer(self, text: str, hops: int) -> Translation:
        if text in self.failing:
            return Translation("", "failed")
        unknown = tuple(word for word in text.split() if any(map(str.isdigit, word)))
        words = [word if word in unknown else word[::-1] for word in text.split()]
        answer = " ".join(words if hops == 1 else reversed(words))
        told = unknown if self.tells else ()
        return Translation(answer, "ok", len(unknown), None, told, ((f"{answer} again", -1.0), (" ", -2.0)))

    def fingerprint(self) -> str:
        return f"doubt {self.tells} {sorted(self.failing)}"
