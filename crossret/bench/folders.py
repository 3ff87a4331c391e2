"""Where a run keeps what."""

from __future__ import annotations

from pathlib import Path


def training_folder(out: Path, key: str) -> Path:
    """Where a training's state, model and event log lie."""
    return out / "trainings" / key[:16]
