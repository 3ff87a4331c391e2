"""Compares a training step with a plain one, side by side in one run: ``python benchmarks/speed/training.py``.

The text encoder has the size of mBERT and random weights; captions have the lengths of COCO's. All ways make the same
step: source, translation and back-translation against visual features, the published terms, Adam. The plain way draws
batches at random, makes three forward passes, each padded to its longest text, and computes everything at every step;
visual features are given unless both encoders are said to be frozen: then it computes those, too.
What is measured are the eight steps of an epoch, after one that is not; every measurement is a process of its own, so
that memory can be told. Times are those of this machine at this moment; only the ratios mean something.
"""

from __future__ import annotations

import argparse
import json
import os
import platform

from memory import Peak
from own_process import in_process
from tabulate import tabulate

WAYS = {
    "plain, top layers train": "three padded forward passes, everything computed",
    "crossret, top layers train": "one forward pass of texts of similar length",
    "crossret, top layers train, states below kept": "the same, frozen layers computed once",
    "plain, text encoder frozen": "three padded forward passes, everything computed",
    "crossret, text encoder frozen": "states computed once, texts of similar length padded together",
    "plain, both encoders frozen": "the same, and a ViT-B/32 reads the pictures at every step",
    "crossret, both encoders frozen": "states and features computed once",
    "crossret, top layers train, in parts": "gradient caching",
}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", action="append", choices=WAYS, help="only these")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--micro-batch", type=int, default=4, help="of the way that works in parts")
    parser.add_argument("--buckets", type=int, default=4, help="of a batch, where no layer of the text encoder trains")
    parser.add_argument("--train-layers", default="9-11", help="of the text encoder, where some train")
    parser.add_argument("--layers", type=int, default=12, help="of the text encoder")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--measure", metavar="WAY", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        from training_steps import measured

        print(json.dumps(measured(given.measure, given, Peak(given.device))))
        return
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(
        f"{platform.machine()}, {given.threads} threads, {given.device}; load before: {load}; "
        f"batches of {given.batch}; {given.layers} layers, of which {given.train_layers} train\n"
    )
    print(table(given))


def table(given: argparse.Namespace) -> str:
    """All ways, as Markdown."""
    names = ("batch", "micro_batch", "buckets", "train_layers", "layers", "device", "threads")
    options = [part for name in names for part in (f"--{name.replace('_', '-')}", getattr(given, name))]
    found = {way: in_process(__file__, "--measure", way, *options) for way in given.way or WAYS}
    rows = []
    for way, figures in found.items():
        plain = found.get(f"plain, {way.partition(', ')[2]}" if "frozen" in way else "plain, top layers train")
        ratio = f"{figures['samples'] / plain['samples']:.2f}" if plain else ""
        memory = f"{figures['memory'] / plain['memory']:.2f}" if plain else ""
        rows.append(
            (way, f"{figures['samples']:.2f}", ratio, f"{figures['memory']:.0f}", memory, f"{figures['loss']:.3f}")
        )
    head = ("way", "samples / s", "× plain", "MiB", "× plain", "loss")
    return tabulate(rows, head, tablefmt="pipe", disable_numparse=True)


if __name__ == "__main__":
    main()
