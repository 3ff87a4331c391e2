"""``apertium``: the free rule-based engine, where it is installed."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from crossret.contracts.translation import Hop, Status, Translation
from crossret.errors import ComponentError
from crossret_translators.apertium.asking import answer_all
from crossret_translators.apertium.installation import INSTALL, Installation
from crossret_translators.apertium.marks import tidy
from crossret_translators.apertium.pairs import PAIRS, Pair, pair_between
from crossret_translators.apertium.paths import known_paths
from crossret_translators.apertium.process import run
from crossret_translators.apertium.provenance import PROTOCOL, provenance
from crossret_translators.apertium.records import decode, encode, plain
from crossret_translators.apertium.serbian import latin
from crossret_translators.apertium.warm_ups import digest_of_all, warm_up

# The engine reads Serbo-Croatian in Latin letters only.
_SPELLING: Final = {"sr": latin}
_INVISIBLE: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})
_SECONDS_PER_CHARACTER: Final = 0.001
_STARTS: Final = 2


class ApertiumEngine:
    """Runs modes of the installed engine, one process per chunk, behind a fixed warm-up.

    Args:
        modes: folder of mode files, for pairs built by hand; empty: that of the installed engine.
        patience: seconds without any answer after which a process is given up, plus one for every 1,000 characters of
            the longest text.
    """

    name = "apertium"
    # Large enough that the warm-up costs little, small enough that little is lost on the way.
    chunk = 2000
    most_characters = 30_000
    order_sensitive = True

    def __init__(self, modes: str = "", patience: float = 60) -> None:
        self._installation = Installation(modes)
        self._patience = patience

    def hops(self) -> tuple[Hop, ...]:
        """The usable modes that are installed.

        Raises:
            ComponentError: the engine is not installed.
        """
        return tuple(
            Hop(self.name, pair.source, pair.target, pair.mode, self._installation.version(pair))
            for pair in PAIRS
            if self._installation.has(pair.mode)
        )

    def paths(self, source: str, target: str) -> tuple[tuple[str, ...], ...]:
        """The paths that were compared, best first."""
        return known_paths(source, target)

    def translate_hop(self, texts: Sequence[str], hop: Hop) -> list[Translation]:
        """One answer per text.

        Raises:
            ComponentError: the mode is not installed, or answers nothing at all.
        """
        pair = known_pair(hop)
        spelling = _SPELLING.get(pair.source, str)
        asked = {text: spelling(text) for text in texts}
        usable = [text for text in asked if plain(asked[text])]
        raw = dict(zip(usable, self.raw(pair, [asked[text] for text in usable]), strict=True))
        return [_translation(asked[text], raw.get(text, "")) for text in texts]

    def raw(self, pair: Pair, texts: Sequence[str]) -> list[str]:
        """The engine's own words, marks and all, blank for a text that it cannot translate.

        Raises:
            ComponentError: the mode is not installed, or answers nothing at all.
        """
        pipeline = self._installation.pipeline(pair) if texts else ""
        return answer_all(lambda piece: self._ask(pair, pipeline, piece), texts)

    def fingerprint(self) -> str:
        """Hash of the protocol and the warm-up lists."""
        return hashlib.sha256(f"{PROTOCOL} {digest_of_all()}".encode()).hexdigest()[:16]

    def provenance(self, hop: Hop) -> Mapping[str, object]:
        """How the answers of a hop come about.

        Raises:
            ComponentError: the engine or the mode is not installed.
        """
        return provenance(self._installation, known_pair(hop))

    def advice(self, source: str, target: str) -> str:
        """The packages that are missing on the best path; empty if no package helps.

        Raises:
            ComponentError: the engine is not installed.
        """
        for path in known_paths(source, target) or ((source, target),):
            pairs = [pair_between(first, second) for first, second in pairwise(path)]
            missing = [pair.package for pair in pairs if pair and not self._installation.has(pair.mode)]
            if missing and all(pairs):
                return f"on Debian: {INSTALL} {' '.join(missing)}"
        return ""

    def close(self) -> None:
        """Nothing stays open between calls."""

    def _ask(self, pair: Pair, pipeline: str, texts: Sequence[str]) -> list[str]:
        """The answers that one fresh process gives, in order, as far as it comes.

        Raises:
            ComponentError: it does not even answer the warm-up.
        """
        first = warm_up(pair.source)
        patience = self._patience + _SECONDS_PER_CHARACTER * max(map(len, texts))
        records = encode([*first, *texts])
        for _ in range(_STARTS):
            outcome = run(pipeline, records, patience)
            answers = decode(outcome.stream)
            if len(answers) >= len(first):
                return answers[len(first) : len(first) + len(texts)]
        ending = "stood still and was stopped" if outcome.status is None else f"ended with status {outcome.status}"
        raise ComponentError(
            f"apertium mode {pair.mode}: {len(answers)} of the {len(first)} warm-up texts were answered, then it "
            f"{ending}; {outcome.complaint or 'it said nothing'}"
        )


def known_pair(hop: Hop) -> Pair:
    """The pair of a hop.

    Raises:
        ComponentError: the engine has none.
    """
    pair = pair_between(hop.source, hop.target)
    if pair is None:
        raise ComponentError(f"apertium: no mode leads from {hop.source!r} to {hop.target!r}")
    return pair


def _translation(source: str, raw: str) -> Translation:
    answer = tidy(source, raw)
    if all(unicodedata.category(character) in _INVISIBLE for character in answer.text):
        return Translation("", "failed")
    distinct: dict[str, str] = {}
    for word in answer.marked:
        distinct.setdefault(word.casefold(), word)
    status: Status = "copied" if answer.text.casefold() == source.casefold() else "ok"
    return Translation(answer.text, status, len(distinct), unknown_words=tuple(distinct.values()))
