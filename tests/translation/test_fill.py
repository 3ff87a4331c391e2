from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_data import ReversingTranslator, TinyDataset, reverse_words

from crossret.contracts.data import Caption
from crossret.contracts.translation import CaptionTranslator, Hop, Route, Translation
from crossret.data.pools import AlignedText
from crossret.errors import DataError
from crossret.translation.fill import (
    human_target_pool,
    route_between,
    source_pool,
    translate_all,
    translated_queries,
)
from crossret.translation.pooling import Translators, translated_pool

ROUTE = Route((Hop("reverse", "en", "xx"),))


def captions() -> tuple[Caption, ...]:
    return TinyDataset(fragments=2).captions("plain", "train", "en")


def every(texts: dict[str, object] | object) -> list[AlignedText]:
    return [t for s in texts.values() for t in (*s.sentences, *s.fragments)]  # type: ignore[attr-defined]


@given(st.lists(st.sampled_from(["a b", "cd", "level", "x"])))
def test_answers_stand_in_the_order_of_the_texts_and_none_is_asked_twice(texts: list[str]) -> None:
    asked: list[str] = []

    class Recording(ReversingTranslator):
        def translate(self, texts: Sequence[str], route: Route) -> list[Translation]:
            asked.extend(texts)
            return super().translate(texts, route)

    found = translate_all(texts, Recording(), ROUTE)
    assert [answer.text for answer in found] == [reverse_words(text) for text in texts]
    assert sorted(asked) == sorted(set(texts))


class Broken(ReversingTranslator):
    def __init__(self, answers: list[Translation]) -> None:
        object.__setattr__(self, "answers", answers)

    def translate(self, texts: Sequence[str], route: Route) -> list[Translation]:
        answers: list[Translation] = self.answers  # type: ignore[attr-defined]
        return answers


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_engine_that_answers_out_of_step_is_refused(count: int) -> None:
    with pytest.raises(DataError, match=rf"en → xx \(reverse\): {count} answers for 2 texts"):
        translate_all(["a", "b"], Broken([Translation("x", "ok")] * count), ROUTE)


def test_an_empty_answer_that_did_not_fail_is_refused() -> None:
    with pytest.raises(DataError, match="empty translation of 'b', status 'ok'"):
        translate_all(["b", "a"], Broken([Translation("x", "ok"), Translation(" ", "ok")]), ROUTE)


def test_a_pool_keeps_source_target_and_back_together() -> None:
    found = translated_pool(captions(), Translators(ReversingTranslator()), "en", "xx", back=True)
    assert list(found) == [f"s{n}" for n in range(12)]
    assert len(every(found)) == len(captions())
    for text in every(found):
        assert text.target == reverse_words(text.source)
        assert text.back == text.source
    by_kind = {(c.subject, c.kind, c.text) for c in captions()}
    assert by_kind == {
        (subject, kind, text.source)
        for subject, texts in found.items()
        for kind, group in (("sentence", texts.sentences), ("fragment", texts.fragments))
        for text in group
    }


def test_no_back_translation_is_made_that_no_term_reads() -> None:
    class OneWay(ReversingTranslator):
        def routes(self, source: str, target: str) -> tuple[Route, ...]:
            return super().routes(source, target) if source == "en" else ()

    found = translated_pool(captions(), Translators(OneWay()), "en", "xx", back=False)
    assert {text.back for text in every(found)} == {""}
    with pytest.raises(DataError, match="no translation route from 'xx' to 'en'"):
        translated_pool(captions(), Translators(OneWay()), "en", "xx", back=True)


@given(
    forward=st.sets(st.integers(0, 47), max_size=20), back=st.sets(st.integers(0, 47), max_size=20), ask=st.booleans()
)
def test_a_caption_that_could_not_be_translated_is_left_out_and_never_empty(
    forward: set[int], back: set[int], ask: bool
) -> None:
    texts = [caption.text for caption in captions()]
    assert len(texts) == 48
    failing = frozenset({texts[n] for n in forward} | {reverse_words(texts[n]) for n in back})
    found = translated_pool(captions(), Translators(ReversingTranslator(failing)), "en", "xx", back=ask)
    lost = forward | (back if ask else set())
    assert sorted(text.source for text in every(found)) == sorted(t for n, t in enumerate(texts) if n not in lost)
    for text in every(found):
        assert text.target
        assert bool(text.back) == ask
    assert all(texts.sentences or texts.fragments for texts in found.values())


@pytest.mark.parametrize("back", [False, True])
def test_a_pool_of_failures_only_is_refused(back: bool) -> None:
    everything = frozenset(caption.text for caption in captions())
    with pytest.raises(DataError, match="every translation from 'en' to 'xx' failed"):
        translated_pool(captions(), Translators(ReversingTranslator(everything)), "en", "xx", back=back)


def test_human_pools_have_one_view_each() -> None:
    source, target = source_pool(captions()), human_target_pool(TinyDataset().captions("plain", "train", "xx"))
    assert all(text.source and not text.target and not text.back for text in every(source))
    assert all(text.target and not text.source and not text.back for text in every(target))


def test_a_query_that_could_not_be_translated_keeps_its_own_text() -> None:
    queries = TinyDataset().captions("plain", "test", "xx")
    failing = frozenset({queries[3].text})
    found = translated_queries(queries, ReversingTranslator(failing), "xx", "en")
    for number, (query, text) in enumerate(zip(queries, found, strict=True)):
        assert text == (query.text if number == 3 else reverse_words(query.text))


def test_the_first_route_is_taken_and_a_missing_one_is_named() -> None:
    class TwoWays(ReversingTranslator):
        def routes(self, source: str, target: str) -> tuple[Route, ...]:
            return (Route((Hop("good", source, target),)), Route((Hop("bad", source, target),)))

    assert route_between(TwoWays(), "en", "xx").hops[0].engine == "good"
    with pytest.raises(DataError, match="no translation route from 'en' to 'zz'"):
        route_between(ReversingTranslator(), "en", "zz")


class ById(ReversingTranslator):
    """Answers with the id of the caption that it is asked for."""

    def translate_captions(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
        assert {caption.lang for caption in captions} == {route.hops[0].source}
        return [Translation(f"{route.hops[-1].target}:{caption.id}", "ok") for caption in captions]


def test_a_translator_that_knows_captions_is_asked_by_id_there_and_back() -> None:
    assert isinstance(ById(), CaptionTranslator)
    assert not isinstance(ReversingTranslator(), CaptionTranslator)
    twice = [Caption(f"c{n}", "s", "en", "the same text") for n in range(2)]
    texts = translated_pool(twice, Translators(ById()), "en", "xx", back=True)["s"].sentences
    assert [(text.target, text.back) for text in texts] == [("xx:c0", "en:c0"), ("xx:c1", "en:c1")]
    human = [replace(caption, lang="xx") for caption in twice]
    assert translated_queries(human, ById(), "xx", "en") == ["en:c0", "en:c1"]
