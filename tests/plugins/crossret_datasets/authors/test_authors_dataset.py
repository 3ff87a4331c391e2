from __future__ import annotations

import pickle

import pytest
from authors_layout import BACK, CHINESE, ENGLISH, by_id, write_lines, write_multi30k, write_vatex
from PIL import Image

from crossret.contracts.data import Dataset, TranslatedDataset
from crossret.errors import DataError, UsageError
from crossret.plugins import registry
from crossret.translation.fill import translated_queries
from crossret.translation.pooling import Translators, translated_pool
from crossret_translators.recorded import RecordedTranslator


@pytest.fixture
def vatex(tmp_path):
    write_vatex(tmp_path)
    return registry().build("dataset", "nrccr-vatex", root=str(tmp_path))


@pytest.fixture
def multi30k(tmp_path):
    write_multi30k(tmp_path)
    return registry().build("dataset", "nrccr-multi30k", root=str(tmp_path))


def test_it_follows_the_contracts(vatex):
    assert isinstance(vatex, Dataset)
    assert isinstance(vatex, TranslatedDataset)


def test_a_target_language_is_a_test_language_and_english_only_if_its_captions_were_added(tmp_path, vatex):
    assert vatex.test_languages("standard") == ("zh",)
    for split, clip in (("val", "vid_v"), ("test", "vid_t")):
        write_lines(tmp_path / "vatex" / "TextData" / f"vatex{split}.caption.txt", [f"{clip}#enc#0 a dog"])
    assert vatex.test_languages("standard") == ("en", "zh")
    assert [caption.text for caption in vatex.captions("standard", "test", "en")] == ["A dog."]


def test_clips_are_those_with_captions_and_pictures_those_of_the_list(vatex, multi30k):
    assert [item.id for item in vatex.split("standard", "train").items] == ["vid_a_000001_000011", "-b"]
    assert [item.id for item in multi30k.split("task1", "val").items] == ["22", "21"]


def test_source_captions_are_cleaned_as_published_and_only_then(tmp_path, vatex):
    captions = by_id(vatex.captions("standard", "train", "en"))
    assert list(captions.values()) == [
        "A man plays a guitar.",
        "Two dogs run.",
        "Player 5 scores a goal.",
        "A boat it s old.",
    ]
    raw = registry().build("dataset", "nrccr-vatex", root=str(tmp_path), clean=False)
    assert [caption.text for caption in raw.captions("standard", "train", "en")] == list(ENGLISH)
    assert raw.fingerprint() != vatex.fingerprint()


def test_translations_join_by_id_and_number_whatever_the_order_of_lines(vatex):
    pool = translated_pool(
        vatex.captions("standard", "train", "en"), Translators(RecordedTranslator(vatex)), "en", "zh", back=True
    )
    texts = [text for subject in ("vid_a_000001_000011", "-b") for text in pool[subject].sentences]
    assert [text.target for text in texts] == list(CHINESE)
    assert [text.back for text in texts] == list(BACK)


def test_equal_texts_of_different_captions_keep_their_own_translations(tmp_path):
    texts = write_vatex(tmp_path)
    write_lines(texts / "vatextrain.caption.txt", ["a#enc#0 a dog", "b#enc#0 a dog"])
    write_lines(texts / "vatextrain_google_enc2zh.caption.txt", ["b#enc2zh#0 狗", "a#enc2zh#0 犬"])
    dataset = registry().build("dataset", "nrccr-vatex", root=str(tmp_path))
    pool = translated_pool(
        dataset.captions("standard", "train", "en"), Translators(RecordedTranslator(dataset)), "en", "zh", back=False
    )
    assert [pool[clip].sentences[0].target for clip in ("a", "b")] == ["犬", "狗"]


def test_english_queries_are_cleaned_for_clips_and_raw_for_pictures(vatex, multi30k):
    clips = translated_queries(vatex.captions("standard", "test", "zh"), RecordedTranslator(vatex), "zh", "en")
    assert clips == ["An old boat.", "Player no 5 scored."]
    pictures = translated_queries(multi30k.captions("task1", "val", "de"), RecordedTranslator(multi30k), "de", "en")
    assert pictures == [BACK[0], BACK[1]]


