from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsers import chromium
from processes import Crossret
from small_data import Small, write_small

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# What an installed crossret gives every plugin's tests, of this working tree.
pytest_plugins = ("crossret.testing.fixtures",)

# A shell starts its background jobs with SIGINT ignored, and every process that a test starts would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def isolated_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's cache, nor that of another test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("CROSSRET_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A small data set as a plugin that a user could have installed, and a suite."""
    return write_small(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def crossret(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Crossret:
    """The console script, with the plugin; features are computed once for all tests of a session."""
    return Crossret(tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("shared-cache"), small.packages)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser, of one module: as long as it is open, the thread seems to run an event loop."""
    with chromium() as found:
        yield found
