"""How good the machine translations are: tables for the data card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crossret_emoji.builder.routes import INTO_ENGLISH, OUT_OF_ENGLISH
from crossret_emoji.builder.translate import ROUND_TRIP_COLUMNS, ROUND_TRIPS, TO_ENGLISH, TO_ENGLISH_COLUMNS
from crossret_emoji.layout import SOURCE_LANGUAGE
from crossret_emoji.tables import read_table
from crossret_emoji.texts import NAME, Text, load_texts

Row = Mapping[str, str]

_NAMES: Final = ("lang", "names", "exact %", "exact where different %", "F1", "copied %", "unknown %", "round trip %")
_KEYWORDS: Final = ("lang", "keywords", "hit %", "copied %", "unknown %", "failed", "round trip %")
_ENGLISH: Final = ("lang", "names", "exact %", "F1", "F1 as is", "copied %", "unknown %", "failed")


@dataclass(frozen=True, slots=True)
class Human:
    """The human texts of one language: names by concept, which of them equal English, and all texts case-folded."""

    names: Mapping[str, str]
    same: frozenset[str]
    texts: Mapping[str, frozenset[str]]


def report(work: Path, out: Path) -> str:
    """Three Markdown tables: names out of English, keywords out of English, names into English."""
    trips = _read(work, ROUND_TRIPS, ROUND_TRIP_COLUMNS)
    into = _read(work, TO_ENGLISH, TO_ENGLISH_COLUMNS)
    humans = {lang: human(load_texts(out, lang)) for lang in OUT_OF_ENGLISH}
    english = human(load_texts(out, SOURCE_LANGUAGE)).names
    of = {lang: [row for row in trips if row["lang"] == lang] for lang in OUT_OF_ENGLISH}
    tables = (
        ("Names out of English", _NAMES, [_name_line(lang, of[lang], humans[lang]) for lang in of]),
        ("Keywords out of English", _KEYWORDS, [_keyword_line(lang, of[lang], humans[lang]) for lang in of]),
        (
            "Human names into English",
            _ENGLISH,
            [_english_line(lang, [row for row in into if row["lang"] == lang], english) for lang in INTO_ENGLISH],
        ),
    )
    return "\n".join(line for title, head, lines in tables for line in _markdown(title, head, lines))


def human(texts: Sequence[Text]) -> Human:
    """Index the texts of one language."""
    names = {text.concept: text.text for text in texts if text.kind == NAME}
    same = frozenset(text.concept for text in texts if text.kind == NAME and text.same_as_en)
    folded: dict[str, set[str]] = {}
    for text in texts:
        folded.setdefault(text.concept, set()).add(text.text.casefold())
    return Human(names, same, {concept: frozenset(all_texts) for concept, all_texts in folded.items()})


def f1(first: str, second: str) -> float:
    """F1 of the sets of character 3-grams, ignoring case."""
    left, right = _grams(first.casefold()), _grams(second.casefold())
    return 2 * len(left & right) / (len(left) + len(right))


def _grams(text: str) -> set[str]:
    return {text[start : start + 3] for start in range(len(text) - 2)} or {text}


def _name_line(lang: str, rows: Sequence[Row], human: Human) -> list[str]:
    names = [row for row in rows if row["kind"] == NAME]
    known = [row for row in names if row["id"] in human.names]

    def exact(row: Row) -> bool:
        return _equal(row["translation"], human.names[row["id"]])

    return [
        lang,
        str(len(known)),
        _percent(known, exact),
        _percent([row for row in known if row["id"] not in human.same], exact),
        _mean(f1(row["translation"], human.names[row["id"]]) for row in known),
        *_copied_and_unknown(names),
        _round_trip(names),
    ]


def _keyword_line(lang: str, rows: Sequence[Row], human: Human) -> list[str]:
    known = [row for row in rows if row["kind"] != NAME and row["id"] in human.names]
    hit = _percent(known, lambda row: row["translation"].casefold() in human.texts[row["id"]])
    return [lang, str(len(known)), hit, *_copied_and_unknown(known), _failed(known), _round_trip(known)]


def _english_line(lang: str, rows: Sequence[Row], english: Mapping[str, str]) -> list[str]:
    return [
        lang,
        str(len(rows)),
        _percent(rows, lambda row: _equal(row["english"], english[row["id"]])),
        _mean(f1(row["english"], english[row["id"]]) for row in rows),
        _mean(f1(row["text"], english[row["id"]]) for row in rows),
        *_copied_and_unknown(rows),
        _failed(rows),
    ]


def _copied_and_unknown(rows: Sequence[Row]) -> tuple[str, str]:
    copied = _percent(rows, lambda row: row["status"] == "copied")
    return copied, _percent(rows, lambda row: int(row["marked"]) > 0)


def _failed(rows: Sequence[Row]) -> str:
    return str(sum(row["status"] == "failed" for row in rows))


def _round_trip(rows: Sequence[Row]) -> str:
    if all(row["back_status"] == "no-route" for row in rows):
        return "-"
    return _percent(rows, lambda row: _equal(row["back"], row["source"]))


def _equal(first: str, second: str) -> bool:
    return first.casefold() == second.casefold()


def _percent(rows: Sequence[Row], test: Callable[[Row], bool]) -> str:
    return f"{100 * sum(map(test, rows)) / max(1, len(rows)):.1f}"


def _mean(values: Iterator[float]) -> str:
    numbers = list(values)
    return f"{sum(numbers) / max(1, len(numbers)):.3f}"


def _read(work: Path, name: str, columns: Sequence[str]) -> list[Row]:
    return [dict(zip(columns, row, strict=True)) for row in read_table(work, name, columns)]


def _markdown(title: str, head: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    yield from (f"| {' | '.join(line)} |" for line in lines)
    yield ""
