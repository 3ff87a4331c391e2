"""What a display may rely on, although jobs are tried again: one start, each unit once, one end."""

from __future__ import annotations

from collections.abc import Iterable

from crossret.contracts.execution import Event, Report

TRIED_AGAIN = "its worker died; going on from what is kept"


class Telling:
    """Passes events on, without those that a second try repeats.

    Attributes:
        open: ids of the jobs that have not ended.
    """

    def __init__(self, jobs: Iterable[str], report: Report) -> None:
        self.open = set(jobs)
        self._report = report
        self._started: set[str] = set()
        self._units: set[tuple[str, str]] = set()

    def tell(self, event: Event) -> None:
        """Pass an event on, unless its job has ended; a second start becomes progress that says so."""
        if event.job not in self.open:
            return
        if event.kind == "unit":
            if (event.job, event.message) in self._units:
                return
            self._units.add((event.job, event.message))
        elif event.job not in self._started:
            self._started.add(event.job)
            if event.kind != "started":
                self._report(Event(event.job, "started"))
        elif event.kind == "started":
            event = Event(event.job, "progress", message=TRIED_AGAIN)
        if event.kind in ("finished", "failed"):
            self.open.remove(event.job)
        self._report(event)
