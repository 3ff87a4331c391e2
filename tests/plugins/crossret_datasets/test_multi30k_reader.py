from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from invented_files import draw, write, write_lines, write_multi30k

from crossret.contracts.data import Dataset, FetchedDataset, ParallelDataset
from crossret.errors import DataError, UsageError
from crossret_datasets.multi30k import FACTS, Multi30k
from crossret_datasets.multi30k_checksums import MD5


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_multi30k(tmp_path / "multi30k")


def texts(data: Multi30k, protocol: str, split: str, lang: str) -> list[tuple[str, str]]:
    return [(caption.subject, caption.text) for caption in data.captions(protocol, split, lang)]


def test_it_follows_the_contracts(root: Path) -> None:
    assert isinstance(Multi30k(str(root)), Dataset)
    assert isinstance(Multi30k(str(root)), FetchedDataset)
    assert isinstance(Multi30k(str(root)), ParallelDataset)


def test_only_captions_of_task_1_translate_one_another(root: Path) -> None:
    data = Multi30k(str(root))
    assert {protocol: data.parallel(protocol, "de") for protocol in data.protocols} == {
        protocol: protocol != "task2" for protocol in data.protocols
    }


def test_task_1_joins_lines_with_the_list_of_pictures(root: Path) -> None:
    data = Multi30k(str(root))
    assert [item.id for item in data.split("task1", "train").items] == ["11", "12", "13"]
    assert texts(data, "task1", "val", "cs") == [("21", "cs val 0"), ("22", "cs val 1")]
    assert data.protocols["task1"].galleries == ("test_2016_flickr",)


def test_the_test_sets_of_2017_are_a_protocol_without_czech(root: Path) -> None:
    data = Multi30k(str(root))
    assert data.test_languages("task1-2017") == ("en", "de", "fr")
    assert data.test_languages("task1-2018") == ("en", "de", "fr", "cs")
    with pytest.raises(UsageError, match=r"unknown language .*'cs'"):
        data.captions("task1-2017", "test_2017_flickr", "cs")


def test_the_caption_number_in_the_list_of_coco_pictures_is_no_part_of_their_name(root: Path) -> None:
    data = Multi30k(str(root))
    items = data.split("task1-2017", "test_2017_mscoco").items
    assert [item.id for item in items] == ["COCO_val2014_000000000051", "COCO_train2014_000000000052"]
    assert data.image(items[0]).size == (12, 8)


def test_a_coco_picture_that_is_named_twice_is_one_item_with_two_captions(root: Path) -> None:
    names = ["COCO_val2014_000000000051.jpg#7", "COCO_val2014_000000000051.jpg#9"]
    write_lines(root / "data/task1/image_splits/test_2017_mscoco.txt", names)
    data = Multi30k(str(root))
    assert [item.id for item in data.split("task1-2017", "test_2017_mscoco").items] == ["COCO_val2014_000000000051"]
    found = data.captions("task1-2017", "test_2017_mscoco", "de")
    assert [caption.id for caption in found] == [f"COCO_val2014_000000000051#de#{k}" for k in (0, 1)]


def test_task_2_has_five_captions_in_english_and_german_and_those_of_task_1_in_the_others(root: Path) -> None:
    data = Multi30k(str(root))
    assert len(texts(data, "task2", "train", "en")) == 15
    assert ("32", "de test_2016 1 5") in texts(data, "task2", "test_2016", "de")
    assert texts(data, "task2", "test_2016", "fr") == [("31", "fr test_2016_flickr 0"), ("32", "fr test_2016_flickr 1")]
    assert data.test_languages("task2") == ("en", "de", "fr", "cs")
    with pytest.raises(UsageError, match=r"unknown split .*'test_2017'; did you mean 'test_2016'"):
        data.split("task2", "test_2017")


def test_captions_equal_to_an_english_one_are_marked(root: Path) -> None:
    write_lines(root / "data/task1/raw/val.fr.gz", ["EN VAL 0", "fr val 1"])
    found = Multi30k(str(root)).captions("task1", "val", "fr")
    assert [caption.same_as_source for caption in found] == [True, False]


