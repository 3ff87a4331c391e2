"""What differs between the collections: names of folders and files, lists per language, where pictures lie."""

from __future__ import annotations

import re

import pytest
from authors_layout import write_lines
from PIL import Image

from crossret.contracts.data import Item
from crossret.errors import DataError
from crossret.plugins import registry

TRAIN, VAL, TEST = "COCO_train2014_000000000001", "COCO_val2014_000000000002", "COCO_val2014_000000000003"


@pytest.fixture
def mscoco(tmp_path):
    texts, lists = tmp_path / "mscoco" / "TextData", tmp_path / "mscoco" / "FeatureData"
    write_lines(texts / "mscocotrain_enc.caption.txt", [f"{TRAIN}#enc#0 a dog"])
    write_lines(lists / "ja_val_id.txt", [VAL])
    write_lines(lists / "ja_test_id.txt", [TEST])
    write_lines(lists / "zh_test_id.txt", [VAL, TEST])
    write_lines(texts / "mscocoval_ja.caption.txt", [f"{VAL}#ja#0 犬"])
    write_lines(texts / "mscocotest_1k_ja.caption.txt", [f"{TEST}#ja#0 猫"])
    write_lines(texts / "mscocotest_zh.caption.txt", [f"{TEST}#zh#0 猫", f"{VAL}#zh#0 狗"])
    return tmp_path / "mscoco"


def build(home, name="nrccr-mscoco"):
    return registry().build("dataset", name, root=str(home.parent))


def test_each_language_of_mscoco_is_a_protocol_with_lists_of_its_own(mscoco):
    dataset = build(mscoco)
    assert list(dataset.protocols) == ["zh", "ja"]
    assert dataset.test_languages("ja") == ("ja",)
    assert [item.id for item in dataset.split("ja", "test").items] == [TEST]
    assert [item.id for item in dataset.split("zh", "test").items] == [VAL, TEST]
    assert [caption.text for caption in dataset.captions("ja", "test", "ja")] == ["猫"]


def test_a_list_says_where_the_pictures_of_mscoco_lie(mscoco):
    write_lines(mscoco / "image_ids.txt", [f"{TRAIN} train2014/a picture.jpg", f"{VAL} val2014/{VAL}.jpg"])
    path = mscoco / "all_pics" / "train2014" / "a picture.jpg"
    path.parent.mkdir(parents=True)
    Image.new("RGB", (3, 2)).save(path)
    dataset = build(mscoco)
    assert dataset.image(Item(TRAIN, TRAIN)).size == (3, 2)
    with pytest.raises(DataError, match=rf"val2014/{VAL}\.jpg: no such picture"):
        dataset.image(Item(VAL, VAL))
    with pytest.raises(DataError, match=rf"image_ids\.txt: no line for picture '{TEST}'"):
        dataset.image(Item(TEST, TEST))


def test_without_the_list_a_picture_has_its_id_as_name(mscoco):
    (mscoco / "all_pics").mkdir()
    Image.new("RGB", (3, 2)).save(mscoco / "all_pics" / f"{VAL}.jpg")
    assert build(mscoco).image(Item(VAL, VAL)).size == (3, 2)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([f"{TRAIN} a.jpg", f"{VAL}"], f"image_ids.txt:2: found '{VAL}'; expected '<id> <file name>'"),
        ([f"{TRAIN} a.jpg", f"{TRAIN} b.jpg"], f"image_ids.txt:2: id '{TRAIN}' stands there twice"),
    ],
)
def test_a_malformed_list_of_pictures(mscoco, lines, said):
    write_lines(mscoco / "image_ids.txt", lines)
    with pytest.raises(DataError, match=re.escape(said)):
        build(mscoco).image(Item(TRAIN, TRAIN))


@pytest.mark.parametrize(
    ("folder", "prefix"),
    [("msrvttcn", "msrvttcn"), ("msrvtt10kcn", "msrvtt10kcn"), ("msrvttcn", "msrvtt10kyu"), ("MSRVTT-CN", "msrvttcn")],
)
def test_msrvtt_has_several_names(tmp_path, folder, prefix):
    texts = tmp_path / folder / "TextData"
    write_lines(texts / f"{prefix}train.caption.txt", ["video1#enc#0 a dog", "video1#enc#1 a puppy"])
    write_lines(texts / f"{prefix}test_zh.caption.txt", ["video2#zh#0 猫"])
    write_lines(texts / f"{prefix}test_google_zhc2en.caption.txt", ["video2#zhc2en#0 a cat!"])
    dataset = build(tmp_path / folder, "nrccr-msrvtt-cn")
    assert dataset.test_languages("standard") == ("zh",)
    assert [item.id for item in dataset.split("standard", "train").items] == ["video1"]
    captions = dataset.captions("standard", "test", "zh")
    (answer,) = dataset.recorded(captions, dataset.recorded_routes("zh", "en")[0])
    assert answer.text == "A cat."
