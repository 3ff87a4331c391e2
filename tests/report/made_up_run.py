"""A run whose every number is made up by rule: the same page on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tiny_data import TinyDataset

from crossret.contracts.data import Caption, Item
from crossret.contracts.meta import Meta
from crossret.registry import Component, Registry
from crossret.report.chapters import Asked, Chapter, chapters
from crossret.report.page import page
from crossret.results.figures import Shown
from crossret.results.ranks_file import Failures, QueryRanks, RanksByGallery
from crossret.results.record import Cost, CurvePoint, Direction, Environment, GalleryScores, Record, UnitId
from crossret.results.store import Store, read_all

GALLERY = "test"
TERMS = ("source", "target", "cycle", "adversarial")
DATASET = TinyDataset()
Rows = dict[str, dict[str, Any]]

# By method: how good it is, and what its record says.
ROWS: Rows = {
    "lexical": {"quality": 2, "label": "lexical overlap", "training_key": "", "group": "baseline"},
    "full": {"quality": 9, "label": "NRCCR", "terms": TERMS, "baseline": True},
    "no-cycle": {"quality": 7, "label": "without back-translation", "terms": TERMS[:2], "ablated": TERMS[2:]},
    "noisy-20": {"quality": 6, "label": "NRCCR, 20 % noise", "terms": TERMS, "share": 0.2},
    "noisy-60": {"quality": 4, "label": "NRCCR, 60 % noise", "terms": TERMS, "share": 0.6},
    "human": {"quality": 11, "label": "human (oracle)", "terms": TERMS[:2], "group": "oracle"},
}


def write_run(folder: Path) -> None:
    """Records of every method, in two languages and with two seeds."""
    for method, facts in ROWS.items():
        for language in ("en", "xx"):
            for seed in (0, 1):
                Store(folder).write(*_record(method, language, seed, **facts))


def chapters_of(folder: Path, metric: str = "sumr") -> tuple[Chapter, ...]:
    """The chapter of the run, with every part that a report can have."""
    registry = Registry()
    registry.add(Component("dataset", "tiny", "tiny_data:TinyDataset", Meta(), "tiny", "tiny"))
    return chapters(read_all([folder]), (), Asked(Shown.named(metric, "both"), None, None, {}), registry)


def _record(
    method: str, language: str, seed: int, *, quality: int, share: float = 0.0, **changes: Any
) -> tuple[Record, RanksByGallery]:
    captions = [one for one in DATASET.captions("plain", GALLERY, language) if one.kind == "sentence"]
    items = list(DATASET.split("plain", GALLERY).items)
    good = quality + seed + (language == "en")
    ranks: RanksByGallery = {GALLERY: {"t2v": _ranks(captions, items, good), "v2t": _ranks(items, captions, good)}}
    t2v, v2t = (_direction(ranks[GALLERY][name].rank) for name in ("t2v", "v2t"))
    recalls = sum(one.r1 + one.r5 + one.r10 for one in (t2v, v2t))
    key = f"{method}-{language}-{seed}"
    translation = (
        {"translator": "noise:file", "options": {"share": share}} if share else {"translator": "file", "options": {}}
    )
    trained = changes.get("training_key") != ""
    record = Record(
        unit=UnitId(dataset="tiny", protocol="plain", language=language, method=method, seed=seed),
        suite="made-up",
        query="target",
        recipe={"data": {"dataset": "tiny"}, "translation": translation, "baseline": "lexical"},
        components={"dataset": DATASET.fingerprint()},
        data_hash="d" * 64,
        environment=Environment(
            device="cpu", threads=1, precision="float32", versions={"crossret": "0.1.0", "torch": "2.0"}, plugins={}
        ),
        curve=tuple(_curve(quality, seed)) if trained else (),
        scores=(
            GalleryScores(gallery=GALLERY, items=len(items), captions=len(captions), t2v=t2v, v2t=v2t, sumr=recalls),
        ),
        cost=Cost(training_seconds=1.0, evaluation_seconds=1.0, peak_memory_mb=1.0),
        ranks_file="",
        command="crossret bench made-up --out run",
        finished="2025-01-01T00:00:00+00:00",
        key=key,
        **({"training_key": key} | changes),
    )
    return record, ranks


def _ranks(queries: list[Caption] | list[Item], gallery: list[Item] | list[Caption], quality: int) -> QueryRanks:
    """Every so-manieth query goes wrong, later ones more; what is found is what comes next."""
    count = len(queries)
    rank = np.array([1 if n % 12 < quality else 2 + n % (len(gallery) - 2) for n in range(count)])
    ids = np.array([one.id for one in queries])
    worst = np.argsort(-rank, kind="stable")[:2]
    found = np.array([[gallery[(place + 3 + k) % len(gallery)].id for k in range(5)] for place in worst])
    subjects = np.array([one.subject for one in queries])
    return QueryRanks(ids, subjects, rank, Failures(ids[worst], found))


def _direction(rank: np.ndarray) -> Direction:
    r1, r5, r10 = (float(100 * (rank <= most).mean()) for most in (1, 5, 10))
    return Direction(
        r1=r1, r5=r5, r10=r10, medr=float(np.median(rank)), meanr=float(rank.mean()), map=0.5, queries=len(rank)
    )


def _curve(quality: int, seed: int) -> Iterator[CurvePoint]:
    for epoch in (1, 2, 3, 4):
        validation = 20.0 * quality * (1 - 0.5**epoch) + seed
        yield CurvePoint(step=25 * epoch, epoch=epoch, loss=1 / epoch, validation=validation)


def made_up_page(folder: Path) -> Path:
    """The report of the run as a file."""
    write_run(folder)
    file = folder / "report.html"
    file.write_text(page("made-up", "crossret report run", chapters_of(folder)), encoding="utf-8")
    return file
