from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tampering import overwrite

from crossret.contracts.data import ParallelDataset
from crossret.errors import DataError, UsageError
from crossret_emoji.dataset import EmojiDataset
from crossret_emoji.languages import load_languages
from crossret_emoji.layout import SHIPPED, texts


def test_names_of_a_language_render_the_english_ones(emoji: EmojiDataset) -> None:
    assert isinstance(emoji, ParallelDataset)
    for protocol, split in (("cross-design", "twemoji"), ("cross-concept", "val")):
        english, german = (emoji.captions(protocol, split, lang) for lang in ("en", "de"))
        assert emoji.parallel(protocol, "de")
        assert [caption.subject for caption in english] == [caption.subject for caption in german]


def test_languages_and_scripts(emoji: EmojiDataset) -> None:
    codes = emoji.test_languages("cross-design")
    assert len(codes) == len(set(codes)) == 115
    assert emoji.source_language in codes
    assert emoji.test_languages("cross-concept") == codes
    assert len({language.script for language in load_languages(SHIPPED).values()}) == 26


def test_every_language_has_clean_captions_of_the_gallery(emoji: EmojiDataset) -> None:
    languages = load_languages(SHIPPED)
    subjects = emoji.split("cross-design", "twemoji").subjects()
    total = 0
    for code in emoji.test_languages("cross-design"):
        captions = emoji.captions("cross-design", "twemoji", code)
        assert len(captions) == languages[code].names
        assert len({caption.id for caption in captions}) == len({c.subject for c in captions}) == len(captions)
        assert {caption.kind for caption in captions} == {"sentence"}
        assert {caption.lang for caption in captions} == {code}
        assert all(caption.text.strip() == caption.text != "" for caption in captions)
        assert {caption.subject for caption in captions} <= subjects
        total += len(captions)
    assert total == 159_741


@pytest.mark.parametrize("protocol", ["cross-design", "cross-concept"])
@pytest.mark.parametrize("lang", ["en", "es", "sc"])
def test_train_gives_names_and_keywords(emoji: EmojiDataset, protocol: str, lang: str) -> None:
    captions = emoji.captions(protocol, "train", lang)
    subjects = emoji.split(protocol, "train").subjects()
    assert {caption.subject for caption in captions} <= subjects
    assert len({caption.id for caption in captions}) == len(captions)
    kinds = Counter(caption.kind for caption in captions)
    assert kinds["sentence"] <= len(subjects)
    assert kinds["fragment"] > kinds["sentence"]


def test_caption_ids_name_concept_language_and_kind(emoji: EmojiDataset) -> None:
    captions = emoji.captions("cross-design", "train", "es")
    assert [caption.id for caption in captions[:3]] == ["1f600#es#name", "1f600#es#kw0", "1f600#es#kw1"]
    assert captions[0].text == "cara sonriendo"


def test_val_gives_away_no_name_that_a_test_asks_for(emoji: EmojiDataset) -> None:
    for lang in ("en", "es", "zh"):
        named = {caption.subject for caption in emoji.captions("cross-design", "val", lang)}
        assert named == emoji.split("cross-design", "val").queried
    assert len(emoji.captions("cross-concept", "val", "es")) == 150


def test_same_as_source_marks_loans(emoji: EmojiDataset) -> None:
    english = {caption.subject: caption.text for caption in emoji.captions("cross-design", "twemoji", "en")}
    german = emoji.captions("cross-design", "twemoji", "de")
    assert all(c.same_as_source == (c.text.casefold() == english[c.subject].casefold()) for c in german)
    assert any(caption.same_as_source for caption in german)
    described = emoji.describe("cross-design").languages["de"]["names same as en"]
    assert described == pytest.approx(sum(c.same_as_source for c in german) / len(german), abs=1e-4)


def test_unknown_language_is_refused_with_the_nearest(emoji: EmojiDataset) -> None:
    with pytest.raises(UsageError, match=r"unknown language .* 'zh-Hans'; did you mean 'zh-Hant'"):
        emoji.captions("cross-design", "val", "zh-Hans")


def test_a_split_without_texts_is_an_error(linked_copy: Callable[[], Path]) -> None:
    root = linked_copy()
    overwrite(root / texts("es"), gzip.compress(b"id,kind,k,text,same_as_en\n"))
    with pytest.raises(DataError, match="split val: found no text in 'es'"):
        EmojiDataset(str(root)).captions("cross-design", "val", "es")
