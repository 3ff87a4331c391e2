"""Answers kept on disk: the first one that was stored counts, so a run can be resumed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple


class Stored(NamedTuple):
    """The answer of one hop; ``status`` is ``ok`` or ``failed``."""

    text: str
    marked: tuple[str, ...]
    status: str


FAILED = Stored("", (), "failed")


class AnswerStore:
    """Answers by mode and source text in one JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        raw = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"answers": {}}
        self._answers: dict[str, dict[str, Stored]] = {
            mode: {source: Stored(text, tuple(marked), status) for source, (text, marked, status) in answers.items()}
            for mode, answers in raw["answers"].items()
        }

    def of(self, mode: str) -> dict[str, Stored]:
        """The answers of one mode, to be read and added to."""
        return self._answers.setdefault(mode, {})

    def save(self) -> None:
        """Write everything, never leaving half a file."""
        part = self._path.with_suffix(".part")
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps({"answers": self._answers}, ensure_ascii=False), encoding="utf-8")
        os.replace(part, self._path)
