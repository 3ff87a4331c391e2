"""Executors: :mod:`crossret.contracts.execution`."""

from __future__ import annotations

import multiprocessing
import os
import threading

from crossret.contracts.execution import Event, Job
from crossret.testing.outcomes import ConformanceError, expect
from crossret.testing.subject import Subject
from crossret.testing.work import work

PAYLOADS = ("one", "fail", "two", "three")


def _events(subject: Subject) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {payload: [] for payload in PAYLOADS}
    subject.build().run([Job(payload, payload) for payload in PAYLOADS], work, lambda e: found[e.job].append(e))
    return found


def finishes_every_job(subject: Subject) -> None:
    """Every job is started once and then finished once, though another one fails."""
    for job, events in _events(subject).items():
        kinds = [event.kind for event in events]
        wanted = ["started", "progress", "failed" if job == "fail" else "finished"]
        expect(kinds == wanted, f"the events {wanted} of job {job!r}", kinds)


def passes_progress_on(subject: Subject) -> None:
    """What the work reports arrives unchanged."""
    for job, events in _events(subject).items():
        found = [(e.done, e.message) for e in events if e.kind == "progress"]
        expect(found == [(0.5, f"half of {job}")], f"the progress of job {job!r}", found)


def tells_why_a_job_failed(subject: Subject) -> None:
    """A failed job is reported with one line of its error, and the traceback as details."""
    failed = [event for event in _events(subject)["fail"] if event.kind == "failed"]
    expect(len(failed) == 1, "one event 'failed'", len(failed))
    message = failed[0].message
    expect("on purpose" in message and "\n" not in message, "the error in one line", repr(message))
    expect("Traceback" in failed[0].details, "a traceback as details", repr(failed[0].details[:60]))


def reports_in_the_calling_process(subject: Subject) -> None:
    """Events are reported in the process that called."""
    places: set[int] = set()
    subject.build().run([Job("one", "one")], work, lambda event: places.add(os.getpid()))
    expect(places == {os.getpid()}, f"reports in process {os.getpid()}", places or "no report at all")


def runs_no_jobs(subject: Subject) -> None:
    """Without jobs it returns at once."""
    events: list[Event] = []
    subject.build().run([], work, events.append)
    expect(not events, "no event without jobs", events)


def stops_when_interrupted(subject: Subject) -> None:
    """A KeyboardInterrupt is raised again, after every worker has been stopped."""
    children, threads = set(multiprocessing.active_children()), set(threading.enumerate())

    def interrupt(event: Event) -> None:
        raise KeyboardInterrupt

    try:
        subject.build().run([Job(payload, payload) for payload in PAYLOADS], work, interrupt)
    except KeyboardInterrupt:
        processes = [child.name for child in set(multiprocessing.active_children()) - children]
        left = processes + [thread.name for thread in set(threading.enumerate()) - threads if thread.is_alive()]
        expect(not left, "no worker left behind", ", ".join(left))
        return
    raise ConformanceError("KeyboardInterrupt to be raised again", "a normal return")


CHECKS = (
    finishes_every_job,
    passes_progress_on,
    tells_why_a_job_failed,
    reports_in_the_calling_process,
    runs_no_jobs,
    stops_when_interrupted,
)