def test_a_caption_without_translation_is_left_out_and_counted(tmp_path, vatex):
    path = tmp_path / "vatex" / "TextData" / "vatextrain_google_enc2zh.caption.txt"
    write_lines(path, [line for line in path.read_text().splitlines() if "-b#enc2zh#1" not in line])
    pool = translated_pool(
        vatex.captions("standard", "train", "en"), Translators(RecordedTranslator(vatex)), "en", "zh", back=True
    )
    assert [len(pool[clip].sentences) for clip in ("vid_a_000001_000011", "-b")] == [2, 1]
    assert vatex.describe("standard").languages["zh"]["train untranslated"] == 1


def test_german_of_task_1_has_files_of_its_own(tmp_path, multi30k):
    texts = tmp_path / "multi30k" / "TextData"
    write_lines(texts / "multi30kval_de.caption.txt", ["21#de#0 eins", "21#de#1 zwei", "22#de#0 drei"])
    assert len(multi30k.captions("task1", "val", "de")) == 2
    assert len(multi30k.captions("task2", "val", "de")) == 3


def test_routes_are_those_with_files(multi30k):
    assert [str(route) for route in multi30k.recorded_routes("en", "de")] == ["en → de (google)"]
    assert multi30k.recorded_routes("fr", "en")
    assert multi30k.recorded_routes("en", "cs") == ()
    assert multi30k.recorded_routes("de", "fr") == ()


def test_counts_stand_beside_the_published_ones(vatex):
    described = vatex.describe("standard")
    assert described.counts == {"train items": 2, "val items": 1, "test items": 1}
    assert described.languages["zh"]["test"] == 2
    assert described.extra["train items"] == "2; published: 25,991"
    assert described.extra["test captions, zh"] == "2; published: 15,000"


def test_the_fingerprint_follows_the_content_of_texts_lists_and_pictures(tmp_path, multi30k):
    seen = {multi30k.fingerprint()}
    listed = tmp_path / "multi30k" / "FeatureData" / "val_id.txt"
    write_lines(listed, ["21", "22"])
    seen.add(multi30k.fingerprint())
    folder = tmp_path / "multi30k" / "flickr30k-images"
    folder.mkdir()
    Image.new("RGB", (4, 4), "red").save(folder / "11.jpg")
    seen.add(registry().build("dataset", "nrccr-multi30k", root=str(tmp_path)).fingerprint())
    assert len(seen) == 3


def test_pictures_are_found_by_id(tmp_path, multi30k):
    folder = tmp_path / "multi30k" / "flickr30k-images"
    folder.mkdir()
    Image.new("L", (4, 5)).save(folder / "11.jpg")
    first, second, _ = multi30k.split("task1", "train").items
    picture = multi30k.image(first)
    assert (picture.mode, picture.size) == ("RGB", (4, 5))
    with pytest.raises(DataError, match=r"12\.jpg: no such picture"):
        multi30k.image(second)


def test_clips_have_no_pictures(vatex):
    with pytest.raises(DataError, match="clips and no pictures: use a backbone that reads features"):
        vatex.image(vatex.split("standard", "val").items[0])


def test_it_can_be_pickled(vatex):
    copy = pickle.loads(pickle.dumps(vatex))
    assert copy.fingerprint() == vatex.fingerprint()


def test_unknown_names_suggest_the_nearest(multi30k):
    with pytest.raises(UsageError, match="did you mean 'task1'"):
        multi30k.split("task11", "train")
    with pytest.raises(UsageError, match="did you mean 'train'"):
        multi30k.split("task1", "trian")
    with pytest.raises(UsageError, match=r"unknown language of nrccr-multi30k, protocol task1 'zh'"):
        multi30k.captions("task1", "val", "zh")
    with pytest.raises(UsageError, match="unknown value of option 'empty'"):
        registry().build("dataset", "nrccr-multi30k", root="x", empty="drop")
