"""Fixtures for the tests of plugins; pytest loads them with crossret installed, and they import nothing until used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from crossret.testing.recorded_run import RecordedRun
    from crossret.testing.tiny_data import TinyData


@pytest.fixture
def crossret_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, cache and working folder; nothing of the user's is read or written."""
    home = tmp_path / "crossret-home"
    (home / "work").mkdir(parents=True)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(home))
    for variable in ("XDG_CACHE_HOME", "CROSSRET_CACHE"):
        monkeypatch.setenv(variable, str(home / "cache"))
    monkeypatch.chdir(home / "work")
    return home


@pytest.fixture
def crossret_tiny_data() -> TinyData:
    """24 coloured shapes with captions in English, Spanish, Russian and Chinese."""
    from crossret.testing.tiny_data import TinyData

    return TinyData()


@pytest.fixture
def crossret_run(crossret_home: Path) -> Callable[..., RecordedRun]:
    """Trains and evaluates one small method on the tiny data set, and returns its records.

    ``crossret_run({"objective": {"gap": {"loss": "my-loss", "between": ["visual", "target"]}}})`` lays a recipe over
    the small one; see :func:`crossret.testing.recorded_run.recorded_run`.
    """
    from crossret.testing.recorded_run import recorded_run

    def run(recipe: dict[str, object] | None = None, **given: object) -> RecordedRun:
        return recorded_run(crossret_home / "work", recipe or {}, **given)  # type: ignore[arg-type]

    return run
