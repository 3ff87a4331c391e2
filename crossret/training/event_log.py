"""Training figures as TensorBoard events."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

from crossret.training.progress import Validation


class NoLog:
    """Of a process that writes none, as another one does."""

    def __enter__(self) -> NoLog:
        return self

    def write(self, point: Validation, learning_rate: float) -> None:
        """Nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """There is nothing to close."""


class EventLog:
    """Opens the log at a step, so that a resumed run overwrites what it repeats."""

    def __init__(self, folder: Path, step: int) -> None:
        self._folder = folder
        self._step = step
        self._writer: Any = None

    def __enter__(self) -> EventLog:
        from torch.utils.tensorboard.writer import SummaryWriter

        self._writer = SummaryWriter(str(self._folder), purge_step=self._step)
        return self

    def write(self, point: Validation, learning_rate: float) -> None:
        """One point of every curve."""
        figures = {
            "validation": point.score,
            "loss": point.loss,
            "learning_rate": learning_rate,
            **{f"terms/{name}": value for name, value in point.terms.items()},
        }
        for name, value in figures.items():
            self._writer.add_scalar(name, value, point.step)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
