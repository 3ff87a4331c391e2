"""What the cache of translations costs, beside an engine that costs nothing.

    python benchmarks/translation/cache_speed.py [TEXTS [REPEATS]]

sends 30,000 captions through an engine that answers at once: without a cache, with an empty one, and with one that
knows all answers; then through two processes at once that share an empty one. Of some repeats the one with the least
CPU seconds counts: seconds depend on what else runs on the machine, CPU seconds of all processes hardly do. Takes a
minute.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

from crossret.contracts.translation import Engine, Hop, Translation
from crossret.recipe.models import TranslatorRecipe
from crossret.translation.cache.answers import CachedAnswers
from crossret.translation.hop_answers import HopAnswers, Watch, ask, chunks
from crossret.translation.routed_translator import RoutedTranslator

WHO = ("A man", "A woman", "Two dogs", "Three children", "A tall girl", "An old sailor", "Some people", "A skier")
DOES = ("is standing", "are running", "jumps", "looks up", "plays music", "sits", "rides a bicycle", "is waiting")
WHERE = ("on a ladder", "in the snow", "at the beach", "near a red car", "under a tree", "in front of a shop")
HOP = Hop("immediate", "en", "xx", "en-xx", "1")


class Cost(NamedTuple):
    """Seconds on the clock, and CPU seconds of all processes."""

    seconds: float
    cpu_seconds: float


@dataclass
class Immediate:
    """Answers in no time, as long as the text, with one unknown word."""

    name: str = "immediate"
    chunk: int = 1000
    most_characters: int = 1000
    order_sensitive: bool = False

    def hops(self) -> tuple[Hop, ...]:
        """One."""
        return (HOP,)

    def paths(self, source: str, target: str) -> tuple[tuple[str, ...], ...]:
        """None in particular."""
        return ()

    def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
        """The texts in capitals."""
        return [Translation(f"{text.upper()}!", "ok", 1, None, (text.rpartition(" ")[2],)) for text in texts]

    def fingerprint(self) -> str:
        """No options."""
        return "immediate"

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class Uncached:
    """Asks the engine every time."""

    engine: Engine

    def of(self, texts: Sequence[str], hop: Hop) -> dict[str, Translation]:
        """One answer per text."""
        return {t: a for chunk in chunks(texts, self.engine.chunk) for t, a in ask(self.engine, chunk, hop).items()}

    def watched(self, watch: Watch) -> Uncached:
        """Nobody watches."""
        return self


def captions(count: int) -> list[str]:
    """So many different ones, about 40 characters long."""
    numbered = product(range(1 + count // (len(WHO) * len(DOES) * len(WHERE))), WHO, DOES, WHERE)
    return [f"{who} {does} {where} number {number}" for number, who, does, where in numbered][:count]


def translate(texts: Sequence[str], answers: HopAnswers) -> None:
    """One pass."""
    translator = RoutedTranslator(Immediate(), answers)
    (route,) = translator.routes("en", "xx")
    translator.translate(texts, route)


def cached(folder: Path) -> CachedAnswers:
    """Answers kept in a folder."""
    return CachedAnswers(Immediate(), TranslatorRecipe(translator="immediate"), folder / "translations.sqlite")


def together(texts: Sequence[str], folder: Path) -> None:
    """Two processes that want the same."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=translate, args=(texts, cached(folder))) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def cheapest(passes: Iterable[Callable[[], None]]) -> Cost:
    """The pass with the least CPU seconds."""
    return min(map(cost_of, passes), key=lambda cost: cost.cpu_seconds)


def cost_of(run: Callable[[], None]) -> Cost:
    """Of one pass."""
    started, before = time.perf_counter(), _cpu_seconds()
    run()
    return Cost(time.perf_counter() - started, _cpu_seconds() - before)


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def main(count: int, repeats: int) -> None:
    """Print the table."""
    texts = captions(count)
    with tempfile.TemporaryDirectory() as root:
        folders = [Path(root) / str(number) for number in range(repeats)]
        shared = [Path(root) / f"shared {number}" for number in range(repeats)]
        found = {
            "no cache": cheapest(partial(translate, texts, Uncached(Immediate())) for _ in folders),
            "empty cache": cheapest(partial(translate, texts, cached(folder)) for folder in folders),
            "full cache": cheapest(partial(translate, texts, cached(folder)) for folder in folders),
            "empty cache, two processes": cheapest(partial(together, texts, folder) for folder in shared),
        }
        size = (folders[0] / "translations.sqlite").stat().st_size / count
    plain = found["no cache"]
    print(f"{count:,} captions, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {size:.0f} bytes per caption")
    print("| pass | seconds | CPU seconds | captions per CPU second | CPU seconds, times those without |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, (seconds, cpu) in found.items():
        print(f"| {name} | {seconds:.2f} | {cpu:.2f} | {count / cpu:,.0f} | {cpu / plain.cpu_seconds:.1f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
