"""Which trained models are served, and those that are loaded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crossret.bench.assembly import Assembly
from crossret.bench.checkpoints import MODEL_FILE, read_checkpoint
from crossret.bench.searcher import Searcher
from crossret.contracts.data import Dataset
from crossret.errors import CrossretError, DataError, UsageError, reason, unknown
from crossret.index.asking import StoredIndex
from crossret.recipe.models import Recipe
from crossret.recipe.reading import validated
from crossret.registry import Registry
from crossret.results.record import Record
from crossret.results.run_files import safe_name
from crossret.results.store import read_all
from crossret.training.tensor_files import read_facts

MOST_LOADED = 4


@dataclass(frozen=True)
class Served:
    """One trained model.

    Attributes:
        id: its name in addresses.
        path: file of its weights.
        methods: labels of the methods that ask it; empty if no record tells.
        trained: target languages it was trained on; empty: the source language only.
        languages: those that the data set has captions in.
        validation: its best validation score, where a record tells.
        assembly: its recipe over its data set.
        indexes: by name, what it can search in besides the galleries.
    """

    id: str
    path: Path
    methods: tuple[str, ...]
    trained: tuple[str, ...]
    seed: int
    languages: tuple[str, ...]
    galleries: tuple[str, ...]
    validation: float | None
    assembly: Assembly
    indexes: Mapping[str, StoredIndex] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What people call it."""
        return ", ".join(self.methods) or self.path.parent.name


def find_models(
    paths: Sequence[Path], registry: Registry, device: str, left_out: Callable[[str], None]
) -> list[Served]:
    """Every trained model at some places: checkpoints, folders of them, run folders.

    Args:
        paths: where to look.
        registry: builds their data sets.
        device: where they will compute.
        left_out: told of every model that cannot be served, in one line.

    Raises:
        DataError: there is none.
    """
    found: dict[Path, Served] = {}
    for path in paths:
        records = _records(path)
        for file in _files(path):
            try:
                served = _served(file, records, registry, device, {one.id for one in found.values()})
            except CrossretError as error:
                left_out(f"left out {file}: {reason(error)}")
            else:
                found.setdefault(file.resolve(), served)
    if not found:
        raise DataError(f"{', '.join(map(str, paths))}: no trained model here (expected {MODEL_FILE})")
    return sorted(found.values(), key=lambda one: (-(one.validation or 0.0), one.label, one.id))


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob(MODEL_FILE))


def _records(path: Path) -> list[Record]:
    """Those of a run; a folder without any is served all the same."""
    try:
        return [stored.record for stored in read_all([path])] if path.is_dir() else []
    except DataError:
        return []


def _served(file: Path, records: list[Record], registry: Registry, device: str, taken: set[str]) -> Served:
    facts = read_facts(file)
    if not {"recipe", "languages", "seed", "key"} <= facts.keys():
        raise DataError("not a crossret checkpoint")
    assembly = Assembly(validated(Recipe, facts["recipe"], str(file)), registry, device)
    asked = [record for record in records if record.training_key == facts["key"]]
    name = safe_name(file.parent.name)
    number = next(n for n in range(1, len(taken) + 2) if _numbered(name, n) not in taken)
    return Served(
        _numbered(name, number),
        file,
        tuple(dict.fromkeys(record.label for record in asked)),
        tuple(facts["languages"]),
        int(facts["seed"]),
        tuple(assembly.dataset.test_languages(assembly.protocol)),
        tuple(assembly.dataset.protocols[assembly.protocol].galleries),
        max((record.best_validation for record in asked if record.best_validation is not None), default=None),
        assembly,
    )


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


class Shelf:
    """Loads models when they are asked for, and keeps those that were asked for last. For one thread."""

    def __init__(self, models: Sequence[Served], registry: Registry, device: str) -> None:
        self.models = {model.id: model for model in models}
        self._registry = registry
        self._device = device
        self._loaded: OrderedDict[str, Searcher] = OrderedDict()

    def searcher(self, name: str) -> Searcher:
        """The model of a name, ready to be asked.

        Raises:
            UsageError: there is none.
            DataError: it cannot be read.
        """
        model = self.named(name)
        if name not in self._loaded:
            self._loaded[name] = Searcher(read_checkpoint(model.path, self._registry, self._device))
            if len(self._loaded) > MOST_LOADED:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(name)
        return self._loaded[name]

    def add_index(self, index: StoredIndex) -> None:
        """Let the model that made an index search in it, by the name of its folder.

        Raises:
            UsageError: no model here made it.
        """
        at = Path(index.manifest.model.path).resolve()
        # The likely one first: telling whether a model made an index takes loading it.
        for model in sorted(self.models.values(), key=lambda one: at not in (one.path, *one.path.parents)):
            if index.is_made_by(self.searcher(model.id).checkpoint):
                name = f"index: {index.folder.resolve().name}"
                self.models[model.id] = replace(model, indexes={**model.indexes, name: index})
                return
        raise UsageError(
            f"{index.folder}: made with checkpoint {index.manifest.model.fingerprint[:8]} ({at}), "
            f"which is not among the {len(self.models)} models that are served"
        )

    def named(self, name: str) -> Served:
        """The facts of a model.

        Raises:
            UsageError: there is none of this name.
        """
        if name not in self.models:
            raise unknown("model", name, self.models)
        return self.models[name]


def facts_of(model: Served) -> dict[str, Any]:
    """What the page needs to know about a model."""
    dataset: Dataset = model.assembly.dataset
    source = dataset.source_language
    return {
        "id": model.id,
        "label": model.label,
        "methods": list(model.methods),
        "trained": list(model.trained),
        "source": source,
        "seed": model.seed,
        "languages": list(model.languages),
        "galleries": [*model.galleries, *model.indexes],
        "validation": model.validation,
        "dataset": model.assembly.recipe.data.dataset,
    }
