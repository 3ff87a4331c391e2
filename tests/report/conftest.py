"""A run of the emoji suite: one row is measured, the others are made from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from report_run import COMMAND, LABEL

from crossret.bench.payload import Origin
from crossret.bench.plan import Selection, make_plan
from crossret.bench.unit import evaluate_baseline
from crossret.plugins import plugins
from crossret.recipe.reading import read_suite
from crossret.report.chapters import Asked, Chapter, chapters
from crossret.results.figures import Shown
from crossret.results.ranks_file import RanksByGallery
from crossret.results.record import CurvePoint, Record
from crossret.results.store import Store, read_all

TERMS = ("source", "target", "cycle")


def variant(record: Record, method: str, share: float = 0.0, **changes: object) -> Record:
    """The record as another method's, trained with some of its translations spoilt."""
    recipe = {**record.recipe, "translation": {"translator": "file", "options": {}}}
    if share:
        recipe["translation"] = {"translator": "noise:file", "options": {"share": share}}
    curve = tuple(CurvePoint(step=s, epoch=s, loss=1 / s, validation=20.0 * s - 30 * share) for s in (1, 2, 3))
    unit = record.unit.model_copy(update={"method": method})
    key = f"{method}{unit.language}"
    return record.model_copy(
        update={"unit": unit, "key": key, "recipe": recipe, "curve": curve, "group": "method", "training_key": key}
        | changes
    )


def worse(ranks: RanksByGallery, every: int) -> RanksByGallery:
    """Every so-manieth query is found fifty places later."""
    return {
        gallery: {
            direction: replace(found, rank=found.rank + 50 * (np.arange(len(found.rank)) % every == 0))
            for direction, found in directions.items()
        }
        for gallery, directions in ranks.items()
    }


@pytest.fixture(scope="package")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("report") / "run"
    selection = Selection(("es", "fr"), ("lexical",), 1, ("evaluation.galleries=[val]",))
    for unit in make_plan(read_suite("emoji"), selection, plugins()).units:
        record, ranks = evaluate_baseline(unit, plugins().registry, Origin(suite="emoji", command=COMMAND))
        full = variant(record, "full", label="Full", terms=TERMS, baseline=True)
        for made, found in (
            (record.model_copy(update={"label": LABEL, "baseline": False}), ranks),
            (full, worse(ranks, 9)),
            (variant(record, "noisy", 0.5, label="Noisy", terms=TERMS), worse(ranks, 3)),
            (variant(record, "bare", label="Bare", terms=TERMS[:2], ablated=("cycle",)), worse(ranks, 8)),
        ):
            Store(root).write(made, found)
    return root


@pytest.fixture(scope="package")
def made(run_folder: Path) -> tuple[Chapter, ...]:
    asked = Asked(Shown.named("sumr", "both"), None, None, {})
    return chapters(read_all([run_folder]), (), asked, plugins().registry)
