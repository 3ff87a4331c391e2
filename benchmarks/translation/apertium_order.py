"""How many captions get another translation from ``apertium`` if those before them come in another order.

    python benchmarks/translation/apertium_order.py DATA LANGUAGE [LANGUAGE ...]

takes 500 English captions of multi30k-f8k in the folder DATA to each language and back, along the best paths. Every
mode on the way gets its texts twice, sorted and shuffled, each time in one fresh process behind the usual warm-up.
"""

from __future__ import annotations

import csv
import gzip
import random
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from crossret.contracts.translation import Hop
from crossret_translators.apertium.engine import ApertiumEngine
from crossret_translators.apertium.pairs import pair_between
from crossret_translators.apertium.paths import known_paths

CAPTIONS = 500
SEED = 7


def main(data: Path, languages: Sequence[str]) -> None:
    """Print one row per mode."""
    engine, seen = ApertiumEngine(), set[Hop]()
    print("| mode | texts | changed by their order |")
    print("| --- | ---: | ---: |")
    for language in languages:
        texts = captions(data)
        for source, target in (("en", language), (language, "en")):
            for step in pairwise(next(iter(known_paths(source, target)), ())):
                pair = pair_between(*step)
                assert pair is not None
                hop = Hop(engine.name, *step, pair.mode)
                if hop not in seen:
                    seen.add(hop)
                    print(f"| {pair.mode} | {len(texts)} | {changed(engine, hop, texts)} |", flush=True)
                answers = engine.translate_hop(texts, hop)
                texts = sorted({answer.text for answer in answers if answer.status != "failed"})


def captions(data: Path) -> list[str]:
    """Evenly spread English captions."""
    with gzip.open(data / "captions" / "en.tsv.gz", "rt", encoding="utf-8", newline="") as lines:
        every = sorted({row["text"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)})
    return every[:: len(every) // CAPTIONS][:CAPTIONS]


def changed(engine: ApertiumEngine, hop: Hop, texts: Sequence[str]) -> int:
    """How many answers differ between two orders."""
    shuffled = random.Random(SEED).sample(texts, len(texts))
    first = dict(zip(texts, engine.translate_hop(texts, hop), strict=True))
    second = dict(zip(shuffled, engine.translate_hop(shuffled, hop), strict=True))
    return sum(first[text] != second[text] for text in texts)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
