"""Routes over the single hops of an engine."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from crossret.contracts.translation import Hop, Route

MOST_HOPS = 3
MOST_ROUTES = 8
MOST_LANGUAGES_SHOWN = 12
MOST_ROUTES_SHOWN = 3


class Network:
    """The languages that hops connect.

    Args:
        hops: of several between the same languages, the first counts.
    """

    def __init__(self, hops: Iterable[Hop]) -> None:
        self._hops: dict[tuple[str, str], Hop] = {}
        for hop in hops:
            self._hops.setdefault((hop.source, hop.target), hop)
        self._following: dict[str, list[str]] = {}
        for source, target in sorted(self._hops):
            self._following.setdefault(source, []).append(target)
        self.targets = frozenset(target for _, target in self._hops)

    def routes(self, source: str, target: str, preferred: Sequence[Sequence[str]] = ()) -> tuple[Route, ...]:
        """The best routes: preferred paths all of whose hops there are, then others, shorter ones first.

        Args:
            source: BCP-47 code.
            target: another one.
            preferred: sequences of languages, both ends included, best first.

        Returns:
            At most 8 routes of at most 3 hops, none through a language twice; empty if there is none.
        """
        if source == target:
            return ()
        paths = dict.fromkeys(path for path in map(tuple, preferred) if self._is_route(path, source, target))
        for path in self._paths(source, target):
            if len(paths) >= MOST_ROUTES:
                break
            paths.setdefault(path)
        return tuple(self._route(path) for path in list(paths)[:MOST_ROUTES])

    def reached(self, source: str) -> tuple[str, ...]:
        """Every language that a route leads to, nearer ones first."""
        found = dict.fromkeys([source])
        border = [source]
        for _ in range(MOST_HOPS):
            border = [new for lang in border for new in self._following.get(lang, ()) if new not in found]
            found |= dict.fromkeys(border)
        return tuple(found)[1:]

    def without_route(self, source: str, target: str) -> str:
        """Why there is no route, in a few words: the nearest pairs that there are routes for."""
        if source not in self._following:
            return f"nothing leads from {source!r}{_near(source, self._following)}"
        reached = self.reached(source)
        close = sorted(nearest_languages(target, reached), key=reached.index)[:MOST_ROUTES_SHOWN]
        if close:
            shown = ", ".join(f"{lang!r} by {self.routes(source, lang)[0]}" for lang in close)
            return f"nearest to {target!r}: {shown}"
        listed = ", ".join(reached[:MOST_LANGUAGES_SHOWN]) + (", …" if len(reached) > MOST_LANGUAGES_SHOWN else "")
        return f"from {source!r} it reaches: {listed}"

    def _is_route(self, path: tuple[str, ...], source: str, target: str) -> bool:
        ends = len(path) > 1 and (path[0], path[-1]) == (source, target)
        return ends and len(path) <= MOST_HOPS + 1 and all(pair in self._hops for pair in pairwise(path))

    def _paths(self, source: str, target: str) -> Iterator[tuple[str, ...]]:
        if target not in self.targets:
            return
        begun: list[tuple[str, ...]] = [(source,)]
        for hops in range(1, MOST_HOPS + 1):
            yield from ((*path, target) for path in begun if (path[-1], target) in self._hops)
            if hops < MOST_HOPS:
                begun = [
                    (*path, pivot)
                    for path in begun
                    for pivot in self._following.get(path[-1], ())
                    if pivot != target and pivot not in path
                ]

    def _route(self, path: Sequence[str]) -> Route:
        return Route(tuple(self._hops[pair] for pair in pairwise(path)))


def nearest_languages(code: str, known: Iterable[str]) -> list[str]:
    """Codes of the same language (``pt`` for ``pt-BR``), else those that are written alike."""
    names = sorted(known)
    primary = code.casefold().partition("-")[0]
    same = [name for name in names if name.casefold().partition("-")[0] == primary]
    return same or difflib.get_close_matches(code, names, n=MOST_ROUTES_SHOWN, cutoff=0.5)


def _near(code: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = nearest_languages(code, names)
    if close:
        return f"; did you mean {close[0]!r}?"
    shown = ", ".join(names[:MOST_LANGUAGES_SHOWN]) + (", …" if len(names) > MOST_LANGUAGES_SHOWN else "")
    return f"; hops lead from: {shown or 'no language'}"
