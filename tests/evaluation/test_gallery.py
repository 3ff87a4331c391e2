from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny_data import ReversingTranslator, TinyDataset, reverse_words

from crossret.contracts.data import Caption, Item, Split
from crossret.errors import DataError, UsageError
from crossret.evaluation.gallery import Gallery, load_gallery, results_of, without_copies
from crossret.evaluation.positives import POSITIVES
from crossret.plugins import registry
from crossret.retrieval.ranks import PositiveRanks
from crossret.retrieval.relevance import Relevance

DATASET = TinyDataset(fragments=2)


def test_a_gallery_has_the_items_and_the_sentences_of_one_language() -> None:
    gallery = load_gallery(DATASET, "plain", "train", "xx", None)
    assert gallery.split == DATASET.split("plain", "train")
    assert [c.kind for c in gallery.captions] == ["sentence"] * 24
    assert {c.lang for c in gallery.captions} == {"xx"}
    assert gallery.translated == ()
    for caption, item in zip(gallery.relevance.captions, gallery.relevance.items, strict=True):
        assert gallery.captions[caption].subject == gallery.split.items[item].subject
    assert len(gallery.relevance.captions) == 24 * 2


def test_queries_are_translated_into_the_source_language() -> None:
    captions = DATASET.captions("plain", "test", "xx")
    failing = captions[5].text
    gallery = load_gallery(DATASET, "plain", "test", "xx", ReversingTranslator(frozenset({failing})))
    expected = [c.text if c.text == failing else reverse_words(c.text) for c in captions]
    assert list(gallery.translated) == expected


def test_source_language_queries_are_their_own_translation() -> None:
    gallery = load_gallery(DATASET, "plain", "test", "en", ReversingTranslator())
    assert list(gallery.translated) == [c.text for c in gallery.captions]


def test_subjects_that_are_not_queried_stay_as_distractors() -> None:
    gallery = load_gallery(TinyDataset(distractors=4), "plain", "test", "xx", None)
    assert len(gallery.split.items) == 24
    assert len(gallery.captions) == 24
    asked = {gallery.captions[n].subject for n in gallery.relevance.captions}
    assert asked == {f"s{n}" for n in range(8)}
    assert (gallery.relevance.caption_count, gallery.relevance.item_count) == (24, 24)


class Repeating(TinyDataset):
    """Subjects ``s0`` and ``s1`` have a caption that is the same but for its full stop."""

    def captions(self, protocol: str, split: str, lang: str) -> tuple[Caption, ...]:
        texts = {f"{lang}/s0/0": "A thing.", f"{lang}/s1/1": "a thing"}
        return tuple(replace(c, text=texts.get(c.id, c.text)) for c in super().captions(protocol, split, lang))


def test_equal_captions_are_answered_by_their_own_items_or_by_the_items_of_each() -> None:
    def answers(gallery: Gallery) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for caption, item in zip(gallery.relevance.captions, gallery.relevance.items, strict=True):
            found.setdefault(gallery.captions[caption].id, set()).add(gallery.split.items[item].subject)
        return found

    distinct = answers(load_gallery(Repeating(), "plain", "test", "en", None))
    assert all(subjects == {caption.split("/")[1]} for caption, subjects in distinct.items())
    shared = answers(load_gallery(Repeating(), "plain", "test", "en", None, positives=POSITIVES["shared"]))
    both = {"en/s0/0", "en/s1/1"}
    assert {caption for caption, subjects in shared.items() if subjects == {"s0", "s1"}} == both
    assert {caption: subjects for caption, subjects in shared.items() if caption not in both} == {
        caption: subjects for caption, subjects in distinct.items() if caption not in both
    }


def test_a_distractor_with_an_equal_caption_stays_one() -> None:
    class Some(Repeating):
        def split(self, protocol: str, name: str) -> Split:
            return replace(super().split(protocol, name), queried=frozenset({"s0", "s2"}))

    gallery = load_gallery(Some(), "plain", "test", "en", None, positives=POSITIVES["shared"])
    assert {gallery.captions[n].subject for n in gallery.relevance.captions} == {"s0", "s2"}
    assert {gallery.split.items[n].subject for n in gallery.relevance.items} == {"s0", "s2"}


