"""``transformers``: Marian, M2M100 and NLLB models, from a folder or a hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
import transformers

from crossret.contracts.translation import Hop, Translation
from crossret.errors import UsageError, nearest
from crossret_translators.neural.decoding import FAILED, Decoding, to_translation
from crossret_translators.neural.families import Pairs, pairs_of
from crossret_translators.neural.folders import ModelFolder, ModelOption, digest, model_folders
from crossret_translators.neural.hub import model_path
from crossret_translators.neural.transformers_model import GeneratingModel, load_tokenizer

DEVICES = ("cpu", "cuda", "auto")


@dataclass(frozen=True)
class Described:
    """One model before its weights are loaded."""

    folder: ModelFolder
    local_files_only: bool

    @cached_property
    def path(self) -> Path:
        """The folder of its files."""
        return model_path(self.folder.path, self.local_files_only)

    @property
    def name(self) -> str:
        """The name on the hub, or that of the folder."""
        return self.path.resolve().name if Path(self.folder.path).is_dir() else self.folder.path

    @cached_property
    def tokenizer(self) -> Any:
        """Its tokenizer."""
        return load_tokenizer(self.path)

    @cached_property
    def pairs(self) -> Pairs:
        """What it translates."""
        languages = getattr(self.tokenizer, "lang_token_to_id", {})
        found = ModelFolder(str(self.path), self.folder.source, self.folder.target)
        return pairs_of(found, {*self.tokenizer.get_vocab(), *languages})

    @cached_property
    def digest(self) -> str:
        """Hash of its files."""
        return digest(self.path)


class TransformersEngine:
    """Runs models of transformers with ``generate``, many sentences at once; bfloat16 on a GPU, float32 on a CPU.

    Args:
        models: a folder or a name on the hub, or a list of them; ``{path, source, target}`` says BCP-47 codes where
            the files do not, and leaves out the model's other languages.
        local_files_only: never go online.
        device: ``cpu``, ``cuda`` or ``auto``.
        beam: hypotheses that are followed.
        alternatives: further translations, fewer than ``beam``.
        most_tokens: longer texts, and translations that do not end within it, are ``failed``.
        batch_tokens: how many tokens of the source, times ``beam``, are computed at once.

    Raises:
        UsageError: an option is out of range, or the device is not there.
    """

    name = "transformers"
    chunk = 500
    most_characters = 10_000
    order_sensitive = False

    def __init__(
        self,
        models: ModelOption | Sequence[ModelOption],
        local_files_only: bool = False,
        device: str = "auto",
        beam: int = 4,
        alternatives: int = 0,
        most_tokens: int = 256,
        batch_tokens: int = 4096,
    ) -> None:
        self._decoding = Decoding(beam, alternatives, most_tokens, batch_tokens)
        self._device = _device(device)
        folders = model_folders(self.name, models)
        self._models = tuple(Described(folder, local_files_only) for folder in folders)
        self._loaded: dict[Path, GeneratingModel] = {}

    def hops(self) -> tuple[Hop, ...]:
        """Every pair of every model; of several models for a pair, the first.

        Raises:
            ComponentError: a model is not here and cannot be got.
            DataError: it cannot be loaded.
            UsageError: nothing says which languages a model has.
        """
        return self._hops

    def paths(self, source: str, target: str) -> tuple[tuple[str, ...], ...]:
        """None is known to be better than the shortest."""
        return ()

    def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
        """One answer per text, with its score: the mean log-probability of its tokens.

        Raises:
            DataError: the model cannot be loaded.
        """
        model = self._model(hop)
        found = self._load(model).hypotheses(texts, model.pairs[hop.source, hop.target], self._decoding)
        return [
            to_translation(text, hypotheses) if hypotheses else FAILED
            for text, hypotheses in zip(texts, found, strict=True)
        ]

    def fingerprint(self) -> str:
        """Hash of the options that answers depend on."""
        return self._decoding.fingerprint("transformers 1")

    def provenance(self, hop: Hop) -> Mapping[str, object]:
        """The model and its files, and how it is asked."""
        model = self._model(hop)
        return {
            "program": f"transformers {transformers.__version__}, torch {torch.__version__}",
            "program_licence": "Apache-2.0",
            "model": model.name,
            "model_digest": model.digest,
            "device": self._device.type,
            "precision": self._precision(),
            "beam": self._decoding.beam,
            "most_tokens": self._decoding.most_tokens,
        }

    def advice(self, source: str, target: str) -> str:
        """How to add a pair."""
        return f"name a further model for {source} → {target} in translation.options.models"

    def close(self) -> None:
        """Free the models."""
        self._loaded.clear()

    def _precision(self) -> str:
        return "bfloat16" if self._device.type == "cuda" else "float32"

    @cached_property
    def _hops(self) -> tuple[Hop, ...]:
        found: dict[tuple[str, str], Hop] = {}
        for model in self._models:
            version = f"transformers {transformers.__version__}; {self._precision()}; model {model.digest}"
            for source, target in model.pairs:
                found.setdefault((source, target), Hop(self.name, source, target, model.name, version))
        return tuple(found.values())

    def _model(self, hop: Hop) -> Described:
        return next(model for model in self._models if (hop.source, hop.target) in model.pairs)

    def _load(self, model: Described) -> GeneratingModel:
        if model.path not in self._loaded:
            self._loaded[model.path] = GeneratingModel(model.path, model.tokenizer, self._device)
        return self._loaded[model.path]


def _device(name: str) -> torch.device:
    if name not in DEVICES:
        raise UsageError(f"unknown device {name!r}{nearest(name, DEVICES)}")
    if name == "cuda" and not torch.cuda.is_available():
        raise UsageError("device is 'cuda', but torch finds no GPU here; expected cpu or auto")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")
