from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clip_files import picture, write_clip
from PIL import Image

from crossret.contracts.data import ClipDataset, Dataset
from crossret.data.ragged import Ragged
from crossret.data.visual_inputs import VisualInputs
from crossret.errors import DataError, UsageError
from crossret.plugins import registry
from crossret_datasets.folder.captions import read_captions
from crossret_datasets.folder.dataset import Folder
from crossret_datasets.folder.splitting import divide

HEADER = "item\tlang\ttext\tsplit\n"
ROWS = (
    "a/1.png\ten\ta red thing\ttrain\n"
    "a/1.png\tde\tein rotes Ding\ttrain\n"
    "a/2.png\ten\ta blue thing\ttrain\n"
    "b.png\ten\tTaxi\tval\n"
    "b.png\tde\ttaxi\tval\n"
    "c.png\ten\ta green thing\ttest\n"
    "c.png\tde\tein grünes Ding\ttest\n"
    "c.png\tde\tetwas Grünes\ttest\n"
)


def table(root: Path, content: str, name: str = "captions.tsv") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    table(folder, HEADER + ROWS)
    for name in ("a/1.png", "a/2.png", "b.png", "c.png"):
        path = folder / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 6), (250, 0, 0)).save(path)
    return folder


def test_it_follows_the_contract_and_reads_the_column_of_splits(root: Path) -> None:
    data = Folder(str(root))
    assert isinstance(data, Dataset)
    assert isinstance(data, ClipDataset)
    assert [item.id for item in data.split("folder", "train").items] == ["a/1.png", "a/2.png"]
    assert [caption.text for caption in data.captions("folder", "test", "de")] == ["ein grünes Ding", "etwas Grünes"]
    assert [caption.id for caption in data.captions("folder", "test", "de")] == ["c.png#de#0", "c.png#de#1"]
    assert data.test_languages("folder") == ("de", "en")
    assert not data.protocols["folder"].test_only
    assert data.image(data.split("folder", "val").items[0]).size == (4, 6)
    assert data.verify() == []


def test_a_caption_equal_to_a_source_caption_is_marked(root: Path) -> None:
    assert [caption.same_as_source for caption in Folder(str(root)).captions("folder", "val", "de")] == [True]


def test_jsonl_and_csv_say_the_same_as_tsv(root: Path) -> None:
    rows = [dict(zip(("item", "lang", "text", "split"), line.split("\t"), strict=True)) for line in ROWS.splitlines()]
    table(root, "".join(json.dumps(row) + "\n" for row in rows), "other.jsonl")
    table(root, "\ufeff" + (HEADER + ROWS).replace("\t", ","), "other.csv")
    expected = [(row.item, row.lang, row.text, row.split) for row in read_captions(root / "captions.tsv")]
    for name in ("other.jsonl", "other.csv"):
        assert [(row.item, row.lang, row.text, row.split) for row in read_captions(root / name)] == expected


def test_without_the_column_items_are_divided_by_seed(root: Path) -> None:
    names = [f"{number}.png" for number in range(50)]
    table(root, "item\tlang\ttext\n" + "".join(f"{n}\t{lang}\tx {n}\n" for n in names for lang in ("en", "de")))
    data = Folder(str(root), seed="3", val="0.1", test="0.2")  # type: ignore[arg-type] # as the command line has them
    sizes = {name: len(data.split("folder", name).items) for name in ("train", "val", "test")}
    assert sizes == {"train": 35, "val": 5, "test": 10}
    again, other = Folder(str(root), seed=3, val=0.1, test=0.2), Folder(str(root), seed=4, val=0.1, test=0.2)
    assert again.split("folder", "test") == data.split("folder", "test")
    assert other.split("folder", "test") != data.split("folder", "test")
    assert again.fingerprint() == data.fingerprint() != other.fingerprint()


def test_the_division_does_not_depend_on_the_order_and_leaves_no_share_empty() -> None:
    items = ["x", "y", "z", "w"]
    assert divide(items, 0, 0.1, 0.1) == divide(list(reversed(items)) * 2, 0, 0.1, 0.1)
    assert sorted(divide(items, 0, 0.1, 0.1).values()) == ["test", "train", "train", "val"]
    assert set(divide(items, 0, 0, 0).values()) == {"train"}


