from __future__ import annotations

from collections import Counter

import pytest
from tiny_data import ReversingTranslator, TinyDataset, reverse_words

from crossret.contracts.translation import Route
from crossret.errors import DataError, UsageError
from crossret.translation.asking import Report
from crossret.translation.parts import Part, Purpose, Wanted, translated_parts, wanted_of


def unwatched(purpose: Purpose, route: Route) -> Report:
    return lambda done, total: None


def wanted(languages: tuple[str, ...] = ("xx",), back: bool = True, queries: bool = True) -> Wanted:
    return wanted_of(TinyDataset(fragments=2), "plain", languages, ("train",), back=back, queries=queries)


def done(wanted: Wanted, translator: ReversingTranslator | None = None) -> list[Part]:
    return list(translated_parts(wanted, translator or ReversingTranslator(), unwatched))


def test_there_and_back_and_the_queries_of_validation_and_galleries() -> None:
    there, back, queries = done(wanted())
    assert (there.purpose, str(there.route)) == ("source captions", "en → xx (reverse)")
    assert [a.text for a in there.answers] == [reverse_words(c.text) for c in there.captions]
    assert (back.purpose, str(back.route)) == ("back-translations", "xx → en (reverse)")
    assert [a.text for a in back.answers] == [c.text for c in there.captions]
    assert {c.lang for c in back.captions} == {"xx"}
    assert queries.purpose == "queries"
    data = TinyDataset()
    assert queries.captions == data.captions("plain", "val", "xx") + data.captions("plain", "test", "xx")


def test_nothing_is_translated_that_was_not_asked_for() -> None:
    assert [part.purpose for part in done(wanted(back=False, queries=False))] == ["source captions"]
    only = wanted_of(TinyDataset(), "plain", ("xx",), (), back=True, queries=True)
    assert [part.purpose for part in done(only)] == ["queries"]


def test_what_failed_is_not_translated_back() -> None:
    failing = wanted().source[5].text
    there, back, _ = done(wanted(), ReversingTranslator(frozenset({failing})))
    assert Counter(answer.status for answer in there.answers)["failed"] == 1
    assert len(back.captions) == len(there.captions) - 1
    assert all(caption.text.strip() for caption in back.captions)


def test_a_missing_route_is_told_before_anything_is_translated() -> None:
    class Never(ReversingTranslator):
        def translate(self, texts: object, route: Route) -> list[object]:  # type: ignore[override]
            raise AssertionError("translated in vain")

    with pytest.raises(DataError, match=r"no translation route from 'en' to 'xz'; did you mean 'xx'\?"):
        done(wanted(("xx", "xz"), queries=False), Never())


def test_a_missing_way_back_is_told_too() -> None:
    class OneWay(ReversingTranslator):
        def routes(self, source: str, target: str) -> tuple[Route, ...]:
            return super().routes(source, target) if source == "en" else ()

    assert len(done(wanted(back=False, queries=False), OneWay())) == 1
    with pytest.raises(DataError, match="no translation route from 'xx' back to 'en'; this translator has none for"):
        done(wanted(queries=False), OneWay())


@pytest.mark.parametrize(
    ("languages", "splits", "queries", "line"),
    [
        (("en",), ("train",), False, "'en' is the language of the source captions; name others"),
        (("yy",), ("train",), True, "unknown language with human captions 'yy'; known: xx"),
        (("xx",), (), False, "nothing to translate: no split of source captions and no queries"),
        (("xx",), ("trian",), False, "unknown split of protocol 'plain' 'trian'; did you mean 'train'"),
    ],
)
def test_what_cannot_be_meant(languages: tuple[str, ...], splits: tuple[str, ...], queries: bool, line: str) -> None:
    with pytest.raises(UsageError, match=line):
        wanted_of(TinyDataset(), "plain", languages, splits, back=False, queries=queries)
