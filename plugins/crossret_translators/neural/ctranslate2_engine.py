"""``ctranslate2``: any OPUS-MT, NLLB or M2M100 model that CTranslate2 has converted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ctranslate2

from crossret.contracts.translation import Hop, Translation
from crossret_translators.neural.ctranslate2_model import (
    ConvertedModel,
    Search,
    check_converted,
    ending,
    machine,
    vocabulary,
)
from crossret_translators.neural.decoding import FAILED, Decoding, to_translation
from crossret_translators.neural.families import Pairs, pairs_of
from crossret_translators.neural.folders import ModelFolder, ModelOption, digest, existing, model_folders
from crossret_translators.neural.pieces import pieces_of


@dataclass(frozen=True)
class Converted:
    """One model before it is loaded."""

    folder: ModelFolder

    @cached_property
    def path(self) -> Path:
        """Its folder, checked."""
        path = existing("ctranslate2", self.folder)
        check_converted(path)
        return path

    @cached_property
    def pairs(self) -> Pairs:
        """What it translates."""
        return pairs_of(self.folder, vocabulary(self.path))

    @cached_property
    def digest(self) -> str:
        """Hash of its files."""
        return digest(self.path)


class CTranslate2Engine:
    """Runs converted models, one per folder, many sentences at once.

    Args:
        models: the folder of a model, or a list of folders; ``{path, source, target}`` says BCP-47 codes where the
            folder does not, and leaves out the model's other languages.
        device: ``cpu``, ``cuda`` or ``auto``.
        precision: as CTranslate2 calls it; default: ``int8`` on a CPU, ``float16`` on a GPU (or ``int8_float16``).
        beam: hypotheses that are followed.
        alternatives: further translations, fewer than ``beam``.
        most_tokens: longer texts, and translations that do not end within it, are ``failed``.
        batch_tokens: how many tokens are computed at once.

    Raises:
        UsageError: an option is out of range, or the device is not there.
    """

    name = "ctranslate2"
    chunk = 1000
    most_characters = 10_000
    order_sensitive = False

    def __init__(
        self,
        models: ModelOption | Sequence[ModelOption],
        device: str = "auto",
        precision: str = "",
        beam: int = 4,
        alternatives: int = 0,
        most_tokens: int = 256,
        batch_tokens: int = 2048,
    ) -> None:
        self._decoding = Decoding(beam, alternatives, most_tokens, batch_tokens)
        self._machine = machine(device, precision)
        self._models = tuple(Converted(folder) for folder in model_folders(self.name, models))
        self._loaded: dict[Path, ConvertedModel] = {}

    def hops(self) -> tuple[Hop, ...]:
        """Every pair of every model; of several models for a pair, the first.

        Raises:
            DataError: a folder is missing, or holds something else.
            UsageError: nothing says which languages a model has.
        """
        return self._hops

    def paths(self, source: str, target: str) -> tuple[tuple[str, ...], ...]:
        """None is known to be better than the shortest."""
        return ()

    def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
        """One answer per text; its score is the mean log-probability of its tokens, one of the language among them.

        Raises:
            ComponentError: the model does not work.
            DataError: it cannot be loaded.
        """
        model = self._model(hop)
        tags = model.pairs[hop.source, hop.target]
        found = self._load(model).hypotheses(texts, tags, ending(model.path), self._decoding)
        return [
            to_translation(text, hypotheses) if hypotheses else FAILED
            for text, hypotheses in zip(texts, found, strict=True)
        ]

    def fingerprint(self) -> str:
        """Hash of the options that answers depend on."""
        return self._decoding.fingerprint("ctranslate2 1")

    def provenance(self, hop: Hop) -> Mapping[str, object]:
        """The model's folder and files, and how it is asked."""
        model = self._model(hop)
        return {
            "program": f"CTranslate2 {ctranslate2.__version__}",
            "program_licence": "MIT",
            "model": model.path.resolve().name,
            "model_digest": model.digest,
            "device": self._machine.device,
            "precision": self._machine.precision,
            "beam": self._decoding.beam,
            "most_tokens": self._decoding.most_tokens,
        }

    def advice(self, source: str, target: str) -> str:
        """How to add a pair."""
        return f"name a further model for {source} → {target} in translation.options.models"

    def close(self) -> None:
        """Free the models."""
        self._loaded.clear()

    @cached_property
    def _hops(self) -> tuple[Hop, ...]:
        found: dict[tuple[str, str], Hop] = {}
        for model in self._models:
            version = f"ctranslate2 {ctranslate2.__version__}; {self._machine.precision}; model {model.digest}"
            for source, target in model.pairs:
                found.setdefault((source, target), Hop(self.name, source, target, model.path.resolve().name, version))
        return tuple(found.values())

    def _model(self, hop: Hop) -> Converted:
        return next(model for model in self._models if (hop.source, hop.target) in model.pairs)

    def _load(self, model: Converted) -> ConvertedModel:
        if model.path not in self._loaded:
            self._loaded[model.path] = ConvertedModel(model.path, pieces_of(model.path), self._machine, Search())
        return self._loaded[model.path]