def test_a_file_that_was_unpacked_is_read_as_well(root: Path) -> None:
    packed = root / "data/task1/raw/val.de.gz"
    packed.unlink()
    write_lines(packed.with_suffix(""), ["ein Satz", "noch einer"])
    assert texts(Multi30k(str(root)), "task1", "val", "de") == [("21", "ein Satz"), ("22", "noch einer")]


def test_pictures_may_lie_in_another_folder(root: Path, tmp_path: Path) -> None:
    draw(tmp_path / "flickr30k-images" / "part" / "11.jpg", (1, 2, 3))
    data = Multi30k(str(root), images=str(tmp_path / "flickr30k-images"))
    assert data.file_of("11") == tmp_path / "flickr30k-images" / "part" / "11.jpg"


def test_the_fingerprint_follows_texts_and_pictures(root: Path, tmp_path: Path) -> None:
    before = Multi30k(str(root)).fingerprint()
    assert Multi30k(str(root)).fingerprint() == before
    draw(root / "images" / "11.jpg", (9, 9, 9)).write_bytes(b"another size")
    changed = Multi30k(str(root)).fingerprint()
    assert changed != before
    write_lines(root / "data/task1/raw/val.de.gz", ["ein Satz", "noch einer"])
    assert Multi30k(str(root)).fingerprint() not in (before, changed)
    assert Multi30k(str(root), images=str(tmp_path)).fingerprint() != before


