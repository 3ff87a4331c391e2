"""Tables about the quality of translations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crossret.contracts.rendering import Cell, Table
from crossret.translation.survey import Row, Unmeasured

SCORES = ("what", "route", "split", "sentences", "references", "compared", "BLEU", "chrF", "equal %")
SIGNALS = (
    "what",
    "route",
    "failed",
    "copied %",
    "copied words %",
    "unknown words %",
    "with one %",
    "length ratio",
    "R@1 untranslated %",
    "without unknown words %",
)
READING = (
    "References: parallel – human translations of the very sentence; per item – all human captions of the same item, "
    "which need not say the same; source – the sentence itself, after there and back, which flatters an engine that "
    "copies.",
)
SIGNS = (
    "Copied: equal to its source. Copied words: of the words of at least four letters, those that stand in the source, "
    "too. Unknown: marked by the engine, per word of its input, and translations with at least one; '-': it marked "
    "none, which is also what an engine does that cannot tell. "
    "Length: characters per character of the source.",
    "R@1 untranslated: the text in the other language ranks its item's source text first by letters alone. A retrieval "
    "score on such texts must be read beside it.",
)
NOTHING = Cell("-")


def quality_tables(name: str, found: Sequence[Row | Unmeasured]) -> tuple[Table, Table]:
    """Scores against references, and what can be told without any."""
    rows = [row for row in found if isinstance(row, Row)]
    missing = dict.fromkeys(f"Not measured: {one.what}: {one.why}" for one in found if isinstance(one, Unmeasured))
    return (
        Table(
            f"Translations of {name} against references",
            SCORES,
            tuple(tuple(_scores(row)) for row in rows),
            (*READING, *_signatures(rows), *missing),
        ),
        Table(f"Signals of the translations of {name}", SIGNALS, tuple(tuple(_signals(row)) for row in rows), SIGNS),
    )


def _scores(row: Row) -> Iterator[Cell]:
    figures = row.figures
    yield from _head(row)
    yield Cell(row.split, row.split)
    yield Cell(f"{figures.captions:,}", figures.captions)
    yield Cell(figures.references or "none", figures.references)
    yield Cell(f"{figures.compared:,}", figures.compared)
    scores = figures.scores
    yield from map(_number, (scores.bleu, scores.chrf, scores.exact) if scores else (None, None, None))


def _signals(row: Row) -> Iterator[Cell]:
    figures, found = row.figures, row.untranslated
    yield from _head(row)
    yield Cell(f"{figures.failed:,}", figures.failed)
    yield from map(_percent, (figures.copied, figures.copied_words, figures.unknown, figures.marked))
    yield Cell(f"{figures.length:.2f}", figures.length)
    if found is None:
        yield from (NOTHING, NOTHING)
    else:
        yield Cell(f"{100 * found.as_is:.1f} of {found.items:,}", found.as_is)
        yield _percent(found.known)


def _head(row: Row) -> tuple[Cell, Cell]:
    part = row.figures.part
    return Cell(part.purpose, part.purpose), Cell(str(part.route), str(part.route))


def _number(value: float | None) -> Cell:
    return NOTHING if value is None else Cell(f"{value:.1f}", value)


def _percent(share: float | None) -> Cell:
    return NOTHING if share is None else Cell(f"{100 * share:.1f}", share)


def _signatures(rows: Sequence[Row]) -> list[str]:
    scores = [row.figures.scores for row in rows if row.figures.scores]
    return [
        *dict.fromkeys(f"BLEU: {one.bleu_signature}" for one in scores),
        *dict.fromkeys(f"chrF: {one.chrf_signature}" for one in scores),
    ]
