"""The plan of a bench as tables, for ``--dry-run``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crossret.bench.estimate import Estimate
from crossret.bench.plan import Plan, PlannedJob
from crossret.bench.runner import pending
from crossret.bench.translating_first import MissingTexts
from crossret.cli.printing import plain_table
from crossret.contracts.rendering import Table
from crossret.contracts.translation import Route


def plan_tables(plan: Plan, out: Path, cost: Estimate, missing: Sequence[MissingTexts]) -> tuple[Table, ...]:
    """Jobs with their units, what is done, what is skipped, the estimate, and what has to be translated first."""
    todo = pending(plan, out)
    rows = [_row(job, todo.get(job.id, frozenset()), cost) for job in plan.jobs]
    basis = "from finished units" if cost.measured else "from what components say of themselves"
    notes = [
        f"{len(plan.units)} units in {len(plan.jobs)} jobs; {sum(map(len, todo.values()))} units to do",
        f"estimate ({basis}): {_clock(cost.wall_seconds)} with {cost.workers} workers, "
        f"{cost.memory_mb / 1024:.1f} GB of memory",
    ]
    columns = ("trains", "in", "seed", "terms", "epochs", "units", "state", "s")
    tables = [plain_table(f"Plan of suite {plan.suite}", columns, rows, notes)]
    if missing:
        tables.append(_missing_table(missing))
    if plan.skipped:
        skipped = [(s.method, s.language, s.reason) for s in plan.skipped]
        tables.append(plain_table("Left out", ("method", "lang", "why"), skipped))
    return tuple(tables)


def _missing_table(missing: Sequence[MissingTexts]) -> Table:
    rows = [(str(Route((hop.hop,))), f"{hop.texts:,}", _clock(hop.seconds) if hop.seconds else "?") for hop in missing]
    total = sum(hop.texts for hop in missing)
    notes = [
        f"{total:,} texts are translated once, before the jobs start; of hops behind others at most so many",
        f"estimate (from what engines say of themselves): {_clock(sum(hop.seconds for hop in missing))} on one core",
    ]
    return plain_table("Translated first", ("hop", "texts", "time"), rows, notes)


def _row(job: PlannedJob, todo: frozenset[str], cost: Estimate) -> tuple[str, ...]:
    first = job.units[0]
    methods = ", ".join(dict.fromkeys(unit.id.method for unit in job.units))
    state = "done" if not todo else f"{len(todo)} to do"
    seconds = f"{cost.seconds[job.id]:.0f}" if job.id in cost.seconds else ""
    if job.training is None:
        return (f"nothing ({methods})", first.id.language, "", "", "", str(len(job.units)), state, seconds)
    terms = "+".join(first.recipe.terms())
    if first.dropped:
        terms += f" (without {', '.join(first.dropped)})"
    return (
        methods,
        " ".join(job.training.languages) or "source only",
        str(job.training.seed),
        terms,
        str(first.recipe.training.epochs),
        str(len(job.units)),
        state,
        seconds,
    )


def _clock(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
