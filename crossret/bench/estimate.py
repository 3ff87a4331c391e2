"""What a plan will cost: from finished units where there are any, else from what components say about themselves."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from crossret.bench.components import components_of, views_of_terms
from crossret.bench.plan import Plan, PlannedJob
from crossret.bench.runner import pending
from crossret.recipe.models import Recipe
from crossret.registry import Registry
from crossret.results.store import Store, read_all

# One core's rate on the small matrices of a training step, and the resident size of a process with torch loaded.
FLOPS = 8e9
BASE_MEMORY_MB = 450.0
TOKENS_PER_TEXT = 4
DEFAULT_WORKERS = 4


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
    known = _measured(out)
    seconds = {job.id: known.get(job.units[0].id.method) or _from_meta(plan, job, registry) for job in jobs}
    count = min(workers or min(os.cpu_count() or 1, DEFAULT_WORKERS), max(1, len(jobs)))
    memory = max((_memory(job.units[0].recipe, registry) for job in jobs), default=0.0)
    longest = max(seconds.values(), default=0.0)
    wall = max(sum(seconds.values()) / count, longest)
    return Estimate(seconds, wall, memory * count, count, bool(known))


def _measured(out: Path) -> dict[str, float]:
    """Mean training time per method among the records of a run folder."""
    if not Store(out).done():
        return {}
    times: dict[str, list[float]] = {}
    for stored in read_all([out]):
        cost = stored.record.cost
        times.setdefault(stored.record.unit.method, []).append(cost.training_seconds + cost.evaluation_seconds)
    return {method: sum(found) / len(found) for method, found in times.items()}


def _from_meta(plan: Plan, job: PlannedJob, registry: Registry) -> float:
    recipe = job.units[0].recipe
    if job.training is None:
        return 1.0
    views = {view for read in views_of_terms(recipe, registry).values() for view in read}
    encoded = len(views & {"source", "target", "back"} | ({"source", "target"} if "cross" in views else set()))
    passes = encoded + ("cross" in views)
    text = registry.get("text-encoder", recipe.model.text.encoder).meta.seconds_per_1000 or 1.0
    visual = registry.get("visual-backbone", recipe.model.visual.backbone).meta
    samples = recipe.training.epochs * _samples_per_epoch(recipe)
    step = samples * (encoded * text / 1000 + _tower_flops(recipe, passes) / FLOPS)
    return step + (visual.seconds_per_1000 or 0.0) + len(job.units)


def _samples_per_epoch(recipe: Recipe) -> int:
    """Known only to the data set; planning has loaded its tables already, so this is cheap."""
    return 1500


def _tower_flops(recipe: Recipe, passes: int) -> float:
    """Floating-point operations of one sample, forward and backward (six per weight and use)."""
    text, visual = recipe.model.text, recipe.model.visual
    per_token = text.width * (3 * text.width + 2 * text.query_width)
    heads = recipe.model.common * (passes * text.width + visual.hidden)
    width = visual.principal_components or visual.hidden
    return 6.0 * (passes * TOKENS_PER_TEXT * per_token + heads + width * visual.hidden)


def _memory(recipe: Recipe, registry: Registry) -> float:
    return BASE_MEMORY_MB + sum(c.meta.memory_mb or 0.0 for c in components_of(recipe, registry))