def test_a_table_of_test_items_alone_is_for_testing_only(root: Path) -> None:
    table(root, HEADER + "c.png\ten\tone\ttest\n")
    data = Folder(str(root))
    assert data.protocols["folder"].test_only
    with pytest.raises(UsageError, match="no item is in split 'train'; found: test"):
        data.split("folder", "train")


def test_translations_are_found_beside_the_captions_or_named(root: Path) -> None:
    assert Folder(str(root)).translations() is None
    (root / "translations.tsv.gz").write_bytes(b"")
    assert Folder(str(root)).translations() == root / "translations.tsv.gz"
    assert Folder(str(root), translations="google.csv").translations() == root / "google.csv"


def test_a_picture_that_lies_on_its_side_is_turned(root: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 10)).save(root / "images" / "c.png", exif=exif)
    data = Folder(str(root))
    assert data.image(data.split("folder", "test").items[0]).size == (10, 30)


def test_a_clip_is_handed_out_as_a_file_and_is_no_picture(root: Path) -> None:
    table(root, HEADER + "c.MP4\ten\tone\ttest\n")
    (root / "images" / "c.MP4").write_bytes(b"")
    data = Folder(str(root))
    (item,) = data.split("folder", "test").items
    assert data.clip(item) == root / "images" / "c.MP4"
    with pytest.raises(UsageError, match=r"c\.MP4: is a clip"):
        data.image(item)


def test_frames_of_clips_reach_a_backbone_for_clips(root: Path) -> None:
    table(root, HEADER + "c.mp4\ten\tone\ttest\nd.mp4\ten\ttwo\ttest\n")
    for name, shift in (("c.mp4", 0), ("d.mp4", 50)):
        write_clip(root / "images" / name, [picture(number + shift) for number in range(6)], "libx264")
    data = Folder(str(root))
    backbone = registry().build("visual-backbone", "clips:hog", frames=3)
    found = VisualInputs(data, backbone, most_frames=3).of(data.split("folder", "test"))
    assert isinstance(found, Ragged)
    assert len(found) == 2


def test_it_counts_what_it_has(root: Path) -> None:
    description = Folder(str(root)).describe("folder")
    assert description.counts == {"train items": 2, "val items": 1, "test items": 1}
    assert description.languages["de"] == {"train captions": 1, "val captions": 1, "test captions": 2}


@pytest.mark.parametrize(
    ("content", "pattern"),
    [
        ("", r"captions\.tsv:1: no column 'item'; none is known"),
        (HEADER, r"captions\.tsv: found no caption"),
        ("item\tlanguage\ttext\n", r"captions\.tsv:1: no column 'lang'; did you mean 'language'"),
        ("item\tlang\ttext\tsplits\n", r"captions\.tsv:1: unknown column 'splits'; did you mean 'split'"),
        (HEADER + "a\ten\tx\n", r"captions\.tsv:2: found 3 cells; expected 4: item, lang, text, split"),
        (HEADER + "a\ten\t \ttest\n", r"captions\.tsv:2: found an empty caption"),
        (HEADER + "a\tenglish!\tx\ttest\n", r"captions\.tsv:2: lang is 'english!'; expected a BCP-47 code"),
        (HEADER + "a\ten\tx\ttset\n", r"captions\.tsv:2: unknown split 'tset'; did you mean 'test'"),
        (HEADER + " \ten\tx\ttest\n", r"captions\.tsv:2: item is ' '; expected the name of a file"),
        (HEADER + "a\ten\tx\ttest\na\tde\ty\tval\n", r":3: 'a' is in split 'val'; .*captions\.tsv:2 says 'test'"),
        (HEADER + 'a\ten\t"x" y\ttest\n', r"captions\.tsv:2: malformed row: .* as spreadsheets do"),
        (HEADER + "a\tde\tx\ttest\n", r"no caption in the source language 'en'; .*'de'|known: de; the option source"),
    ],
)
def test_a_malformed_table_is_told_with_file_and_line(content: str, pattern: str, tmp_path: Path) -> None:
    table(tmp_path, content)
    with pytest.raises(DataError) as caught:
        Folder(str(tmp_path)).split("folder", "test")
    assert re.search(pattern, str(caught.value)), caught.value
    assert "\n" not in str(caught.value)
    assert len(Folder(str(tmp_path)).verify()) == 1


