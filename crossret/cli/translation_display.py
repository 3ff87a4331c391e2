"""What is translated now, how fast, and when it will be done; on stderr."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from crossret.contracts.translation import Route
from crossret.translation.asking import Report
from crossret.translation.hop_answers import Progress as HopProgress

if TYPE_CHECKING:
    from crossret.bench.needs import Need

LOG_SECONDS = 10.0


class TranslationDisplay:
    """One bar for the part in work on a terminal, now and then a line elsewhere."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )

    def __enter__(self) -> TranslationDisplay:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def say(self, line: str) -> None:
        """A line of its own."""
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def watch(self, purpose: str, route: Route) -> Report:
        """A bar of its own for a part; that of a finished part stays."""
        name = f"{purpose}: {route}"
        bar = self.progress.add_task(name, total=None, note="")
        started = logged = time.monotonic()

        def report(done: int, total: int) -> None:
            nonlocal logged
            now = time.monotonic()
            note = counts(done, total, now - started)
            self.progress.update(bar, completed=done, total=total, note=note)
            if not self.console.is_terminal and (done == total or now - logged >= LOG_SECONDS):
                logged = now
                self.say(f"{name}: {note}")

        return report


class HopBars:
    """A bar for every hop that lacks answers, whenever it is asked."""

    def __init__(self, display: TranslationDisplay) -> None:
        self._display = display
        self._report: Report = lambda done, total: None

    def watch(self, progress: HopProgress) -> None:
        """Show how far a hop is."""
        if progress.done == 0:
            self._report = self._display.watch("translating first", Route((progress.hop,)))
        self._report(progress.done, progress.total)


def translate_visibly(needs: Sequence[Need]) -> None:
    """Translate what jobs will read, before they start; nothing is shown if nothing is missing."""
    from crossret.bench.translating_first import translate_first
    from crossret.plugins import registry

    if needs:
        with TranslationDisplay() as display:
            translate_first(needs, registry(), HopBars(display).watch, display.say)


def counts(done: int, total: int, seconds: float) -> str:
    """``2,000 of 7,000, 310 sentences/s, about 16 s left``."""
    found = f"{done:,} of {total:,}"
    if not done or seconds <= 0:
        return found
    rate = done / seconds
    left = f", about {remaining(seconds * (total - done) / done)} left" if done < total else ""
    return f"{found}, {rate:,.0f} sentences/s{left}"


def remaining(seconds: float) -> str:
    """Seconds, or minutes from 90 seconds on."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
