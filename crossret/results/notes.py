"""What must be said below a table: how to read it, and where its numbers come from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from crossret.results.board import MEAN, NOT_SIGNIFICANT, Board
from crossret.results.figures import Figure
from crossret.results.paired import RESAMPLES
from crossret.results.record import Record
from crossret.results.selection import Selection
from crossret.results.statistics import Row

CORE = "crossret"
"""Its version is among those of the packages."""


def reading(board: Board) -> tuple[str, ...]:
    """How to read the cells; only what occurs in the table."""
    return tuple(_reading(board))


def ranking(board: Board) -> tuple[str, ...]:
    """What the column of places means."""
    if not board.places:
        return ()
    return (
        "rank: places a row may have on the mean over languages: 1 + the rows significantly better, to the number of "
        "rows less those significantly worse (paired randomisation, Holm-corrected over all pairs of rows).",
    )


def provenance(selection: Selection, gallery: str) -> tuple[str, ...]:
    """Commands, data and versions, with a warning where they differ between rows."""
    return tuple(_provenance([s.record for s in selection.having(gallery)], selection.superseded))


def seeds(board: Board) -> str:
    """What ± means."""
    counts = [number.seeds for row in board.rows for number in row.numbers.values()]
    low, high = min(counts), max(counts)
    if high == 1:
        return "One seed: no deviation."
    return f"Mean ± sample standard deviation over {high if low == high else f'{low} to {high}'} seeds."


def _reading(board: Board) -> Iterator[str]:
    yield seeds(board)
    yield from _columns(board)
    if not board.figure.higher_is_better:
        yield f"{board.figure.heading}: lower is better."
    if not all(row.complete for row in board.rows):
        yield (
            f"–: no record of the method in {'a' if _grouped(board) else 'the'} language; its mean, in parentheses, is "
            "over the others and does not compare."
        )
    yield from _not_above_untrained(board)
    if board.reference is not None:
        yield from _comparing(board, board.label(board.reference))


def _grouped(board: Board) -> bool:
    return any(languages != (heading,) for heading, languages in board.columns.items())


def _columns(board: Board) -> Iterator[str]:
    """Which languages a column stands for."""
    if _grouped(board):
        groups = (f"{heading}: {', '.join(languages)}" for heading, languages in board.columns.items())
        yield f"Columns are means over languages, each counting the same ({'; '.join(groups)})."


def _not_above_untrained(board: Board) -> Iterator[str]:
    """Nobody shall take for transfer what copied words give without any training."""
    for untrained in board.rows:
        if untrained.record.training_key:
            continue
        beaten = [
            board.label(row)
            for row in board.best_first()
            if row.record.training_key and not _is_above(row, untrained, board.figure)
        ]
        if beaten:
            yield (
                f"Not above {board.label(untrained)}, which is not trained and gets along with words that languages "
                f"share or a translation copies: {', '.join(beaten)}."
            )


def _is_above(row: Row, other: Row, figure: Figure) -> bool:
    """Whether a row is better in the mean over the languages that both have; without any it is nothing to compare."""
    both = row.numbers.keys() & other.numbers.keys()
    ahead = sum(row.numbers[lang].mean - other.numbers[lang].mean for lang in both)
    return not both or (ahead if figure.higher_is_better else -ahead) > 0


def _comparing(board: Board, reference: str) -> Iterator[str]:
    if board.figure.per_query is None:
        yield f"Δ: difference to {reference}; there is no paired test of {board.figure.heading}."
        return
    compared = board.comparisons.get(MEAN, {})
    subjects = {comparison.subjects for comparison in compared.values()}
    if compared:
        over = f"{min(subjects):,}" if len(subjects) == 1 else f"{min(subjects):,} to {max(subjects):,}"
        yield (
            f"Δ: difference to {reference} over the languages and seeds that both rows have, with its 95 % bootstrap "
            f"interval over {over} subjects; p: paired randomisation over subjects ({RESAMPLES:,} resamples), "
            "Holm-corrected over the rows; d: the difference in standard deviations of a subject's (Cohen's, paired)."
        )
    if any(not one.significant for column in board.comparisons.values() for one in column.values()):
        yield f"{NOT_SIGNIFICANT}: not significantly different from {reference} at 5 % (the same test, per column)."
    if len(compared) < len(board.rows) - 1:
        yield "No p: the row's ranks are missing, or its queries or seeds are not those of the reference row."


def _provenance(records: Sequence[Record], superseded: int) -> Iterator[str]:
    for command in sorted({record.command for record in records}):
        yield f"Made by: {command}"
    hashes = _distinct((record.unit.language, record.data_hash[:12]) for record in records)
    versions = _distinct(
        (package, version) for record in records for package, version in record.environment.versions.items()
    )
    shown = sorted({found for language in hashes.values() for found in language})
    made = ", ".join(sorted(versions.get("crossret", {"unknown"})))
    yield f"Data: {', '.join(shown)}; crossret {made}."
    devices = sorted({record.environment.device for record in records})
    if len(devices) > 1:
        yield f"Made on: {', '.join(devices)}."
    different = [
        f"{package} ({', '.join(sorted(found))})" for package, found in sorted(versions.items()) if len(found) > 1
    ]
    if different:
        yield f"Warning: rows were made with different versions of {', '.join(different)}."
    yield from _plugins(records)
    yield from _answers(records)
    mixed = [language for language, found in sorted(hashes.items()) if len(found) > 1]
    if mixed:
        yield f"Warning: rows were made from different data in {', '.join(mixed)}."
    if superseded:
        yield f"Warning: {superseded} older records of the same units were left out."


def _plugins(records: Sequence[Record]) -> Iterator[str]:
    """Plugins that several rows use, each another version."""
    versions = _distinct(used for record in records for used in record.made_by.items() if used[0] != CORE)
    for plugin, found in sorted(versions.items()):
        if len(found) > 1:
            rows = {v: sorted({r.label or r.unit.method for r in records if r.made_by.get(plugin) == v}) for v in found}
            told = "; ".join(f"{version}: {', '.join(rows[version])}" for version in sorted(rows))
            yield f"Warning: rows were made with different versions of plugin {plugin} ({told})."


def _answers(records: Sequence[Record]) -> Iterator[str]:
    """Which items answer a caption that several have, unless it is the published rule."""
    rules = {record.recipe.get("evaluation", {}).get("duplicate_captions", "distinct") for record in records}
    if rules == {"shared"}:
        yield "A caption that several items have is answered by each of them (evaluation.duplicate_captions: shared)."


def _distinct(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, value in pairs:
        found[name].add(value)
    return found
