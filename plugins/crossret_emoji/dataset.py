"""The data set ``emoji``: drawings of concepts by six designers, and their names in many languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crossret.contracts.data import Caption, Description, Item, Problem, ProtocolInfo, Split
from crossret.errors import DataError, unknown
from crossret_emoji.concepts import Concept, load_concepts
from crossret_emoji.description import describe
from crossret_emoji.languages import Language, load_languages
from crossret_emoji.layout import DESIGNS, SHIPPED, SOURCE_LANGUAGE, TRANSLATIONS
from crossret_emoji.manifest import read_manifest
from crossret_emoji.pictures import Drawings
from crossret_emoji.protocols import PROTOCOLS, build_split, captioned, protocol_rule, rule
from crossret_emoji.texts import NAME, Text, load_texts
from crossret_emoji.verification import verify

if TYPE_CHECKING:
    from PIL.Image import Image


class EmojiDataset:
    """Concept names of Unicode CLDR with drawings; implements :class:`crossret.contracts.data.Dataset`.

    Files are read when they are first needed. Concepts and drawings are kept for the life of the object. Texts are not:
    those of all languages fill 300 MB, and those of one are read in 25 ms. A pickled data set is only its folder.
    """

    def __init__(self, root: str | None = None) -> None:
        """Use the data that come with the package, or a copy of that folder at ``root``."""
        self._root = SHIPPED if root is None else Path(root)
        self._forget()

    def __getstate__(self) -> Path:
        return self._root

    def __setstate__(self, root: Path) -> None:
        self._root = root
        self._forget()

    def _forget(self) -> None:
        self._concepts: tuple[Concept, ...] = ()
        self._languages: Mapping[str, Language] = {}
        self._drawings: dict[str, Drawings] = {}

    @property
    def source_language(self) -> str:
        """English: its human names and keywords may be trained on."""
        return SOURCE_LANGUAGE

    @property
    def protocols(self) -> Mapping[str, ProtocolInfo]:
        """``cross-design`` (the default) and ``cross-concept``."""
        return {name: protocol.info() for name, protocol in PROTOCOLS.items()}

    def fingerprint(self) -> str:
        """Hash over the manifest's hashes of concepts, texts, drawings and translations."""
        return read_manifest(self._root).fingerprint()

    def test_languages(self, protocol: str) -> tuple[str, ...]:
        """All languages with human names, in order of their codes; the same for both protocols."""
        protocol_rule(protocol)
        return tuple(self._known_languages())

    def split(self, protocol: str, name: str) -> Split:
        """The items of ``train``, ``val`` or a test gallery, in the order of ``concepts.csv``."""
        return build_split(name, rule(protocol, name), self._all_concepts())

    def captions(self, protocol: str, split: str, lang: str) -> tuple[Caption, ...]:
        """Human names of a split's subjects, for ``train`` the keywords too.

        ``val`` gives the names of its queried subjects only.

        Raises:
            UsageError: unknown protocol, split or language.
            DataError: the language has no text for any subject of the split.
        """
        subjects = captioned(self.split(protocol, split))
        found = tuple(
            text.caption(lang)
            for text in self._texts_of(lang)
            if text.concept in subjects and (split == "train" or text.kind == NAME)
        )
        if not found:
            raise DataError(
                f"emoji, protocol {protocol}, split {split}: found no text in {lang!r}; expected at least one"
            )
        return found

    def parallel(self, protocol: str, lang: str) -> bool:
        """Yes: CLDR's names of a language render the English ones."""
        return True

    def image(self, item: Item) -> Image:
        """The drawing, 128 by 128 pixels, RGB on white.

        Raises:
            UsageError: the item is not of this data set.
            DataError: the drawing is missing or cannot be decoded.
        """
        design, _, concept = item.id.partition("/")
        if design not in DESIGNS:
            raise unknown("design of data set 'emoji'", design, DESIGNS)
        if design not in self._drawings:
            self._drawings[design] = Drawings(self._root, design)
        return self._drawings[design].image(concept)

    def translations(self) -> Path | None:
        """The table of machine translations between English and other languages."""
        return self._root / TRANSLATIONS

    def describe(self, protocol: str) -> Description:
        """Counts of a protocol's splits, one row per language, and the data card."""
        return describe(self._root, protocol, self._all_concepts(), self._known_languages())

    def verify(self) -> Sequence[Problem]:
        """Compare every file with the manifest and check that tables and drawings fit together."""
        return verify(self._root)

    def _all_concepts(self) -> tuple[Concept, ...]:
        if not self._concepts:
            self._concepts = load_concepts(self._root)
        return self._concepts

    def _known_languages(self) -> Mapping[str, Language]:
        if not self._languages:
            self._languages = load_languages(self._root)
        return self._languages

    def _texts_of(self, lang: str) -> tuple[Text, ...]:
        if lang not in self._known_languages():
            raise unknown("language of data set 'emoji'", lang, self._known_languages())
        return load_texts(self._root, lang)
