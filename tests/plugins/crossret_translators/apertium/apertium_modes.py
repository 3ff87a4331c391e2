"""What tests of the real engine share: the reason to skip, and mode files of their own."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from crossret.contracts.translation import Hop
from crossret.errors import ComponentError
from crossret_translators.apertium.engine import ApertiumEngine
from crossret_translators.apertium.installation import INSTALL, Installation
from crossret_translators.apertium.pairs import pair_between


def require(*pairs: tuple[str, str]) -> None:
    """Skip unless these pairs are installed."""
    for source, target in pairs:
        pair = pair_between(source, target)
        assert pair is not None
        try:
            missing = not Installation().has(pair.mode)
        except ComponentError as error:
            pytest.skip(str(error))
        if missing:
            pytest.skip(f"apertium {source} → {target} is not installed: {INSTALL} {pair.package}")


def hop(source: str, target: str, engine: ApertiumEngine | None = None) -> Hop:
    """An installed hop."""
    require((source, target))
    return next(h for h in (engine or ApertiumEngine()).hops() if (h.source, h.target) == (source, target))


def write_mode(folder: Path, mode: str, stages: str) -> None:
    """A mode file; every name in braces is a program of the test."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{mode}.mode").write_text(stages)


def write_program(path: Path, code: str) -> Path:
    """An executable; the engine adds ``-z`` to its arguments."""
    path.write_text(code)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
