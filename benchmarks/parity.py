"""Writes docs/results/parity.md: how near crossret comes to numbers recorded from the published code.

Run as ``python benchmarks/parity.py``. The comparisons are those of ``tests/parity``; the recorded numbers lie beside
the repository.
"""

from __future__ import annotations

import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from tabulate import tabulate

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY / "tests")]

from parity.comparison import Comparison  # noqa: E402
from parity.effects import effects  # noqa: E402
from parity.groups import GROUPS  # noqa: E402
from parity.recorded import FOLDER, MISSING  # noqa: E402

PAGE = REPOSITORY / "docs" / "results" / "parity.md"
HEAD = """# Parity with the published code

Written by `python benchmarks/parity.py`; the tests in `tests/parity` check the same comparisons.

The authors' code (`github.com/HuiGuanLab/nrccr`, commit `5628a90`) was run once at a small size, with random weights
and invented inputs, and its numbers were recorded. They are not part of the repository. Below, crossret computes the
same numbers with its own parts: in reference mode (`reference: true`), and for arrays named `masked` by default. The
training steps pass through crossret's trainer, three in a row.

## Largest differences

A relative difference is the largest difference of an entry as a share of the largest recorded entry of its array. What
a difference may be was set when the numbers were recorded, from runs of the published code in two precisions; the last
column says how much of that the worst array takes.
"""
MIDDLE = """
## What the choices change

[Reference mode](../explanation/reference-mode.md) says why the default differs from the published code. On the recorded
inputs, which are random and small, it makes these differences:
"""
END = """
## What is not compared

- Gradients that are zero in exact arithmetic (a bias in front of a softmax or a batch norm), and the weights that
  follow them: Adam moves those by the sign of rounding noise.
- Weights after a step where the clipped gradient is below 1e-5 are only held to two learning rates.
- Tied ranks of the published code depend on the machine; the stable order is compared.
- Dropout is zero in the recorded steps.
"""


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    return tabulate([list(row) for row in rows], headers=list(columns), tablefmt="github", disable_numparse=True)


def row_of(name: str, comparisons: Sequence[Comparison]) -> tuple[object, ...]:
    """One group of recorded numbers."""
    worst = max(comparisons, key=lambda comparison: comparison.relative_difference)
    used = max(comparison.used for comparison in comparisons)
    return name, len(comparisons), f"{worst.relative_difference:.1e}", f"`{worst.name}`", f"{100 * used:.0f} %"


def parts() -> Iterator[str]:
    """The page, part by part."""
    rows = []
    for name, compare in GROUPS.items():
        with tempfile.TemporaryDirectory() as scratch:
            rows.append(row_of(name, list(compare(Path(scratch)))))
    yield HEAD
    yield table(("numbers", "arrays", "largest relative difference", "in", "of the allowed"), rows)
    yield f"\nCPU ({platform.machine()}), torch {torch.__version__.partition('+')[0]}, float32, one thread."
    yield MIDDLE
    found = ((e.choice, e.figure, e.published, e.default) for e in effects())
    yield table(("choice", "figure", "published", "default"), list(found))
    yield END


def main() -> None:
    """Compare and write."""
    if not FOLDER.exists():
        raise SystemExit(f"parity: {MISSING}")
    torch.set_num_threads(1)
    PAGE.write_text("\n".join(parts()), encoding="utf-8")


if __name__ == "__main__":
    main()
