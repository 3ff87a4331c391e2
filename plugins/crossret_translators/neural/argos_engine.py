"""``argos``: packages of Argos Translate, read with CTranslate2 directly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import ctranslate2

from crossret.contracts.translation import Hop, Translation
from crossret.errors import DataError, UsageError, nearest
from crossret_translators.neural.argos_package import MODEL, ArgosPackage, read_package, unpack
from crossret_translators.neural.argos_pieces import argos_pieces
from crossret_translators.neural.codes import ARGOS
from crossret_translators.neural.ctranslate2_model import ConvertedModel, Search, machine
from crossret_translators.neural.decoding import FAILED, Decoding, to_translation
from crossret_translators.neural.families import Tags

SEARCH: Final = Search(length_penalty=0.2, replace_unknowns=True)
"""As Argos Translate searches."""


@dataclass(frozen=True)
class Source:
    """Where a package lies: an ``.argosmodel`` file, or a folder with its content."""

    path: Path

    @cached_property
    def package(self) -> ArgosPackage:
        """The package; a file is unpacked into a folder that lives as long as this."""
        if self.path.is_dir():
            return read_package(self.path)
        unpack(self.path, Path(self._folder.name))
        return read_package(Path(self._folder.name))

    @cached_property
    def pair(self) -> tuple[str, str]:
        """BCP-47 codes of its languages."""
        return _language(self.path, self.package.source), _language(self.path, self.package.target)

    @cached_property
    def _folder(self) -> TemporaryDirectory[str]:
        return TemporaryDirectory(prefix="crossret-argos-")


class ArgosEngine:
    """Runs packages of Argos Translate without Argos Translate: nothing is installed, run or fetched.

    A text is taken for one sentence, and not split. Chains of packages are crossret's routes.

    Args:
        packages: an ``.argosmodel`` file or an unpacked one, or a list of them.
        device: ``cpu``, ``cuda`` or ``auto``.
        precision: as CTranslate2 calls it; default: ``int8`` on a CPU, ``float16`` on a GPU.
        beam: hypotheses that are followed.
        alternatives: further translations, fewer than ``beam``.
        most_tokens: longer texts, and translations that do not end within it, are ``failed``.
        batch_tokens: how many tokens are computed at once.

    Raises:
        UsageError: an option is out of range, or the device is not there.
    """

    name = "argos"
    chunk = 1000
    most_characters = 10_000
    order_sensitive = False

    def __init__(
        self,
        packages: str | Sequence[str],
        device: str = "auto",
        precision: str = "",
        beam: int = 4,
        alternatives: int = 0,
        most_tokens: int = 256,
        batch_tokens: int = 2048,
    ) -> None:
        listed = [packages] if isinstance(packages, str) else list(packages)
        if not listed:
            raise UsageError("translator 'argos': packages is empty; expected the path of an .argosmodel")
        self._decoding = Decoding(beam, alternatives, most_tokens, batch_tokens)
        self._machine = machine(device, precision)
        self._sources = tuple(Source(Path(str(path))) for path in listed)
        self._loaded: dict[Path, ConvertedModel] = {}

    def hops(self) -> tuple[Hop, ...]:
        """One for every package; of several for a pair, the first.

        Raises:
            DataError: a package is missing, broken or unsafe, or names a language that is not known.
        """
        found: dict[tuple[str, str], Hop] = {}
        for source in self._sources:
            package = source.package
            version = (
                f"ctranslate2 {ctranslate2.__version__}; {self._machine.precision}; package {package.version}; "
                f"model {package.digest}"
            )
            found.setdefault(source.pair, Hop(self.name, *source.pair, f"{package.source}-{package.target}", version))
        return tuple(found.values())

    def paths(self, source: str, target: str) -> tuple[tuple[str, ...], ...]:
        """None is known to be better than the shortest."""
        return ()

    def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
        """One answer per text; its score is the sum of its tokens' log-probabilities over their number to the 0.2.

        Raises:
            ComponentError: the model does not work.
            DataError: it cannot be loaded.
        """
        package = self._package(hop)
        tags = Tags(start=package.target_prefix)
        found = self._load(package).hypotheses(texts, tags, (), self._decoding)
        return [
            to_translation(text, hypotheses) if hypotheses else FAILED
            for text, hypotheses in zip(texts, found, strict=True)
        ]

    def fingerprint(self) -> str:
        """Hash of the options that answers depend on."""
        return self._decoding.fingerprint("argos 1")

    def provenance(self, hop: Hop) -> Mapping[str, object]:
        """The package and its files, and how it is asked."""
        package = self._package(hop)
        return {
            "program": f"CTranslate2 {ctranslate2.__version__}",
            "program_licence": "MIT",
            "package": hop.mode,
            "package_version": package.version,
            "model_digest": package.digest,
            "device": self._machine.device,
            "precision": self._machine.precision,
            "beam": self._decoding.beam,
            "most_tokens": self._decoding.most_tokens,
        }

    def advice(self, source: str, target: str) -> str:
        """How to add a pair."""
        return f"name a further package for {source} → {target} in translation.options.packages"

    def close(self) -> None:
        """Free the models."""
        self._loaded.clear()

    def _package(self, hop: Hop) -> ArgosPackage:
        return next(source.package for source in self._sources if source.pair == (hop.source, hop.target))

    def _load(self, package: ArgosPackage) -> ConvertedModel:
        if package.path not in self._loaded:
            pieces = argos_pieces(package)
            self._loaded[package.path] = ConvertedModel(package.path / MODEL, pieces, self._machine, SEARCH)
        return self._loaded[package.path]


def _language(path: Path, code: str) -> str:
    found = next((language for language, own in ARGOS if own == code), None)
    if found is None:
        raise DataError(f"{path}: unknown language {code!r}{nearest(code, (own for _, own in ARGOS))}")
    return found
