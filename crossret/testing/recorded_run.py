"""A small bench on the tiny data set, in a process of its own, and the records that it wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossret.errors import ComponentError
from crossret.results.record import Record
from crossret.results.store import read_all
from crossret.testing.checks.registration import search_path

METHOD = "tried"
SUITE = {
    "name": "tiny",
    "summary": "coloured shapes",
    "languages": ["es", "zh"],
    "recipe": {
        "data": {"dataset": "tiny"},
        "texts": {"per": "subject"},
        "translation": {"translator": "file"},
        "model": {
            "visual": {"backbone": "hog", "principal_components": 16, "hidden": 32, "dropout": 0.1},
            "text": {"encoder": "subword-tiny", "width": 32, "heads": 2, "query_width": 32, "positions": 8},
            "common": 32,
        },
        "training": {"epochs": 1, "batch_size": 8, "patience": None},
        "objective": {
            "source": {"loss": "infonce", "between": ["visual", "source"]},
            "target": {"loss": "infonce", "between": ["visual", "target"]},
        },
    },
}


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """What a run left.

    Attributes:
        folder: where its records lie, for ``crossret leaderboard``.
        records: one per language.
        output: what it printed.
    """

    folder: Path
    records: tuple[Record, ...]
    output: str

    def leaderboard(self, format_: str = "md") -> str:
        """The table of its records, by a renderer.

        Raises:
            ComponentError: the command failed; the error is its last line.
        """
        return _crossret(self.folder.parent, "leaderboard", str(self.folder), "--format", format_)


def recorded_run(
    folder: Path,
    recipe: Mapping[str, Any],
    *,
    languages: Sequence[str] = ("es",),
    plugins: Sequence[Path] = (),
    arguments: Sequence[str] = (),
) -> RecordedRun:
    """Train and evaluate one method.

    Args:
        folder: where suite and records are written.
        recipe: laid over that of the small suite, e.g. ``{"model": {"text": {"encoder": "my-encoder"}}}``.
        languages: of the tiny data set.
        arguments: further ones of ``crossret bench``, e.g. ``["--executor", "my-executor"]``.
        plugins: files to load as plugins, besides what is installed.

    Raises:
        ComponentError: the bench failed; the error is its last line.
    """
    suite = {**SUITE, "languages": list(languages), "methods": {METHOD: {"recipe": recipe}}}
    path, out = folder / "tiny-suite.yaml", folder / "runs"
    path.write_text(json.dumps(suite), encoding="utf-8")
    tiny = Path(__file__).with_name("tiny_plugin.py")
    files = [word for file in (tiny, *plugins) for word in ("--plugin", str(file))]
    output = _crossret(folder, "bench", str(path), *files, "--out", str(out), "--device", "cpu", *arguments)
    records = tuple(stored.record for stored in read_all([out]))
    return RecordedRun(out, records, output)


def _crossret(folder: Path, *words: str) -> str:
    """What a command prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "from crossret.cli import main; main()", *words],
        cwd=folder,
        env={**os.environ, **search_path()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise ComponentError(f"crossret {words[0]} of the test kit ended with {done.returncode}: {last}")
    return done.stdout
