"""Measures how time and memory grow with size: ``python benchmarks/speed/growth.py``.

Every part is measured at 1×, 4×, 16× and 64× of a base size, each in a process of its own on one thread. Times are CPU
seconds, which other work on the machine hardly changes. ``--out`` keeps the figures; ``--plot`` draws them.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
from pathlib import Path

from growth_parts import PARTS
from memory import Peak
from own_process import in_process
from tabulate import tabulate

SCALES = (1, 4, 16, 64)


def main() -> None:
    """Print a table; keep and draw what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="only these")
    parser.add_argument("--scale", action="append", type=int, help=f"instead of {SCALES}")
    parser.add_argument("--out", type=Path, help="JSON file of the figures; what is in it is not measured again")
    parser.add_argument("--plot", type=Path, help="SVG file")
    parser.add_argument("--measure", nargs=2, metavar=("PART", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measured(*given.measure)))
        return
    found = json.loads(given.out.read_text()) if given.out and given.out.exists() else {}
    for part in given.part or PARTS:
        for scale in given.scale or SCALES:
            size = str(PARTS[part].base * scale)
            if size not in found.setdefault(part, {}):
                found[part][size] = in_process(__file__, "--measure", part, size)
                print(f"{part}, {size} {PARTS[part].of}: {found[part][size]}", flush=True)
                if given.out:
                    given.out.write_text(json.dumps(found, indent=1) + "\n")
    print(f"\n{platform.machine()}, load: {os.getloadavg()[0]:.1f}\n\n{table(found)}")
    if given.plot:
        from growth_plot import draw

        draw(found, given.plot)


def measured(part: str, size: str) -> dict[str, float]:
    """CPU seconds, and the most memory beyond what the work begins with, in MiB."""
    import torch

    torch.set_num_threads(1)
    peak = Peak("cpu")
    seconds = PARTS[part].run(int(size), peak)
    return {"seconds": seconds, "memory": peak.mebibytes()}


def table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """Figures with the exponent of growth: the slope of the last step in logarithms, 1 where time follows size."""
    rows = []
    for part, sizes in found.items():
        before = None
        for size, figures in sizes.items():
            slope = "" if before is None else f"{slope_of(before, (size, figures)):.2f}"
            rows.append((part, f"{int(size):,}", f"{figures['seconds']:.2f}", slope, f"{figures['memory']:.0f}"))
            before = size, figures
    return tabulate(rows, ("part", "size", "CPU s", "exponent", "MiB"), tablefmt="pipe", disable_numparse=True)


def slope_of(smaller: tuple[str, dict[str, float]], larger: tuple[str, dict[str, float]]) -> float:
    """Growth of time over growth of size, in logarithms."""
    times = larger[1]["seconds"] / smaller[1]["seconds"]
    return math.log(times) / math.log(int(larger[0]) / int(smaller[0]))


if __name__ == "__main__":
    main()
