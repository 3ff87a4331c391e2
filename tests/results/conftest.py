"""Synthetic records: every number a table needs, none of the work that makes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from crossret.results.ranks_file import QueryRanks, RanksByGallery
from crossret.results.record import Cost, Direction, Environment, GalleryScores, Record, UnitId
from crossret.results.store import Store, Stored, read_all


def direction(rank: np.ndarray) -> Direction:
    return Direction(
        r1=float(100 * (rank <= 1).mean()),
        r5=float(100 * (rank <= 5).mean()),
        r10=float(100 * (rank <= 10).mean()),
        medr=float(np.median(rank)),
        meanr=float(rank.mean()),
        map=float((1 / rank).mean()),
        queries=len(rank),
    )


def gallery_scores(gallery: str, t2v: np.ndarray, v2t: np.ndarray, subset: str = "") -> GalleryScores:
    there, back = direction(t2v), direction(v2t)
    total = there.r1 + there.r5 + there.r10 + back.r1 + back.r5 + back.r10
    return GalleryScores(
        gallery=gallery, items=len(v2t), captions=len(t2v), t2v=there, v2t=back, sumr=total, subset=subset
    )


def one_to_one(t2v: np.ndarray, v2t: np.ndarray) -> dict[Literal["t2v", "v2t"], QueryRanks]:
    """Subjects with one caption and one item each."""
    subject = np.array([f"s{i}" for i in range(len(t2v))])
    return {
        "t2v": QueryRanks(np.array([f"c{i}" for i in range(len(t2v))]), subject, t2v.astype(np.int64)),
        "v2t": QueryRanks(np.array([f"i{i}" for i in range(len(v2t))]), subject, v2t.astype(np.int64)),
    }


def make_record(
    scores: tuple[GalleryScores, ...],
    *,
    method: str = "alpha",
    language: str = "es",
    seed: int = 0,
    dataset: str = "toy",
    protocol: str = "human",
    **changes: Any,
) -> Record:
    unit = UnitId(dataset=dataset, protocol=protocol, language=language, method=method, seed=seed)
    values: dict[str, Any] = {
        "key": f"{method}{language}{seed}{dataset}{protocol}".ljust(16, "0"),
        "training_key": "t",
        "unit": unit,
        "suite": "toys",
        "label": method.title(),
        "query": "target",
        "recipe": {},
        "components": {},
        "data_hash": "d" * 64,
        "environment": Environment(
            device="cpu", threads=1, precision="float32", versions={"crossret": "0.1.0"}, plugins={}
        ),
        "scores": scores,
        "cost": Cost(training_seconds=1.0, evaluation_seconds=1.0, peak_memory_mb=1.0),
        "ranks_file": "",
        "command": "crossret bench toys.yaml",
        "finished": "2025-01-01T00:00:00+00:00",
    }
    return Record(**(values | changes))


class Run:
    """A run folder that records are added to."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(
        self,
        method: str,
        t2v: Sequence[int],
        v2t: Sequence[int],
        *,
        galleries: Sequence[str] = ("test",),
        subset: int | None = None,
        **changes: Any,
    ) -> Record:
        """The same ranks on every gallery; subjects with one caption and one item each.

        ``subset`` adds the subset "first" of that many queries.
        """
        there, back = np.array(t2v), np.array(v2t)
        scores = [gallery_scores(gallery, there, back) for gallery in galleries]
        ranks: RanksByGallery = {gallery: one_to_one(there, back) for gallery in galleries}
        if subset is not None:
            for gallery in galleries:
                scores.append(gallery_scores(gallery, there[:subset], back[:subset], "first"))
                ranks[f"{gallery}/first"] = one_to_one(there[:subset], back[:subset])
        record = make_record(tuple(scores), method=method, **changes)
        Store(self.root).write(record, ranks)
        return record

    def stored(self) -> list[Stored]:
        return read_all([self.root])


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "run")


@pytest.fixture
def perfect() -> tuple[Record, RanksByGallery]:
    """One record with one gallery of ten subjects, all found first."""
    rank = np.ones(10, dtype=np.int64)
    return make_record((gallery_scores("test", rank, rank),)), {"test": one_to_one(rank, rank)}
