"""The invented files beside the repository, and what the published loaders make of them."""

from __future__ import annotations

import json

import pytest
from authors_layout import by_id
from parity.recorded import FOLDER

from crossret.plugins import registry
from crossret.translation.fill import translate_captions
from crossret_datasets.authors.text_files import read_ids
from crossret_translators.recorded import RecordedTranslator

LAYOUTS = FOLDER / "layouts"
pytestmark = pytest.mark.skipif(not LAYOUTS.is_dir(), reason=f"no reference files at {LAYOUTS}")

IMAGES = [
    ("nrccr-multi30k", "task1", "multi30k_task1", ("de", "fr")),
    ("nrccr-multi30k", "task2", "multi30k_task2", ("de",)),
    ("nrccr-mscoco", "zh", "mscoco", ("zh",)),
    ("nrccr-mscoco", "ja", "mscoco", ("ja",)),
]
IMAGE_LANGUAGES = [(name, protocol, key, lang) for name, protocol, key, langs in IMAGES for lang in langs]


def expected() -> dict:
    return json.loads((LAYOUTS / "expected_captions.json").read_text())


def build(name, **options):
    return registry().build("dataset", name, root=str(LAYOUTS), **options)


def answers(dataset, captions, source, target):
    translator = RecordedTranslator(dataset)
    return [a.text for a in translate_captions(captions, translator, translator.routes(source, target)[0])]


def train_rows(dataset, protocol, lang):
    captions = dataset.captions(protocol, "train", "en")
    return list(
        zip(
            by_id(captions),
            [caption.subject for caption in captions],
            [caption.text for caption in captions],
            answers(dataset, captions, "en", lang),
            answers(dataset, captions, lang, "en"),
            strict=True,
        )
    )


def expected_train(rows):
    return [
        (
            row["source_id"].replace(".jpg", "").replace("#enc#", "#en#"),
            row["visual_id"],
            row["source_tokenizer_input"],
            row["target_tokenizer_input"],
            row["back_tokenizer_input"],
        )
        for row in rows
    ]


@pytest.mark.parametrize(
    ("name", "protocol", "key", "lang"), [("nrccr-vatex", "standard", "vatex", "zh"), *IMAGE_LANGUAGES]
)
def test_training_rows(name, protocol, key, lang):
    rows = expected()[key]
    rows = rows["train"] if key == "vatex" else rows[f"{lang}.train"]["captions"]
    assert train_rows(build(name), protocol, lang) == expected_train(rows)
    raw = [caption.text for caption in build(name, clean=False).captions(protocol, "train", "en")]
    assert raw == [row["source_raw"] for row in rows]


@pytest.mark.parametrize("split", ["val", "test"])
def test_clips_of_validation_and_test(split):
    dataset, rows = build("nrccr-vatex"), expected()["vatex"]
    captions = dataset.captions("standard", split, "zh")
    found = dict(zip(by_id(captions), zip(answers(dataset, captions, "zh", "en"), captions, strict=True), strict=True))
    assert len(found) == len(rows[split])
    for row in rows[split]:
        query, caption = found[row["first_id"].replace("zh2enc", "zh")]
        assert (query, caption.text, caption.subject) == (
            row["first_tokenizer_input"],
            row["second_tokenizer_input"],
            row["visual_id"],
        )
    assert [item.id for item in dataset.split("standard", split).items] == rows[f"{split}_visual_order"]


@pytest.mark.parametrize("split", ["val", "test"])
@pytest.mark.parametrize(("name", "protocol", "key", "lang"), IMAGE_LANGUAGES)
def test_pictures_of_validation_and_test(name, protocol, key, lang, split):
    dataset, rows = build(name), expected()[key][f"{lang}.{split}"]
    files = dataset.collection
    assert files.path(protocol, split, "target", lang).name == rows["target_file"]
    assert files.path(protocol, split, "queries", lang).name == rows["english_file"]
    captions = dataset.captions(protocol, split, lang)
    found = dict(zip(by_id(captions), zip(answers(dataset, captions, lang, "en"), captions, strict=True), strict=True))
    assert len(found) == len(rows["captions"])
    for row in rows["captions"]:
        query, caption = found[row["target_id"]]
        assert (query, caption.text, caption.subject) == (row["english_raw"], row["target_raw"], row["visual_id"])


@pytest.mark.parametrize(
    ("name", "protocol", "key"),
    [("nrccr-multi30k", "task1", "multi30k_task1"), ("nrccr-mscoco", "zh", "mscoco"), ("nrccr-mscoco", "ja", "mscoco")],
)
def test_order_of_pictures(name, protocol, key):
    rows, dataset = expected()[key]["feature_rows"], build(name)
    for split in ("val", "test"):
        assert [item.id for item in dataset.split(protocol, split).items] == rows[split]
    assert list(read_ids(dataset.collection.folder / "FeatureData" / "train_id.txt")) == rows["train"]


def test_the_files_are_sound():
    assert build("nrccr-vatex").verify() == []
    assert build("nrccr-mscoco").verify() == []


def test_real_captions_in_the_layout():
    root = FOLDER.parent / "data" / "multi30k-f8k" / "authors-layout"
    if not root.is_dir():
        pytest.skip(f"no data at {root}")
    dataset = registry().build("dataset", "nrccr-multi30k", root=str(root))
    assert dataset.test_languages("task1") == ("en", "fr")
    assert dataset.verify() == []
    described = dataset.describe("task1")
    assert described.counts == {"train items": 1000, "val items": 242, "test items": 243}
    row = described.languages["fr"]
    assert (row["train untranslated"], row["train without way back"], row["test without query"]) == (0, 0, 0)