@pytest.mark.parametrize(
    ("lines", "pattern"),
    [
        (["{"], r"captions\.jsonl:1: not JSON: "),
        (['{"item": "a", "lang": "en", "text": "x"}', "[1]"], r"captions\.jsonl:2: found a JSON list; expected an obj"),
        (['{"item": "a", "lang": "en", "text": 3}'], r"captions\.jsonl:1: found 3; expected a caption"),
        (['{"item": "a", "lang": "en"}'], r"captions\.jsonl:1: no column 'text'"),
        (
            ['{"item": "a", "lang": "en", "text": "x", "split": "test"}', '{"item": "a", "lang": "de", "text": "x"}'],
            r"captions\.jsonl:2: found no split, unlike .*captions\.jsonl:1",
        ),
    ],
)
def test_a_malformed_json_line_is_told(lines: list[str], pattern: str, tmp_path: Path) -> None:
    table(tmp_path, "\n".join(lines), "captions.jsonl")
    with pytest.raises(DataError) as caught:
        Folder(str(tmp_path)).split("folder", "test")
    assert re.search(pattern, str(caught.value)), caught.value


def test_a_table_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "captions.tsv").write_bytes((HEADER + "a\tde\tTür\ttest\n").encode("latin-1"))
    with pytest.raises(DataError, match=r"captions\.tsv:2: found byte 0xfc; expected UTF-8"):
        Folder(str(tmp_path)).test_languages("folder")


@pytest.mark.parametrize(
    ("spoil", "pattern"),
    [
        (
            lambda root: (root / "captions.tsv").rename(root / "caption.tsv"),
            r"tried captions\.csv, captions\.tsv, capt",
        ),
        (lambda root: table(root, "", "captions.csv"), r"captions\.csv: there is captions\.tsv, too; name one"),
        (lambda root: table(root, "", "captions.txt"), None),
    ],
)
def test_a_missing_or_doubtful_table_is_told_with_the_names_tried(
    spoil: Callable[[Path], Any], pattern: str | None, root: Path
) -> None:
    spoil(root)
    if pattern is None:
        assert Folder(str(root)).verify() == []
        return
    with pytest.raises(DataError, match=pattern):
        Folder(str(root)).fingerprint()


def test_a_folder_that_is_not_there_and_a_named_table_of_another_format_are_told(root: Path) -> None:
    with pytest.raises(DataError, match="nowhere: no such folder, or nothing in it"):
        Folder("nowhere").fingerprint()
    table(root, "x", "captions.xlsx")
    with pytest.raises(DataError, match=r"captions\.xlsx: unknown format '\.xlsx'"):
        Folder(str(root), captions="captions.xlsx").test_languages("folder")


def test_missing_files_are_told(root: Path) -> None:
    (root / "images" / "b.png").unlink()
    data = Folder(str(root))
    (problem,) = data.verify()
    assert re.match(r"1 of 4 files are missing, the first is 'b\.png' \(.*captions\.tsv:5\)", problem.message)
    with pytest.raises(DataError, match=r"images: no b\.png here or in a folder below; the table of captions names it"):
        data.image(data.split("folder", "val").items[0])


@pytest.mark.parametrize(
    ("use", "pattern"),
    [
        (lambda data: data.captions("folder", "test", "dee"), r"unknown language of .*'dee'; did you mean 'de'"),
        (lambda data: data.split("folder", "tset"), r"unknown split .*'tset'; did you mean 'test'"),
        (lambda data: data.split("foldr", "test"), r"unknown protocol .*'foldr'; did you mean 'folder'"),
    ],
)
def test_unknown_names_are_told_with_the_nearest(use: Callable[[Folder], Any], pattern: str, root: Path) -> None:
    with pytest.raises(UsageError, match=pattern):
        use(Folder(str(root)))


def test_shares_that_leave_nothing_for_training_are_refused(root: Path) -> None:
    with pytest.raises(ValueError, match=r"val 0\.5 and test 0\.5"):
        Folder(str(root), val=0.5, test=0.5)