class Silent(TinyDataset):
    def captions(self, protocol: str, split: str, lang: str) -> tuple[Caption, ...]:
        return tuple(replace(c, kind="fragment") for c in super().captions(protocol, split, lang))


def test_a_gallery_without_captions_is_refused() -> None:
    with pytest.raises(DataError, match="split 'test' of protocol 'plain' has no captions in 'xx': nothing to rank"):
        load_gallery(Silent(), "plain", "test", "xx", None)


def test_names_that_do_not_exist_are_the_data_sets_to_refuse() -> None:
    emoji = registry().build("dataset", "emoji")
    for protocol, split, lang in (
        ("cross-desing", "val", "es"), ("cross-design", "twemojis", "es"), ("cross-design", "val", "spanish")
    ):  # fmt: skip
        with pytest.raises(UsageError, match=r"did you mean|known:"):
            load_gallery(emoji, protocol, split, lang, None)


def hand_made(same: dict[str, list[bool]]) -> Gallery:
    """One item per subject; captions by subject, each a copy of the source text or not."""
    captions = tuple(
        Caption(f"{subject}/{n}", subject, "xx", f"{subject} {n}", same_as_source=copy)
        for subject, copies in same.items()
        for n, copy in enumerate(copies)
    )
    items = tuple(Item(f"item {subject}", subject) for subject in same)
    relevance = Relevance.by_subject([c.subject for c in captions], [i.subject for i in items])
    return Gallery(Split("test", items), captions, relevance)


def test_without_copies_no_query_is_about_a_subject_with_a_copied_caption() -> None:
    gallery = hand_made({"a": [False], "b": [True], "c": [False, False], "d": [False, True], "e": [False]})
    pairs = len(gallery.relevance.captions)
    found = results_of(gallery, PositiveRanks(np.arange(1, pairs + 1), np.arange(pairs, 0, -1)))
    assert found.t2v.query.tolist() == list(range(7))
    assert found.v2t.query.tolist() == list(range(5))
    rest = without_copies(found)
    assert rest.gallery is gallery
    assert [gallery.captions[n].id for n in rest.t2v.query] == ["a/0", "c/0", "c/1", "e/0"]
    assert [gallery.split.items[n].subject for n in rest.v2t.query] == ["a", "c", "e"]
    for direction in ("t2v", "v2t"):
        all_of, kept = getattr(found, direction), getattr(rest, direction)
        by_query = dict(
            zip(all_of.query.tolist(), zip(all_of.rank, all_of.average_precision, strict=True), strict=True)
        )
        for query, rank, precision in zip(kept.query.tolist(), kept.rank, kept.average_precision, strict=True):
            assert by_query[query] == (rank, precision)


def test_without_any_copy_nothing_is_left_out() -> None:
    gallery = hand_made({"a": [False], "b": [False, False]})
    found = results_of(gallery, PositiveRanks(np.array([1, 2, 3]), np.array([3, 2, 1])))
    rest = without_copies(found)
    assert rest.t2v.query.tolist() == found.t2v.query.tolist()
    assert rest.v2t.rank.tolist() == found.v2t.rank.tolist()


def test_results_are_those_of_each_query() -> None:
    gallery = hand_made({"a": [False, False], "b": [False]})
    found = results_of(gallery, PositiveRanks(np.array([1, 2, 2]), np.array([3, 2, 1])))
    assert found.t2v.rank.tolist() == [1, 2, 2]
    assert found.t2v.average_precision.tolist() == [1, 0.5, 0.5]
    assert found.v2t.rank.tolist() == [2, 1]
    assert found.v2t.average_precision.tolist() == pytest.approx([(1 / 2 + 2 / 3) / 2, 1])


def test_galleries_of_real_data() -> None:
    emoji = registry().build("dataset", "emoji")
    translator = registry().build("translator", "file", path=str(emoji.translations()))
    gallery = load_gallery(emoji, "cross-design", "twemoji", "es", translator)
    queried = gallery.split.queried
    assert queried is not None
    assert {gallery.captions[n].subject for n in gallery.relevance.captions} == queried
    assert len(gallery.split.items) > len({gallery.split.items[n].subject for n in gallery.relevance.items})
    assert all(text.strip() for text in gallery.translated)
    pairs = {c.text: t for c, t in zip(gallery.captions, gallery.translated, strict=True)}
    assert sum(text == translation for text, translation in pairs.items()) < len(pairs) / 2
