"""``file``: answers from a file of recorded translations, or from several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, get_args

from crossret.contracts.translation import Hop, Route, Status, Translation
from crossret.errors import DataError, nearest
from crossret_translators.files import Stamp, digest_of, stamp_of
from crossret_translators.recorded_routes import recorded_routes
from crossret_translators.rows import Row, read_rows

STATUSES: tuple[Status, ...] = get_args(Status)


class Recorded(NamedTuple):
    """A translation and the file and line it came from."""

    path: Path
    line: int
    translation: Translation


class FileTranslator:
    """Gives exactly the recorded translations, and fails on a text without one.

    The file has the columns ``source_lang``, ``target_lang``, ``text``, ``translation`` and, if it likes, ``status``
    (``ok``, ``copied``, ``failed``), ``unknown`` (a number of words) and ``unknown_words`` (those of them that stand in
    the translation, separated by spaces). Without a status, a translation equal to its
    text, case-folded, is ``copied``. Only the pair of languages asked for is kept in memory.

    Where ``crossret translate`` made the file, its provenance stands beside it, and the routes are those that the texts
    were translated by. Without it, or if the file was changed since, the engine is ``file``.

    Args:
        path: a ``.csv``, ``.tsv`` or ``.jsonl`` file, or one of them with ``.gz`` behind it; UTF-8. Or a folder of such
            files, which count as one: no two of them may answer a text differently.
    """

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self._stamp: Stamp = ()
        self._digest: str | None = None
        self._pairs: dict[tuple[str, str], tuple[Path, ...]] | None = None
        self._recorded: dict[tuple[str, str], dict[str, Recorded]] = {}

    def routes(self, source: str, target: str) -> tuple[Route, ...]:
        """One route if the file has the pair, none if it has not.

        Raises:
            DataError: the file is missing or malformed.
        """
        self._refresh()
        if self._pairs is None:
            self._pairs = pairs_in(self._files())
        if (source, target) not in self._pairs:
            return ()
        return (self._route(self._pairs[source, target], source, target),)

    def translate(self, texts: Sequence[str], route: Route) -> list[Translation]:
        """The recorded translations.

        Raises:
            DataError: a text has no record, or the file is missing or malformed.
        """
        self._refresh()
        source, target = route.hops[0].source, route.hops[-1].target
        if (source, target) not in self._recorded:
            self._recorded[source, target] = load_pair(self._files(), source, target)
        recorded = self._recorded[source, target]
        missing = [text for text in texts if text not in recorded]
        if missing:
            raise DataError(
                f"{self.path}: {len(missing)} of {len(texts)} texts have no {source} → {target} translation, "
                f"the first is {missing[0]!r}"
            )
        return [recorded[text].translation for text in texts]

    def fingerprint(self) -> str:
        """Hash of the content.

        Raises:
            DataError: the file is missing.
        """
        self._refresh()
        if self._digest is None:
            self._digest = digest_of(self._stamp)
        return self._digest

    def _route(self, paths: Sequence[Path], source: str, target: str) -> Route:
        """That of the engines, if all files with the pair name the same; else one of the engine ``file``."""
        recorded = {recorded_routes(path).get((source, target)) for path in paths}
        route = recorded.pop() if len(recorded) == 1 else None
        if route is None:
            return Route((Hop("file", source, target, version=self.fingerprint()),))
        content = f"recorded in {self.fingerprint()}"
        return Route(tuple(replace(hop, version=f"{hop.version}; {content}") for hop in route.hops))

    def _files(self) -> list[Path]:
        return [Path(name) for name, _, _ in self._stamp]

    def _refresh(self) -> None:
        """Forget what was read if a file has changed since."""
        stamp = stamp_of(self.path)
        if stamp != self._stamp:
            self._stamp, self._digest, self._pairs, self._recorded = stamp, None, None, {}


def pairs_in(paths: Iterable[Path]) -> dict[tuple[str, str], tuple[Path, ...]]:
    """The files that have rows of each pair of languages.

    Raises:
        DataError: a row is malformed.
    """
    found: dict[tuple[str, str], dict[Path, None]] = {}
    for path in paths:
        for row in read_rows(path):
            found.setdefault((row.source, row.target), {})[path] = None
    return {pair: tuple(files) for pair, files in found.items()}


def load_pair(paths: Iterable[Path], source: str, target: str) -> dict[str, Recorded]:
    """The translations of one pair of languages by text.

    Raises:
        DataError: a row is malformed, or two rows of one text disagree.
    """
    recorded: dict[str, Recorded] = {}
    for path in paths:
        for row in read_rows(path):
            if (row.source, row.target) != (source, target):
                continue
            translation = to_translation(path, row)
            first = recorded.setdefault(row.text, Recorded(path, row.line, translation))
            if first.translation != translation:
                there = f"line {first.line}" if first.path == path else f"{first.path}:{first.line}"
                raise DataError(
                    f"{path}:{row.line}: {row.text!r} is {_shown(translation)}, but {there} says "
                    f"{_shown(first.translation)}"
                )
    return recorded


def _shown(translation: Translation) -> str:
    return f"{translation.text!r} ({translation.status}, {translation.unknown} unknown)"


def to_translation(path: Path, row: Row) -> Translation:
    """A row as the answer it stands for.

    Raises:
        DataError: its status or number of unknown words is malformed, or it is empty without having failed.
    """
    where = f"{path}:{row.line}"
    copied: Status = "copied" if row.translation.casefold() == row.text.casefold() else "ok"
    status = next((known for known in STATUSES if known == row.status), None) if row.status else copied
    if status is None:
        raise DataError(f"{where}: unknown status {row.status!r}{nearest(row.status, STATUSES)}")
    if not row.translation.strip() and status != "failed":
        raise DataError(
            f"{where}: the translation of {row.text!r} is empty; expected status 'failed', found {status!r}"
        )
    if row.unknown and not (row.unknown.isascii() and row.unknown.isdigit()):
        raise DataError(f"{where}: unknown is {row.unknown!r}; expected a number of words")
    words = tuple(row.unknown_words.split())
    return Translation(row.translation, status, int(row.unknown or len(words)), unknown_words=words)
