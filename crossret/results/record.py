"""The record of one unit: everything that its numbers depend on, and the numbers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1
Query = Literal["target", "translated", "fused"]


class _Plain(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UnitId(_Plain):
    """What was measured: one row of the plan."""

    dataset: str
    protocol: str
    language: str
    method: str
    seed: int

    def __str__(self) -> str:
        """``emoji/cross-design/es/nrccr/seed0``."""
        return f"{self.dataset}/{self.protocol}/{self.language}/{self.method}/seed{self.seed}"


class Direction(_Plain):
    """Figures of one retrieval direction: recalls in percent, ranks from 1, mAP in [0, 1]."""

    r1: float
    r5: float
    r10: float
    medr: float
    meanr: float
    map: float
    queries: int


class GalleryScores(_Plain):
    """Both directions on one gallery; ``sumr`` adds the six recalls.

    ``subset`` is empty for all queries, or names a restriction, e.g. ``without-copies``: captions that are not equal
    to a source-language text. ``rescored`` counts comparisons that were decided by exact scores.
    """

    gallery: str
    items: int
    captions: int
    t2v: Direction
    v2t: Direction
    sumr: float
    subset: str = ""
    rescored: int = 0


class CurvePoint(_Plain):
    """One validation during training."""

    step: int
    epoch: float
    loss: float
    terms: dict[str, float] = Field(default_factory=dict)
    validation: float


class Cost(_Plain):
    """Wall-clock seconds of the parts and the peak memory of the process, in MB.

    ``training_seconds`` is the whole training even if it was resumed or shared by several units.
    """

    training_seconds: float
    evaluation_seconds: float
    peak_memory_mb: float


class Environment(_Plain):
    """Where the numbers were made."""

    device: str
    threads: int
    precision: str
    versions: dict[str, str]
    plugins: dict[str, str]


class Record(_Plain):
    """One finished unit.

    Attributes:
        key: hash of everything the numbers depend on; equal keys mean equal work.
        training_key: hash of the training that this unit evaluates; empty for a baseline without training.
        trained_on: target languages that the training read; ``None`` in records that did not tell it yet.
        group: heading under which the method stands in tables, e.g. ``baseline``, ``method``, ``oracle``.
        components: fingerprint per component used.
        made_by: version of every distribution, or plugin file, that a component of the recipe comes from.
        ablated: for an ablation, the components switched off.
        ranks_file: name of the file with per-query ranks, beside the record.
    """

    schema_version: int = SCHEMA_VERSION
    key: str
    training_key: str
    unit: UnitId
    suite: str
    label: str
    group: str = "method"
    baseline: bool = False
    query: Query
    terms: tuple[str, ...] = ()
    ablated: tuple[str, ...] = ()
    recipe: dict[str, Any]
    components: dict[str, str]
    made_by: dict[str, str] = Field(default_factory=dict)
    trained_on: tuple[str, ...] | None = None
    data_hash: str
    environment: Environment
    steps: int = 0
    best_step: int = 0
    best_validation: float | None = None
    curve: tuple[CurvePoint, ...] = ()
    scores: tuple[GalleryScores, ...]
    cost: Cost
    ranks_file: str
    command: str
    finished: str
