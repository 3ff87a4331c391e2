"""Draws what ``growth.py`` measured: time and memory over size, both in logarithms."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

MARKERS = "os^Dvx*P"


def draw(found: dict[str, dict[str, dict[str, float]]], path: Path) -> None:
    """Write an SVG file with a line per part."""
    # Text stays text, and two runs over the same figures give the same file.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "crossret", "font.family": "sans-serif"})
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for marker, (part, sizes) in zip(MARKERS, found.items(), strict=False):
        smallest = min(map(int, sizes))
        scales = [int(size) / smallest for size in sizes]
        for place, name in zip(axes, ("seconds", "memory"), strict=True):
            values = [max(figures[name], 0.1 if name == "memory" else 0.0) for figures in sizes.values()]
            place.loglog(scales, values, marker=marker, label=part, linewidth=1.2, markersize=5)
    for place, title in zip(axes, ("CPU seconds", "MiB beyond the inputs"), strict=True):
        place.set(title=title, xlabel="size", xticks=[1, 4, 16, 64], xticklabels=["1×", "4×", "16×", "64×"])
        place.grid(alpha=0.3)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right center", frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
