from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def isolated_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's cache, nor that of another test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("CROSSRET_CACHE", str(folder))
    return folder
