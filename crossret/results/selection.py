"""Which records a table is made of, checked to be comparable."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from crossret.errors import UsageError, unknown
from crossret.results.record import GalleryScores, Record
from crossret.results.store import Stored

UnitKey = tuple[str, str, int]
DISTINCT = "distinct"
"""The published rule: a caption that several items have is answered by its own alone."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Comparable records: one dataset, one protocol, one record per method, language and seed.

    Attributes:
        stored: the records, in the order of method, language and seed.
        galleries: whose scores are shown, in the order of the records.
        superseded: how many older records of the same units were left out.
    """

    stored: tuple[Stored, ...]
    galleries: tuple[str, ...]
    subset: str
    superseded: int

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the records, sorted."""
        return tuple(sorted({s.record.unit.language for s in self.stored}))

    def having(self, gallery: str) -> tuple[Stored, ...]:
        """The records with scores on a gallery."""
        return tuple(s for s in self.stored if self._found(s.record, gallery) is not None)

    def scores(self, stored: Stored, gallery: str) -> GalleryScores:
        """The scores of a record that has some on the gallery."""
        found = self._found(stored.record, gallery)
        assert found is not None
        return found

    def _found(self, record: Record, gallery: str) -> GalleryScores | None:
        return next((s for s in record.scores if (s.gallery, s.subset) == (gallery, self.subset)), None)


def select(
    stored: Iterable[Stored],
    *,
    gallery: str | None = None,
    languages: Collection[str] | None = None,
    subset: str = "",
) -> Selection:
    """Keep the records asked for.

    Raises:
        UsageError: an unknown name, records of different datasets or protocols, or a method of two suites.
    """
    ordered = sorted(stored, key=lambda s: (_unit_key(s), s.record.key))
    _refuse_mixtures([s.record for s in ordered])
    latest = _latest(ordered)
    kept = _of_languages(latest, languages)
    galleries = _galleries([s.record for s in kept], gallery, subset)
    return Selection(tuple(kept), galleries, subset, superseded=len(ordered) - len(latest))


def protocol_of(record: Record) -> str:
    """What must be equal for numbers to compare: data set, protocol, and the rule of what answers a caption."""
    unit = record.unit
    rule = record.recipe.get("evaluation", {}).get("duplicate_captions", DISTINCT)
    return f"{unit.dataset}/{unit.protocol}" + ("" if rule == DISTINCT else f", {rule} captions")


def _unit_key(stored: Stored) -> UnitKey:
    unit = stored.record.unit
    return unit.method, unit.language, unit.seed


def _refuse_mixtures(records: Sequence[Record]) -> None:
    if not records:
        raise UsageError("no records to make a table of")
    counts = Counter(map(protocol_of, records))
    if len(counts) > 1:
        listed = ", ".join(f"{name} ({count} records)" for name, count in sorted(counts.items()))
        raise UsageError(
            f"records of different data sets or protocols do not compare: {listed}; give paths of one, or the option "
            "--mix-protocols to have them in one table all the same"
        )
    suites: dict[str, set[str]] = defaultdict(set)
    for record in records:
        suites[record.unit.method].add(record.suite)
    for method, found in sorted(suites.items()):
        if len(found) > 1:
            raise UsageError(f"method {method!r} is in several suites: {', '.join(sorted(found))}; give paths of one")


def _latest(ordered: Sequence[Stored]) -> list[Stored]:
    """A unit that ran again after a change has two records; averaging them as if they were seeds would be wrong."""
    latest: dict[UnitKey, Stored] = {}
    for candidate in ordered:
        kept = latest.get(_unit_key(candidate))
        if kept is None or candidate.finished > kept.finished:
            latest[_unit_key(candidate)] = candidate
    return list(latest.values())


def _of_languages(stored: Sequence[Stored], languages: Collection[str] | None) -> list[Stored]:
    if languages is None:
        return list(stored)
    known = {s.record.unit.language for s in stored}
    for language in languages:
        if language not in known:
            raise unknown("language", language, known)
    return [s for s in stored if s.record.unit.language in languages]


def _galleries(records: Sequence[Record], gallery: str | None, subset: str) -> tuple[str, ...]:
    subsets = {scores.subset for record in records for scores in record.scores}
    if subset not in subsets:
        raise unknown("subset", subset, filter(None, subsets))
    known = dict.fromkeys(s.gallery for record in records for s in record.scores if s.subset == subset)
    if gallery is not None and gallery not in known:
        raise unknown("gallery", gallery, known)
    return tuple(known) if gallery is None else (gallery,)
