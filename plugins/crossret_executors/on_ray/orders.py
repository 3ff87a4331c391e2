"""What travels to a worker, and what a task takes from its node."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Resources:
    """What one job takes.

    Attributes:
        retries: how often it is tried again after its worker died.

    Raises:
        ValueError: a negative number, or part of several GPUs, which Ray does not hand out.
    """

    cpus: float
    gpus: float
    retries: int

    def __post_init__(self) -> None:
        for name, number in (("cpus", self.cpus), ("gpus", self.gpus)):
            if number < 0:
                raise ValueError(f"{name} must be at least 0, not {number}")
        if self.gpus > 1 and self.gpus != int(self.gpus):
            raise ValueError(f"gpus must be a whole number or less than 1, not {self.gpus}")

    def __str__(self) -> str:
        """``2 CPU and 0.5 GPU``."""
        return " and ".join(f"{number:g} {name}" for name, number in self.wanted().items())

    def wanted(self) -> dict[str, float]:
        """By the names that Ray gives them."""
        return {"CPU": self.cpus, "GPU": self.gpus} if self.gpus else {"CPU": self.cpus}


@dataclass(frozen=True)
class Order:
    """One job on its way; plain data.

    Attributes:
        packed: the job and its work.
        directory: where the caller stood: relative paths of recipes are meant from there.
        folder: of the job, absolute.
        kept: of the job.
        mark: what a worker finds in the folder if it shares it.
    """

    job: str
    packed: bytes
    directory: str
    folder: Path | None
    kept: tuple[Path, ...]
    mark: str
