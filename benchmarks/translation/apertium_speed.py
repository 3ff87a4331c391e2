"""How many captions per second the translator ``apertium`` takes from English to Spanish.

    python benchmarks/translation/apertium_speed.py [DATA]

translates 100 English captions with one ``apertium`` process per sentence, as a shell script would, then 30,000 in
chunks: captions of multi30k-f8k in the folder DATA (default: ``../shared/data/multi30k-f8k``) or, without it, the
English texts of the emoji data. Seconds depend on what else runs on the machine, CPU seconds of all processes hardly
do. Needs Debian's ``apertium apertium-eng-spa``; takes a few minutes.
"""

from __future__ import annotations

import csv
import gzip
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from crossret.contracts.translation import Hop, Translation
from crossret_emoji.layout import SHIPPED
from crossret_emoji.texts import load_texts
from crossret_translators.apertium.engine import ApertiumEngine

Result = TypeVar("Result")

CAPTIONS = 30_000
ONE_BY_ONE = 100
DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "multi30k-f8k"


class Cost(NamedTuple):
    """Seconds on the clock, and CPU seconds of all processes."""

    seconds: float
    cpu_seconds: float


def main(data: Path) -> None:
    """Print the table."""
    texts = captions(data)[:CAPTIONS]
    engine = ApertiumEngine()
    hop = next(hop for hop in engine.hops() if (hop.source, hop.target) == ("en", "es"))
    sample = texts[:: max(1, len(texts) // ONE_BY_ONE)][:ONE_BY_ONE]
    _, alone = timed(lambda: one_by_one(sample, hop.mode))
    answers, chunked = timed(lambda: in_chunks(engine, texts, hop))
    print(f"{hop.version}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print("| way | captions | seconds | captions per second | CPU seconds per 1,000 |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for way, cost, count in (("sentence", alone, len(sample)), (f"{engine.chunk:,} sentences", chunked, len(texts))):
        speed, cpu = count / cost.seconds, cost.cpu_seconds / count * 1000
        print(f"| one process per {way} | {count:,} | {cost.seconds:.0f} | {speed:.1f} | {cpu:.1f} |")
    faster = alone.seconds / len(sample) / (chunked.seconds / len(texts))
    cheaper = alone.cpu_seconds / len(sample) / (chunked.cpu_seconds / len(texts))
    print(f"{faster:.0f} times as fast, with a {cheaper:.0f}th of the CPU seconds")
    statuses = Counter(answer.status for answer in answers)
    known = sum(answer.unknown == 0 for answer in answers)
    print(f"{dict(statuses)}; {known / len(answers):.1%} without an unknown word")


def captions(data: Path) -> list[str]:
    """Distinct English texts in sorted order."""
    file = data / "captions" / "en.tsv.gz"
    if not file.is_file():
        return sorted({text.text for text in load_texts(SHIPPED, "en")})
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        return sorted({row["text"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)})


def timed(work: Callable[[], Result]) -> tuple[Result, Cost]:
    """What the work gives, and what it costs."""
    started, before = time.perf_counter(), cpu_seconds()
    result = work()
    return result, Cost(time.perf_counter() - started, cpu_seconds() - before)


def cpu_seconds() -> float:
    """Of this process and of all that it has started and seen ending."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def in_chunks(engine: ApertiumEngine, texts: Sequence[str], hop: Hop) -> list[Translation]:
    """All answers; start-up and warm-up included."""
    starts = range(0, len(texts), engine.chunk)
    return [answer for first in starts for answer in engine.translate_hop(texts[first : first + engine.chunk], hop)]


def one_by_one(texts: Sequence[str], mode: str) -> None:
    """The plain command, once per sentence."""
    for text in texts:
        subprocess.run(["apertium", mode], input=text.encode(), capture_output=True, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
