"""Compares ways to compute exact ranks, side by side in one run: ``python benchmarks/speed/ranks.py``.

Every measurement is a process of its own, so that memory can be told; rounds alternate between the ways, and the
fastest round counts. Times are those of this machine at this moment; only the ratios mean something.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import time

from memory import Peak
from own_process import in_process
from tabulate import tabulate

SIZES = ("1000x1x512", "1000x5x1024", "1500x10x1024", "2990x20x1024", "10000x1x512")
"""Items × captions of each × width; the largest of the published benchmarks is 2,990 × 20."""


def main() -> None:
    """Print a table per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", action="append", help="ITEMSxCAPTIONS_PER_ITEMxWIDTH; may be repeated")
    parser.add_argument("--way", action="append", help="only these")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--memory", type=float, default=256, help="budget of crossret, MiB")
    parser.add_argument("--measure", nargs=2, metavar=("WAY", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measured(*given.measure, given)))
        return
    print(f"{platform.machine()}, {given.threads} threads, {given.device}; budget {given.memory:g} MiB\n")
    for size in given.size or SIZES:
        print(table(size, given), flush=True)


def table(size: str, given: argparse.Namespace) -> str:
    """All ways at one size, as Markdown."""
    from rankers import RANKERS

    items, per_item, width = map(int, size.split("x"))
    cells = items * items * per_item
    best: dict[str, dict[str, float]] = {}
    notes = {}
    for _ in range(given.rounds):
        for way, ranker in RANKERS.items():
            if (given.way and way not in given.way) or cells > ranker.largest or (ranker.single and per_item > 1):
                continue
            try:
                options = ("--device", given.device, "--threads", given.threads, "--memory", given.memory)
                found = in_process(__file__, "--measure", way, size, *options)
            except subprocess.CalledProcessError as error:
                notes[way] = error.stderr.strip().splitlines()[-1]
                continue
            if way not in best or found["seconds"] < best[way]["seconds"]:
                best[way] = found
    floor = best.get("matrix product alone", {}).get("seconds")
    ours = best.get("crossret", {}).get("seconds")
    rows = [
        (
            way,
            f"{found['seconds']:.2f}",
            f"{found['seconds'] / floor:.2f}" if floor else "",
            f"{found['seconds'] / ours:.1f}" if ours else "",
            f"{found['memory']:.0f}",
            f"{found['r1']:.3f}" if "r1" in found else "",
            f"{found['map']:.6f}" if "map" in found else "",
            f"{100 * found['rescored']:.3f} %" if "rescored" in found else "",
        )
        for way, found in best.items()
    ]
    head = ("way", "s", "× product", "× crossret", "MiB", "R@1 text → visual", "mAP visual → text", "made again")
    title = f"### {items:,} items × {items * per_item:,} captions × {width}\n\n"
    skipped = "".join(f"\n- {way}: {why}" for way, why in notes.items())
    return title + tabulate(rows, head, tablefmt="pipe", disable_numparse=True) + "\n" + skipped


def measured(way: str, size: str, given: argparse.Namespace) -> dict[str, float]:
    """Seconds, and the most memory beyond the inputs in MiB."""
    import torch
    from problem import make_problem
    from rankers import RANKERS

    torch.set_num_threads(given.threads)
    ranker = RANKERS[way]
    items, per_item, width = map(int, size.split("x"))
    ranker.run(make_problem(300, per_item, 16), given.device, given.memory)
    problem = make_problem(items, per_item, width)
    peak = Peak("cpu")
    peak.reset()
    started = time.perf_counter()
    figures = ranker.run(problem, given.device, given.memory)
    seconds = time.perf_counter() - started
    return figures | {"seconds": seconds, "memory": peak.mebibytes()}


if __name__ == "__main__":
    main()
