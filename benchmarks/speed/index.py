"""Measures indexes as ``crossret index`` builds them: ``python benchmarks/speed/index.py --size 10000 --size 40000``.

Every kind at every size is a process of its own, on one thread. Vectors are unit vectors of width 512 from a mixture of
1,000 clusters with 48 degrees of freedom and a little noise in all directions; queries are drawn like them. They lie on
disk, memory-mapped, as the embeddings of an index do.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from memory import Peak
from own_process import in_process
from tabulate import tabulate

from crossret.atomic import write_atomically
from crossret.index.building import Builder
from crossret.index.kinds import KINDS, Shape
from crossret.index.manifest import IndexFile
from crossret.index.measuring import measured as measured_index
from crossret.index.opened import OpenIndex
from crossret.index.parts import mapped
from crossret.index.vectors import FloatArray, Vectors, write_rows

SIZES = (10_000, 40_000, 160_000, 640_000)
WIDTH, CLUSTERS, FREEDOM, NOISE = 512, 1000, 48, 0.02
MEMORY, TARGET, QUERIES, BLOCK = 1000.0, 0.95, 400, 8192


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", action="append", type=int, help=f"instead of {SIZES}")
    parser.add_argument("--kind", action="append", choices=KINDS, help="only these")
    parser.add_argument("--measure", nargs=2, metavar=("KIND", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        kind, size = given.measure
        print(json.dumps(measured(kind, int(size))))
        return
    rows = []
    for size in given.size or SIZES:
        for kind in given.kind or KINDS:
            found = in_process(__file__, "--measure", kind, size)
            figures = ("cpu", "memory", "disk", "milliseconds", "recall@1", "recall@10", "recall@100", "effort")
            rows.append((f"{size:,}", kind, *(f"{found[name]:.{places(name)}f}" for name in figures)))
            print(f"{size:,} {kind}: {found}", flush=True)
    head = ("vectors", "kind", "CPU s", "MiB", "MB on disk", "ms per query", "recall@1", "@10", "@100", "effort")
    print(f"\n{platform.machine()}, load: {os.getloadavg()[0]:.1f}\n")
    print(tabulate(rows, head, tablefmt="pipe", disable_numparse=True))


def places(figure: str) -> int:
    """Decimal places."""
    return {"milliseconds": 2, "cpu": 1}.get(figure, 3 if figure.startswith("recall") else 0)


def measured(kind: str, size: int) -> dict[str, float]:
    """Everything about an index of a kind over so many vectors."""
    with tempfile.TemporaryDirectory() as folder:
        vectors, peak = write_vectors(Path(folder), size), Peak("cpu")
        started, cpu = time.perf_counter(), time.process_time()
        shape, files, memory = built(kind, vectors, Path(folder), peak)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        queries = next(blocks(QUERIES, seed=1))
        found = measured_index(OpenIndex(Path(folder), files, shape, vectors), queries, TARGET, MEMORY)
    return {
        "seconds": seconds,
        "cpu": cpu,
        "memory": memory,
        "disk": sum(file.bytes for file in files) / 10**6,
        "milliseconds": found.milliseconds,
        "effort": found.effort,
        **{f"recall@{k}": share for k, share in found.recall.items()},
    }


def build(kind: str, size: int, peak: Peak) -> float:
    """Seconds of CPU time that building takes; the peak tells its memory."""
    with tempfile.TemporaryDirectory() as folder:
        vectors = write_vectors(Path(folder), size)
        started = time.process_time()
        built(kind, vectors, Path(folder), peak)
        return time.process_time() - started


def built(kind: str, vectors: Vectors, folder: Path, peak: Peak) -> tuple[Shape, list[IndexFile], float]:
    """Its files, and the MiB that building them took."""
    from crossret.index.kinds import faiss

    faiss().omp_set_num_threads(1)
    shape = Shape.of(kind, vectors.count, vectors.dimension, False, MEMORY)  # type: ignore[arg-type]
    peak.reset()
    files = Builder(vectors, ["vectors"], shape, folder, MEMORY).build()
    return shape, files, peak.mebibytes()


def write_vectors(folder: Path, size: int) -> Vectors:
    """So many vectors on disk."""
    path = folder / "vectors.npy"

    def write(file: BinaryIO) -> None:
        write_rows(file, WIDTH, "float32", blocks(size, seed=0))

    write_atomically(path, write)
    return Vectors([mapped(path)])


def blocks(size: int, seed: int) -> Iterator[FloatArray]:
    """Vectors from the mixture, block by block; the mixture is the same for every seed."""
    mixture, rng = np.random.default_rng(0), np.random.default_rng([seed, size])
    centres = mixture.standard_normal((CLUSTERS, FREEDOM)).astype(np.float32)
    directions = mixture.standard_normal((FREEDOM, WIDTH)).astype(np.float32) / np.sqrt(WIDTH, dtype=np.float32)
    for start in range(0, size, BLOCK):
        count = min(BLOCK, size - start)
        inside = centres[rng.integers(CLUSTERS, size=count)] + rng.standard_normal((count, FREEDOM), np.float32) / 2
        rows = inside @ directions + NOISE * rng.standard_normal((count, WIDTH), np.float32)
        yield rows / np.linalg.norm(rows, axis=1, keepdims=True)


if __name__ == "__main__":
    main()