FAULTS: dict[str, tuple[Callable[[Path], object], Callable[[Multi30k], object], str]] = {
    "no-text": (
        lambda root: (root / "data/task1/raw/val.de.gz").unlink(),
        lambda data: data.captions("task1", "val", "de"),
        r"raw/val\.de\.gz: no such file \(nor is there val\.de\); get it with: crossret data fetch multi30k$",
    ),
    "no-gzip": (
        lambda root: (root / "data/task1/raw/val.de.gz").write_bytes(b"ein Satz\nnoch einer\n"),
        lambda data: data.captions("task1", "val", "de"),
        r"raw/val\.de\.gz: cannot be read: Not a gzipped file",
    ),
    "cut": (
        lambda root: write(root / "data/task1/raw/val.de.gz", "ein Satz\nnoch einer\n").write_bytes(
            (root / "data/task1/raw/val.de.gz").read_bytes()[:20]
        ),
        lambda data: data.captions("task1", "val", "de"),
        r"raw/val\.de\.gz: cannot be read: ",
    ),
    "too-few-lines": (
        lambda root: write_lines(root / "data/task1/raw/val.de.gz", ["ein Satz"]),
        lambda data: data.captions("task1", "val", "de"),
        r"raw/val\.de\.gz: found 1 lines; expected 2, one for each of .*image_splits/val\.txt$",
    ),
    "empty-line": (
        lambda root: write_lines(root / "data/task1/raw/val.de.gz", ["ein Satz", " "]),
        lambda data: data.captions("task1", "val", "de"),
        r"raw/val\.de\.gz:2: found an empty line; expected a text",
    ),
    "encoding": (
        lambda root: (
            (root / "data/task1/raw/val.de.gz").unlink(),
            (root / "data/task1/raw/val.de").write_bytes("ein Satz\nTür\n".encode("latin-1")),
        ),
        lambda data: data.captions("task1", "val", "de"),
        r"raw/val\.de:2: found byte 0xfc; expected UTF-8",
    ),
    "same-id": (
        lambda root: write_lines(root / "data/task1/image_splits/val.txt", ["21.jpg", "21.jpg"]),
        lambda data: data.split("task1", "val"),
        r"val\.txt:2: found '21\.jpg' again, as at .*val\.txt:1; expected it once",
    ),
    "no-jpeg": (
        lambda root: write_lines(root / "data/task1/image_splits/val.txt", ["21.jpg", "22"]),
        lambda data: data.split("task1", "val"),
        r"val\.txt:2: found '22'; expected the name of a \.jpg",
    ),
    "no-picture": (
        lambda root: (root / "images" / "21.jpg").unlink(),
        lambda data: data.image(data.split("task1", "val").items[0]),
        r"images: no 21\.jpg here or in a folder below; flickr30k-images is given out on request",
    ),
    "two-pictures": (
        lambda root: (draw(root / "images/a/70.jpg"), draw(root / "images/b/70.jpg")),
        lambda data: data.file_of("70"),
        r"images/a/70\.jpg: another 70\.jpg is at .*images/b/70\.jpg; expected one",
    ),
    "broken-picture": (
        lambda root: (root / "images" / "21.jpg").write_text("no picture"),
        lambda data: data.image(data.split("task1", "val").items[0]),
        r"images/21\.jpg: cannot be decoded: cannot identify",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_in_one_line(name: str, root: Path) -> None:
    spoil, use, pattern = FAULTS[name]
    spoil(root)
    with pytest.raises(DataError) as caught:
        use(Multi30k(str(root)))
    assert re.search(pattern, str(caught.value)), caught.value
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("use", "pattern"),
    [
        (lambda data: data.split("task3", "val"), "unknown protocol .*'task3'; did you mean 'task"),
        (lambda data: data.split("task1", "vall"), "unknown split .*'vall'; did you mean 'val'"),
        (lambda data: data.captions("task1", "val", "dee"), "unknown language .*'dee'; did you mean 'de'"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(use: Callable[[Multi30k], object], pattern: str, root: Path) -> None:
    with pytest.raises(UsageError, match=pattern):
        use(Multi30k(str(root)))


def test_verification_compares_with_the_published_counts(root: Path) -> None:
    lines = [f"{problem.where}: {problem.message}" for problem in Multi30k(str(root)).verify()]
    assert "multi30k, protocol task1, split train: found 3 items; expected 29,000" in lines
    assert "multi30k, protocol task2, split val: found 10 captions in de; expected 5,070" in lines
    assert not any("missing" in line for line in lines)


def test_verification_tells_missing_pictures_in_one_line(root: Path) -> None:
    (root / "images" / "21.jpg").unlink()
    (root / "images" / "22.jpg").unlink()
    lines = [problem.message for problem in Multi30k(str(root)).verify()]
    (line,) = (line for line in lines if "missing" in line)
    assert line.startswith("2 of 11 files are missing, the first is '21.jpg'; flickr30k-images is given out")


def test_it_describes_itself_before_a_file_is_there(tmp_path: Path) -> None:
    description = Multi30k(str(tmp_path)).describe("task1")
    assert description.counts["train items"] == 29_000
    assert description.counts["text files at hand"] == 0
    assert description.languages["cs"]["test_2016_flickr captions"] == 1_000
    assert "non-commercial research" in description.card
    assert Multi30k(str(tmp_path)).describe("task2").languages["fr"] == {
        "train captions": 0,
        "val captions": 1_014,
        "test_2016 captions": 1_000,
    }


def test_every_file_is_fetched_from_one_commit() -> None:
    assert {download.path for download in FACTS.downloads} == set(FACTS.texts)
    assert {download.url.removesuffix(download.path) for download in FACTS.downloads} == {
        "https://raw.githubusercontent.com/multi30k/dataset/c40b37b23d6387214f8ab37335b5a8672b9745f2/"
    }
    assert len(FACTS.texts) == 6 + 22 + 3 + 30


def test_all_sentences_but_those_of_2018_have_a_published_checksum() -> None:
    unknown = [download.path for download in FACTS.downloads if download.checksum is None]
    assert [name for name in unknown if "image_splits" not in name] == [
        f"data/task1/raw/test_2018_flickr.{lang}.gz" for lang in ("de", "fr", "cs")
    ]
    assert len(MD5) == 49 == len(set(MD5.values()))
    assert set(MD5) <= set(FACTS.texts)
