"""Threads and processes: inputs are prepared in all of them, and caches are shared between them."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from crossret.contracts.text import TextEncoder
from crossret.contracts.visual import ClipBackbone, PixelBackbone
from crossret.testing.checks.registration import search_path
from crossret.testing.observing import Arrays, difference, inputs
from crossret.testing.outcomes import ConformanceError, NotApplicableError, expect
from crossret.testing.subject import Subject

THREADS = 4
SECONDS = 60


def prepares_alike_in_threads(subject: Subject) -> None:
    """Tokens or pixels are the same when several threads make them at once."""
    built = _preparing(subject)
    alone = inputs(subject, built)
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda _: inputs(subject, built), range(2 * THREADS)))
    for found in together:
        differs = difference(alone, found)
        expect(not differs, "equal inputs from every thread", f"a difference in {differs}")


def prepares_alike_after_a_fork(subject: Subject) -> None:
    """Tokens or pixels are the same, and come at all, in a process forked after the first use."""
    if "fork" not in multiprocessing.get_all_start_methods():
        raise NotApplicableError("this system does not fork")
    built = _preparing(subject)
    here = inputs(subject, built)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        path = Path(folder) / "inputs.npz"
        child = multiprocessing.get_context("fork").Process(target=_prepare, args=(subject, built, path))
        child.start()
        child.join(SECONDS)
        if child.is_alive():
            child.kill()
            child.join()
            raise ConformanceError(f"inputs from a forked process within {SECONDS} s", "none: it hangs")
        expect(child.exitcode == 0, "inputs from a forked process", f"its exit status {child.exitcode}")
        differs = difference(here, read_arrays(path))
    expect(not differs, "equal inputs from a forked process", f"a difference in {differs}")


def agrees_with_another_process(subject: Subject) -> None:
    """A process of its own, with another seed of hash(), makes the same tokens or pixels and fingerprint."""
    built = _preparing(subject)
    try:
        options = json.dumps(dict(subject.example.options))
    except TypeError as error:
        raise NotApplicableError(f"the options of the example cannot be handed over: {error}") from error
    component = subject.component
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "inputs.npz"
        words = [component.kind, component.name, component.target, subject.example.argument, options, str(path)]
        seed = "1" if os.environ.get("PYTHONHASHSEED", "0") != "1" else "2"
        environment = {**os.environ, **search_path(), "PYTHONHASHSEED": seed, **_plugin_files()}
        call = [sys.executable, "-m", "crossret.testing.another_process", *words]
        done = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ConformanceError("the component to be built in another process", done.stderr.strip().splitlines()[-1])
        there = read_arrays(path)
    fingerprint = str(there.pop("fingerprint"))
    expect(fingerprint == built.fingerprint(), f"the fingerprint {built.fingerprint()!r}", repr(fingerprint))
    differs = difference(inputs(subject, built), there)
    expect(not differs, "equal inputs from another process", f"a difference in {differs}")


def _preparing(subject: Subject) -> Any:
    built = subject.build()
    if not isinstance(built, TextEncoder | PixelBackbone | ClipBackbone):
        raise NotApplicableError("it looks features up")
    return built


def _plugin_files() -> dict[str, str]:
    from crossret.inline import FILES_VARIABLE
    from crossret.plugins import plugins

    paths = [str(file.path) for file in plugins().files]
    return {FILES_VARIABLE: os.pathsep.join(paths)} if paths else {}


def _prepare(subject: Subject, built: Any, path: Path) -> None:
    write_arrays(path, inputs(subject, built))


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Keep arrays for the process that asked."""
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def read_arrays(path: Path) -> Arrays:
    """What the other process kept."""
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


CHECKS = (prepares_alike_in_threads, prepares_alike_after_a_fork, agrees_with_another_process)
