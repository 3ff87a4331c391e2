"""The parts that ``growth.py`` measures: each does its work at a size, in the process that asks."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

from memory import Peak

WIDTH, CAPTIONS, BUDGET = 512, 5, 256.0


@dataclass(frozen=True)
class Part:
    """Something whose cost grows.

    Attributes:
        base: the size that is called 1×.
        of: what is counted.
        run: does the work at a size; gives the CPU seconds it took.
    """

    base: int
    of: str
    run: Callable[[int, Peak], float]


def ranks(items: int, peak: Peak) -> float:
    """Exact ranks of both directions within the budget."""
    from problem import make_problem
    from rankers import RANKERS

    way = RANKERS["crossret"]
    way.run(make_problem(50, 1, 16), "cpu", BUDGET)
    problem = make_problem(items, CAPTIONS, WIDTH)
    peak.reset()
    started = time.process_time()
    way.run(problem, "cpu", BUDGET)
    return time.process_time() - started


def step(samples: int, peak: Peak) -> float:
    """One training step with the whole batch at once, token states of a frozen encoder kept."""
    return _step("crossret, text encoder frozen", samples, peak)


def step_in_parts(samples: int, peak: Peak) -> float:
    """The same by gradient caching, in parts of as many samples as the smallest batch has."""
    return _step("crossret, text encoder frozen, in parts", samples, peak)


def _step(way: str, samples: int, peak: Peak) -> float:
    from training_steps import measured

    # Layers below the kept states have no part in the step; there are few, so that keeping takes little time.
    given = argparse.Namespace(
        batch=samples, micro_batch=PARTS["step in parts"].base, train_layers="none", layers=2, threads=1
    )
    given.device = "cpu"
    return measured(way, given, peak)["cpu"]


def embedding(pictures: int, peak: Peak) -> float:
    """Tar shards of photographs through a ViT-B/32."""
    from growth_embedding import embed

    return embed(pictures, peak)


def decoding(pictures: int, peak: Peak) -> float:
    """What of that is not the network's work."""
    from growth_embedding import decode

    return decode(pictures, peak)


def _index(kind: str) -> Callable[[int, Peak], float]:
    def run(vectors: int, peak: Peak) -> float:
        from index import build

        return build(kind, vectors, peak)

    return run


PARTS = {
    "ranks": Part(500, f"pictures, each with {CAPTIONS} captions", ranks),
    "step": Part(8, "samples", step),
    "step in parts": Part(8, "samples", step_in_parts),
    "embedding": Part(32, "pictures", embedding),
    "decoding": Part(32, "pictures", decoding),
    "flat index": Part(10_000, "vectors", _index("flat")),
    "graph index (HNSW)": Part(10_000, "vectors", _index("hnsw")),
    "coded index (IVF-PQ)": Part(10_000, "vectors", _index("ivfpq")),
}
