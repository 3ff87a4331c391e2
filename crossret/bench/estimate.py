"""What a plan will cost: from finished units where there are any, else from what components say about themselves."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crossret.bench.components import build_dataset, components_of, galleries_of, protocol_of, views_of_terms
from crossret.bench.plan import Plan, PlannedJob
from crossret.bench.runner import pending
from crossret.contracts.data import Dataset
from crossret.recipe.models import Recipe
from crossret.registry import Registry
from crossret.results.record import Record
from crossret.results.store import Store, read_all

# One core's rate on the small matrices of a training step: emoji, 36 epochs, in 9 s (source only) to 25 s (all terms).
FLOPS = 24e9
TOKENS_PER_TEXT = 4
FRAMES_PER_CLIP = 12
SECONDS_PER_UNIT = 1.5
START_SECONDS = 5.0
# A worker with torch loaded that trains a small model, and the process that hands out the jobs.
WORKER_MEMORY_MB = 750.0
PARENT_MEMORY_MB = 50.0
DEFAULT_WORKERS = 4
# A backward pass costs twice a forward one.
PASSES_OF_A_TRAINED_BACKBONE = 3


@dataclass(frozen=True)
class Estimate:
    """Seconds per job on one core, of all of it on so many workers, and peak memory."""

    seconds: dict[str, float]
    wall_seconds: float
    memory_mb: float
    workers: int
    measured: bool


def estimate(plan: Plan, out: Path, registry: Registry, workers: int | None) -> Estimate:
    """Estimate the jobs of a plan that are not done yet."""
    todo = pending(plan, out)
    jobs = [job for job in plan.jobs if job.id in todo]
    records = [stored.record for stored in read_all(list(done.values()))] if (done := Store(out).done()) else []
    components = _FromMeta(registry)
    measured = {job.id: _measured(job, records) for job in jobs}
    seconds = {job.id: measured[job.id] or components.seconds(job) for job in jobs}
    count = min(workers or min(os.cpu_count() or 1, DEFAULT_WORKERS), max(1, len(jobs)))
    memory = max((components.memory_mb(job.units[0].recipe) for job in jobs), default=0.0)
    wall = max(sum(seconds.values()) / count, *seconds.values(), 0.0) + START_SECONDS if jobs else 0.0
    return Estimate(seconds, wall, memory * count + PARENT_MEMORY_MB, count, any(measured.values()))


def _measured(job: PlannedJob, records: Sequence[Record]) -> float:
    """What the job's method took before with as many epochs; 0 if it never ran."""
    first = job.units[0]
    epochs = first.recipe.training.epochs
    costs = [r.cost for r in records if r.unit.method == first.id.method and r.recipe["training"]["epochs"] == epochs]
    seconds = sum(cost.training_seconds + cost.evaluation_seconds * len(job.units) for cost in costs)
    return seconds / len(costs) if costs else 0.0


@dataclass
class _FromMeta:
    """Estimates from the meta of components; remembers data sets, and whose features are computed by then."""

    registry: Registry
    _datasets: dict[str, Dataset] = field(default_factory=dict)
    _computed: set[str] = field(default_factory=set)

    def memory_mb(self, recipe: Recipe) -> float:
        """Peak memory of one process; each component names that of a process which uses it."""
        return max([WORKER_MEMORY_MB, *(c.meta.memory_mb or 0.0 for c in components_of(recipe, self.registry))])

    def seconds(self, job: PlannedJob) -> float:
        asked = SECONDS_PER_UNIT * len(job.units)
        if job.training is None:
            return asked
        recipe = job.units[0].recipe
        views = {view for read in views_of_terms(recipe, self.registry).values() for view in read}
        encoded = len(views & {"source", "target", "back"} | ({"source", "target"} if "cross" in views else set()))
        text = self.registry.get("text-encoder", recipe.model.text.encoder).meta.seconds_per_1000 or 1.0
        backbone = self.registry.get("visual-backbone", recipe.model.visual.backbone).meta
        frames = FRAMES_PER_CLIP if backbone.modality == "video" else 0
        sample = encoded * text / 1000 + _tower_flops(recipe, encoded + ("cross" in views), frames) / FLOPS
        if self._trains(recipe):
            return recipe.training.epochs * self._samples(recipe) * (sample + self._trained_item(recipe)) + asked
        return self._features(recipe) + recipe.training.epochs * self._samples(recipe) * sample + asked

    def _trains(self, recipe: Recipe) -> bool:
        """Whether the backbone's weights change, so that its features are computed again in every epoch."""
        options = recipe.model.visual.options
        inside = options.get("options", {})
        *_, last = self.registry.chain("visual-backbone", recipe.model.visual.backbone)
        return bool({"trains": last.meta.trains, **inside, **options}["trains"])

    def _trained_item(self, recipe: Recipe) -> float:
        """Seconds of one item, forward and backward."""
        *_, last = self.registry.chain("visual-backbone", recipe.model.visual.backbone)
        passes = 1 if last.meta.trains else PASSES_OF_A_TRAINED_BACKBONE
        return passes * self._item_seconds(recipe)

    def _item_seconds(self, recipe: Recipe) -> float:
        outer, *inner = self.registry.chain("visual-backbone", recipe.model.visual.backbone)
        frames = FRAMES_PER_CLIP * sum(c.meta.seconds_per_1000 or 0.0 for c in inner)
        return ((outer.meta.seconds_per_1000 or 0.0) + frames) / 1000

    def _features(self, recipe: Recipe) -> float:
        """Visual features of a backbone that does not train are computed once for all jobs."""
        name = recipe.data.model_dump_json() + recipe.model.visual.model_dump_json(include={"backbone", "options"})
        if name in self._computed:
            return 0.0
        self._computed.add(name)
        dataset = self._dataset(recipe)
        protocol = protocol_of(dataset, recipe)
        splits = dict.fromkeys(("train", "val", *galleries_of(dataset, protocol, recipe.evaluation)))
        items = sum(len(dataset.split(protocol, split).items) for split in splits)
        return items * self._item_seconds(recipe)

    def _samples(self, recipe: Recipe) -> int:
        """Training samples of an epoch if every caption can be translated."""
        dataset = self._dataset(recipe)
        protocol = protocol_of(dataset, recipe)
        shown = dataset.split(protocol, "train").subjects()
        captions = [c for c in dataset.captions(protocol, "train", dataset.source_language) if c.subject in shown]
        subjects = {caption.subject for caption in captions}
        if recipe.texts.per == "subject":
            return len(subjects)
        sentences = [caption.subject for caption in captions if caption.kind == "sentence"]
        return len(sentences) + len(subjects.difference(sentences))

    def _dataset(self, recipe: Recipe) -> Dataset:
        name = recipe.data.model_dump_json()
        if name not in self._datasets:
            self._datasets[name] = build_dataset(recipe, self.registry)
        return self._datasets[name]


def _tower_flops(recipe: Recipe, passes: int, frames: int) -> float:
    """Floating-point operations of one sample, forward and backward (six per weight and use)."""
    text, visual = recipe.model.text, recipe.model.visual
    per_token = text.width * (3 * text.width + 2 * text.query_width)
    heads = recipe.model.common * (passes * text.width + visual.hidden)
    per_frame = visual.hidden * (3 * visual.hidden + 2 * visual.frames.query_width)
    picture = (visual.principal_components or visual.hidden) * visual.hidden
    return 6.0 * (passes * TOKENS_PER_TEXT * per_token + heads + (frames * per_frame or picture))
