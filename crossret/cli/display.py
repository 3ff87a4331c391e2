"""The live display of a bench: units done, what runs now, its loss, and when it will end."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from crossret.bench.plan import Plan, PlannedJob
from crossret.bench.runner import pending
from crossret.contracts.execution import Event

LOG_SECONDS = 30.0


class Display:
    """Bars on a terminal, now and then a line elsewhere; all on stderr, so that tables can be piped."""

    def __init__(self, plan: Plan, out: Path) -> None:
        todo = pending(plan, out)
        self.jobs: dict[str, PlannedJob] = {job.id: job for job in plan.jobs if job.id in todo}
        self.units = len(plan.units)
        self.done = self.units - sum(map(len, todo.values()))
        self.shares: dict[str, float] = {}
        self.started = self.logged = time.monotonic()
        self.console = Console(stderr=True)
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self.total: TaskID = self.progress.add_task("units", total=1.0, note=self._counts())
        self.bars: dict[str, TaskID] = {}

    def __enter__(self) -> Display:
        if self.done:
            rest = "going on with the rest" if self.jobs else "nothing to do"
            self._say(f"{self.done} of {self.units} units are finished already; {rest}")
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def report(self, event: Event) -> None:
        """Show an event."""
        self.shares[event.job] = 1.0 if event.kind in ("finished", "failed") else event.done
        self.done += event.kind == "unit"
        if event.kind == "started":
            self.bars[event.job] = self.progress.add_task(self._name(event.job), total=1.0, note="preparing")
        elif event.kind in ("finished", "failed"):
            self.progress.remove_task(self.bars.pop(event.job))
        elif event.kind == "progress":
            self.progress.update(self.bars[event.job], completed=event.done, note=event.message)
        if event.kind == "failed":
            self._say(f"failed: {self._name(event.job)}: {event.message}")
        self.progress.update(self.total, completed=self._share(), note=self._counts())
        self._log(event)

    def _log(self, event: Event) -> None:
        if self.console.is_terminal:
            return
        now = time.monotonic()
        if event.kind == "unit" or (event.kind == "progress" and now - self.logged >= LOG_SECONDS):
            self.logged = now
            what = event.message if event.kind == "unit" else f"{self._name(event.job)}: {event.message}"
            self._say(f"{self._counts()}  {what}")

    def _say(self, line: str) -> None:
        """No markup, and a line stays a line in a log."""
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _name(self, job: str) -> str:
        unit = self.jobs[job].units[0].id
        training = self.jobs[job].training
        language = unit.language if training and training.languages else "all"
        return f"{unit.method} {language} seed {unit.seed}"

    def _share(self) -> float:
        return sum(self.shares.values()) / max(1, len(self.jobs))

    def _counts(self) -> str:
        share = self._share()
        spent = time.monotonic() - self.started
        left = f", about {_minutes(spent / share - spent)} left" if 0.02 < share < 1 else ""
        return f"{self.done} of {self.units} units{left}"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


class NoDisplay:
    """Of a process that shows nothing, as another one does."""

    def __enter__(self) -> NoDisplay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """There is nothing to stop."""

    def report(self, done: float, loss: float) -> None:
        """Nothing."""


class TrainingDisplay:
    """One bar for one training, on stderr."""

    def __init__(self, name: str) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self.bar = self.progress.add_task(name, total=1.0, note="preparing")

    def __enter__(self) -> TrainingDisplay:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def report(self, done: float, loss: float) -> None:
        """Show progress."""
        self.progress.update(self.bar, completed=done, note=f"loss {loss:.3f}")
