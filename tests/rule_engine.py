"""An engine made by rule, whose calls are written down in a file, so that those of all processes can be counted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crossret.contracts.translation import Engine, Hop, Translation
from crossret.hookspecs import hookimpl
from crossret.translation.hop_answers import Watch, ask, chunks

VERSION = "RULE_VERSION"
MORE_PAIRS = "RULE_MORE_PAIRS"


class RuleEngine:
    """Says each word with the target's code behind it: ``cat`` is ``cat.es`` in ``es`` and ``cat.es.gl`` in ``gl``.

    A word with ``poison`` in it fails; one with a digit is unknown, and stays as it is.

    Args:
        calls: a file that gets a line for every text that is asked: process, hop, text.
        seconds: that it takes for a text.
        pairs: hops, e.g. ``en-es es-gl``; those of the environment come on top.
        chunk: as in the contract.
        alternatives: how many further translations it gives.

    Environment:
        RULE_VERSION: of every hop.
        RULE_MORE_PAIRS: further hops.
    """

    name = "rule"
    most_characters = 200
    order_sensitive = False

    def __init__(
        self,
        calls: str,
        seconds: float = 0,
        pairs: str = "en-es es-en es-gl gl-es en-ca ca-oc",
        chunk: int = 4,
        alternatives: int = 0,
    ) -> None:
        self.calls = Path(calls)
        self.seconds = seconds
        self.pairs = [tuple(pair.split("-")) for pair in f"{pairs} {os.environ.get(MORE_PAIRS, '')}".split()]
        self.version = os.environ.get(VERSION, "1")
        self.chunk = chunk
        self.alternatives = alternatives

    def hops(self) -> tuple[Hop, ...]:
        return tuple(Hop("rule", source, target, f"{source}2{target}", self.version) for source, target in self.pairs)

    def paths(self, source: str, target: str) -> tuple[tuple[str, ...], ...]:
        return ()

    def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
        found = []
        for text in texts:
            time.sleep(self.seconds)
            with self.calls.open("a", encoding="utf-8") as file:
                file.write(f"{os.getpid()}\t{hop.source}-{hop.target}\t{text}\n")
            found.append(self._answer(text, hop))
        return found

    def _answer(self, text: str, hop: Hop) -> Translation:
        if "poison" in text:
            return Translation("", "failed")
        unknown = tuple(word for word in text.split() if any(map(str.isdigit, word)))
        said = " ".join(word if word in unknown else f"{word}.{hop.target}" for word in text.split())
        others = tuple((f"{said} {n}th", -float(n)) for n in range(1, self.alternatives + 1))
        return Translation(said, "ok", len(unknown), -0.5, unknown, others)

    def fingerprint(self) -> str:
        return "rule options"

    def provenance(self, hop: Hop) -> Mapping[str, object]:
        return {"licence": "CC0-1.0", "rule": f"a word and .{hop.target}"}

    def advice(self, source: str, target: str) -> str:
        return f"install rule-{source}-{target}"

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Uncached:
    """Answers of hops that are asked every time."""

    engine: Engine

    def of(self, texts: Sequence[str], hop: Hop) -> dict[str, Translation]:
        return {t: a for chunk in chunks(texts, self.engine.chunk) for t, a in ask(self.engine, chunk, hop).items()}

    def watched(self, watch: Watch) -> Uncached:
        return self


def asked(calls: Path) -> list[tuple[str, str, str]]:
    """Process, hop and text of every call so far."""
    lines = calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []
    return [tuple(line.split("\t")) for line in lines]  # type: ignore[misc]


@hookimpl
def register_translators(register: Callable[..., None]) -> None:
    """This file is a plugin."""
    register("rule", "rule_engine:RuleEngine")
