"""Computes what a study of any size costs: ``python benchmarks/speed/cost.py --figures growth.json``.

Work of a CPU is measured time: of ``growth.py``, which keeps the figures, and of the translation benchmarks. Work of a
GPU is operations, which are counted, over the peak of its data sheet times a share that is assumed: nothing here was
timed on a GPU.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import operations
from tabulate import tabulate

HOUR, GIB = 3600, 2**30
WIDTH, HIDDEN, HALF = 512, 768, 2
TOKENS = 16
"""Word pieces of a caption of mean length, with its two marks."""
SAMPLE = 760
"""Bytes that a caption, its translation and its back-translation take in memory, measured with tracemalloc."""


@dataclass(frozen=True)
class Machine:
    """Hardware.

    Attributes:
        flops: of one GPU per second, bfloat16 without sparsity, by the data sheet of an NVIDIA H100 SXM.
        share: of it that is reached; assumed.
    """

    name: str
    gpus: int
    cores: int
    flops: float = 989e12
    share: float = 0.4


MACHINES = (
    Machine("1 GPU, 16 cores", 1, 16),
    Machine("8 GPUs, 128 cores", 8, 128),
    Machine("64 GPUs, 1,024 cores", 64, 1024),
)


@dataclass(frozen=True)
class Study:
    """What is to be done: pictures with one caption each, translated there and back."""

    pictures: int
    languages: int
    epochs: int

    @property
    def texts(self) -> int:
        """Translations and back-translations."""
        return 2 * self.pictures * self.languages


@dataclass(frozen=True)
class Work:
    """One part of the study: CPU seconds and GPU operations."""

    name: str
    cpu: float = 0.0
    operations: float = 0.0

    def hours(self, machine: Machine) -> float:
        """On a machine, where both go on at a time."""
        gpu = self.operations / (machine.gpus * machine.flops * machine.share)
        return max(self.cpu / machine.cores, gpu) / HOUR


def works(study: Study, figures: dict[str, dict[str, dict[str, float]]], given: argparse.Namespace) -> Iterator[Work]:
    """Every part."""
    yield Work("translate, rules (Apertium)", cpu=study.texts * given.rules)
    yield Work("translate, neural on CPU", cpu=study.texts / given.neural)
    decoding = per_unit(figures["decoding"])
    yield Work("decode and embed the pictures", decoding * study.pictures, operations.of_picture() * study.pictures)
    yield Work("encode all texts once", operations=operations.of_text() * (study.texts + study.pictures))
    samples = study.pictures * study.languages * study.epochs
    yield Work("train, encoder frozen, states kept", operations=samples * operations.of_sample("none", True))
    yield Work("train, encoder frozen", operations=samples * operations.of_sample("none", False))
    yield Work("train the upper 3 of 12 layers", operations=samples * operations.of_sample("9-11", False))
    pairs = study.pictures * study.pictures * study.languages
    yield Work("exact ranks of every translation", operations=2.0 * WIDTH * pairs)
    yield Work("index of the pictures (IVF-PQ)", cpu=extrapolated(figures["coded index (IVF-PQ)"], study.pictures))


def per_unit(sizes: dict[str, dict[str, float]]) -> float:
    """CPU seconds of one, at the largest size that was measured."""
    largest = max(sizes, key=int)
    return sizes[largest]["seconds"] / int(largest)


def extrapolated(sizes: dict[str, dict[str, float]], size: int) -> float:
    """CPU seconds of an IVF index beyond the sizes that were measured: its lists grow with the root of its size."""
    largest = max(sizes, key=int)
    return float(sizes[largest]["seconds"] * (size / int(largest)) ** 1.5)


def room(study: Study) -> list[tuple[str, str]]:
    """What has to be kept, in GiB."""
    texts = study.texts + study.pictures
    return [
        ("embeddings of the pictures, float16", f"{study.pictures * WIDTH * HALF / GIB:,.1f}"),
        ("the same in an IVF-PQ index", f"{study.pictures * (WIDTH // 8 + 16) / GIB:,.1f}"),
        ("features of the pictures, float32", f"{study.pictures * HIDDEN * 4 / GIB:,.1f}"),
        ("captions of one language in memory while it trains", f"{study.pictures * SAMPLE / GIB:,.0f}"),
        (
            "captions of all languages in memory, trained together",
            f"{study.pictures * study.languages * SAMPLE / GIB:,.0f}",
        ),
        ("translations on disk, 60 bytes each", f"{texts * 60 / GIB:,.0f}"),
        ("embeddings of all texts, float16", f"{texts * WIDTH * HALF / GIB:,.0f}"),
        ("token states of all texts, float16", f"{texts * TOKENS * HIDDEN * HALF / GIB:,.0f}"),
    ]


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, required=True, help="what growth.py kept")
    parser.add_argument("--pictures", type=int, default=10_000_000)
    parser.add_argument("--languages", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rules", type=float, default=0.0015, help="CPU seconds of a text by rules")
    parser.add_argument("--neural", type=float, default=75, help="texts in a CPU second by a small neural model")
    given = parser.parse_args()
    study = Study(given.pictures, given.languages, given.epochs)
    parts = list(works(study, json.loads(given.figures.read_text()), given))
    rows = [
        (
            work.name,
            f"{work.cpu / HOUR:,.0f}" if work.cpu else "",
            f"{work.operations:.1e}" if work.operations else "",
            *(f"{work.hours(machine):,.1f}" for machine in MACHINES),
        )
        for work in parts
    ]
    head = ("part", "CPU hours of a core", "GPU operations", *(f"hours, {machine.name}" for machine in MACHINES))
    print(tabulate(rows, head, tablefmt="pipe", disable_numparse=True))
    print("\n" + tabulate(room(study), ("what is kept", "GiB"), tablefmt="pipe", disable_numparse=True))


if __name__ == "__main__":
    main()
