"""Each format with its traps: what is read, and what is told when a file is broken in one way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from invented_files import draw, write, write_lines
from invented_published import (
    COCO,
    coco_annotations,
    karpathy,
    write_coco_cn,
    write_crossmodal,
    write_msvd,
    write_stair,
    write_xflickr,
    write_xtd10,
)

from crossret.contracts.data import ClipDataset, Dataset
from crossret.errors import CrossretError, DataError, UsageError
from crossret_datasets.coco_cn import CocoCn
from crossret_datasets.crossmodal3600 import LANGUAGES, Crossmodal3600
from crossret_datasets.files_dataset import FilesDataset
from crossret_datasets.msvd_cn import MsvdCn
from crossret_datasets.multi30k import Multi30k
from crossret_datasets.plugin import _PUBLISHED
from crossret_datasets.stair import Stair
from crossret_datasets.xflickrco import XFlickrCO
from crossret_datasets.xtd10 import Xtd10

WRITERS: dict[type[FilesDataset], Callable[[Path], Path]] = {
    Xtd10: write_xtd10,
    Crossmodal3600: lambda root: write_crossmodal(root, LANGUAGES),
    XFlickrCO: write_xflickr,
    CocoCn: write_coco_cn,
    Stair: write_stair,
    MsvdCn: write_msvd,
}
TEST_ONLY = (Xtd10, Crossmodal3600, XFlickrCO)


def made(reader: type[FilesDataset], root: Path) -> FilesDataset:
    return reader(str(WRITERS[reader](root)))


def texts(data: FilesDataset, protocol: str, split: str, lang: str) -> list[tuple[str, str]]:
    return [(caption.subject, caption.text) for caption in data.captions(protocol, split, lang)]


def items_and_texts(data: FilesDataset, protocol: str, split: str, lang: str) -> tuple[int, int]:
    return len(data.split(protocol, split).items), len(data.captions(protocol, split, lang))


@pytest.mark.parametrize("reader", WRITERS, ids=lambda reader: reader.facts.name)
def test_every_split_of_every_protocol_is_read_in_every_language(reader: type[FilesDataset], tmp_path: Path) -> None:
    data = made(reader, tmp_path)
    assert isinstance(data, Dataset)
    for protocol, rules in reader.facts.protocols.items():
        assert data.protocols[protocol].test_only == (reader in TEST_ONLY)
        for split, part in rules.parts.items():
            items = {item.id for item in data.split(protocol, split).items}
            assert items
            for lang in part.captions:
                found = data.captions(protocol, split, lang)
                assert {caption.subject for caption in found} <= items
                assert len({caption.id for caption in found}) == len(found)


@pytest.mark.parametrize("reader", [*WRITERS, Multi30k], ids=lambda reader: reader.facts.name)
def test_listing_and_reader_say_the_same(reader: type[FilesDataset]) -> None:
    target, meta = _PUBLISHED[reader.facts.name]
    assert target == f"{reader.__module__.removeprefix('crossret_datasets.')}:{reader.__name__}"
    assert (meta.licence, meta.source) == (reader.facts.licence, reader.facts.source)
    languages = {lang for rules in reader.facts.protocols.values() for lang in rules.test_languages()}
    assert set(meta.languages) == languages
    got = {name for download in reader.facts.downloads for name in download.results}
    assert got == set(reader.facts.texts)
    assert all(
        re.fullmatch("sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}", one.checksum)
        for one in reader.facts.downloads
        if one.checksum
    )


@pytest.mark.parametrize("reader", TEST_ONLY, ids=lambda reader: reader.facts.name)
def test_what_is_for_testing_only_has_no_training_split(reader: type[FilesDataset], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"'{reader.facts.name}', .* is for testing only: it has no split 'train'"):
        made(reader, tmp_path).split("test", "train")


@pytest.mark.parametrize("reader", WRITERS, ids=lambda reader: reader.facts.name)
def test_the_fingerprint_and_the_verification_follow_a_missing_picture(
    reader: type[FilesDataset], tmp_path: Path
) -> None:
    data = made(reader, tmp_path)
    before, problems = data.fingerprint(), data.verify()
    gone = next(item for item in data.all_items() if data.pictures.has(*data.names_of(item)))
    data.file_of(gone).unlink()
    again = reader(str(tmp_path))
    assert again.fingerprint() != before
    assert len(again.verify()) == len(problems) + (0 if reader is MsvdCn else 1)
    with pytest.raises(DataError, match=rf"images: no {again.names_of(gone)[0]} .*here or in a folder below"):
        again.file_of(gone)


# --- single formats --------------------------------------------------------------------------------------------------


def test_xtd10_reads_files_without_a_last_newline_and_japanese_by_its_code(tmp_path: Path) -> None:
    data = made(Xtd10, tmp_path)
    assert texts(data, "test", "test", "es") == list(zip(COCO, ("es 0", "es 1", "es 2"), strict=True))
    assert texts(data, "test", "test", "ja")[-1] == (COCO[2], "jp 2")
    with pytest.raises(UsageError, match=r"unknown language .*'jp'"):
        data.captions("test", "test", "jp")
    assert data.image(data.split("test", "test").items[1]).size == (12, 8)


def test_a_complete_xtd10_has_no_problem(tmp_path: Path) -> None:
    root = write_xtd10(tmp_path)
    names = [f"COCO_val2014_{number:012}" for number in range(1_000)]
    write_lines(root / "XTD10/test_image_names.txt", [f"{name}.jpg" for name in names])
    for path in root.glob("*/test_1kcaptions_*.txt"):
        write_lines(path, [f"caption {number}" for number in range(1_000)])
    data = draw(root / "images" / "x.jpg").read_bytes()
    for name in names:
        (root / "images" / f"{name}.jpg").write_bytes(data)
    assert Xtd10(str(root)).verify() == []


def test_crossmodal_has_two_captions_a_picture_in_36_languages(tmp_path: Path) -> None:
    data = made(Crossmodal3600, tmp_path)
    assert len(data.test_languages("test")) == 36
    assert texts(data, "test", "test", "quz")[:2] == [("00a1", "quz 00a1 0"), ("00a1", "quz 00a1 1")]


def test_xflickr_takes_phrase_numbers_out_of_the_flickr_half_only(tmp_path: Path) -> None:
    data = made(XFlickrCO, tmp_path)
    assert [item.id for item in data.split("test", "test").items] == ["101", "102", COCO[0]]
    found = dict(texts(data, "test", "test", "ja"))
    assert found == {"101": "赤い帽子の人が3 boats", "102": "犬", COCO[0]: "飛行機が2機"}
    assert texts(data, "test", "test", "de")[0] == (COCO[0], f"de {COCO[0]}.jpg")


def test_coco_cn_has_written_and_translated_test_captions(tmp_path: Path) -> None:
    data = made(CocoCn, tmp_path)
    assert texts(data, "written", "test", "zh") == [(COCO[0], "一只狗"), (COCO[0], "狗 在跑")]
    assert len(texts(data, "translated", "test", "zh")) == 5
    assert texts(data, "written", "train", "zh") == [(COCO[1], "两只猫")]
    assert texts(data, "written", "train", "en") == [(COCO[1], "English 1 0."), (COCO[1], "English 1 1.")]


def test_a_test_in_chinese_needs_no_english_file(tmp_path: Path) -> None:
    data = made(CocoCn, tmp_path)
    (tmp_path / "dataset_coco.json").unlink()
    assert len(CocoCn(str(tmp_path)).captions("written", "test", "zh")) == 2
    with pytest.raises(DataError, match=r"dataset_coco\.json: no such file; get it with: crossret data fetch coco-cn"):
        data.captions("written", "test", "en")


def test_stair_is_divided_by_karpathys_list(tmp_path: Path) -> None:
    data = made(Stair, tmp_path)
    assert [item.id for item in data.split("karpathy", "train").items] == [COCO[1]]
    assert texts(data, "karpathy-1k", "test_1k", "ja")[0] == (COCO[0], f"字幕 {COCO[0]} 0")
    assert len(texts(data, "karpathy", "val", "ja")) == 5


def test_the_first_thousand_test_pictures_are_a_gallery_of_their_own(tmp_path: Path) -> None:
    names = {f"COCO_val2014_{number:012}": "test" for number in range(1_200)}
    write(tmp_path / "dataset_coco.json", karpathy(names))
    data = Stair(str(tmp_path))
    assert [item.id for item in data.split("karpathy-1k", "test_1k").items] == list(names)[:1_000]
    assert len(data.split("karpathy", "test").items) == 1_200


def test_msvd_joins_clips_captions_and_descriptions_by_the_mapping(tmp_path: Path) -> None:
    data = made(MsvdCn, tmp_path)
    assert isinstance(data, ClipDataset)
    sizes = [len(data.split("msvd", split).items) for split in ("train", "val", "test")]
    assert sizes == [1_200, 100, 670]
    assert texts(data, "msvd", "test", "zh") == [("vid1970", '一只猫,叫"咪咪"')]
    assert texts(data, "msvd", "train", "en") == [("vid1", "a man is singing"), ("vid1", "a person sings")]
    assert [caption.id for caption in data.captions("msvd", "train", "zh")] == ["vid1#zh#1", "vid1#zh#4"]
    first, last = data.split("msvd", "train").items[0], data.split("msvd", "test").items[-1]
    assert data.clip(first).name == "clip1_1_9.avi"
    assert data.clip(last).name == "vid1970.mp4"
    with pytest.raises(UsageError, match="has clips, no pictures"):
        data.image(first)


# --- faults ----------------------------------------------------------------------------------------------------------

Fault = tuple[type[FilesDataset], Callable[[Path], object], tuple[str, str, str], str]


def jsonl(name: str, *rows: object) -> Callable[[Path], object]:
    return lambda root: write_lines(root / name, [row if isinstance(row, str) else json.dumps(row) for row in rows])


def lines(name: str, *content: str) -> Callable[[Path], object]:
    return lambda root: write_lines(root / name, content)


XM, XF = ("test", "test", "de"), "datasets/xFlickrCO/annotations/en/test.jsonl"
WRITTEN, LIST, CN = "imageid.human-written-caption.txt", "coco-cn_test.txt", ("written", "test", "zh")
SV, JA = "stair_captions_v1.2_val.json", ("karpathy", "test", "ja")
ZH, MAP, MS = "msvd_cn_captions_release_utf8.csv", "youtube_mapping.txt", ("msvd", "test", "zh")
PICTURE = {"sentences": ["x"], "id": 1, "img_path": "1.jpg"}
DE = {"de": {"caption": ["x"]}}


def spoiled(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    def spoil(root: Path) -> None:
        document = coco_annotations((COCO[0], COCO[2]))
        change(document)
        write(root / SV, json.dumps(document))

    return spoil


FAULTS: dict[str, Fault] = {
    "xtd-lines": (
        Xtd10,
        lines("MIC/test_1kcaptions_de.txt", "a", "b"),
        XM,
        r"_de\.txt: found 2 lines; expected 3, one",
    ),
    "xtd-missing": (
        Xtd10,
        lambda root: (root / "STAIR/test_1kcaptions_jp.txt").unlink(),
        ("test", "test", "ja"),
        r"_jp\.txt: no such file; get it with: crossret data fetch xtd10",
    ),
    "xtd-name": (Xtd10, lines("XTD10/test_image_names.txt", "1.jpg"), XM, r"names\.txt:1: found '1'; expected a name"),
    "xtd-twice": (
        Xtd10,
        lines("XTD10/test_image_names.txt", *[f"{COCO[0]}.jpg"] * 2),
        XM,
        r"names\.txt:2: found 'COCO_.*' again, as at .*names\.txt:1",
    ),
    "xm-json": (Crossmodal3600, jsonl("captions.jsonl", "{"), XM, r"captions\.jsonl:1: not JSON: "),
    "xm-key": (Crossmodal3600, jsonl("captions.jsonl", {"key": 1}), XM, r":1: 'image/key' is None; expected the key"),
    "xm-twice": (
        Crossmodal3600,
        jsonl("captions.jsonl", {"image/key": "a"} | DE, {"image/key": "a"} | DE),
        XM,
        r":2: found 'a' again, as at .*:1; expected every picture once",
    ),
    "xm-language": (
        Crossmodal3600,
        jsonl("captions.jsonl", {"image/key": "a", "den": {}, "image/locale": "x"}),
        XM,
        r":1: no language 'de'; did you mean 'den'",
    ),
    "xm-list": (
        Crossmodal3600,
        jsonl("captions.jsonl", {"image/key": "a", "de": {}}),
        XM,
        r":1, de: found no list 'cap",
    ),
    "xm-empty": (
        Crossmodal3600,
        jsonl("captions.jsonl", {"image/key": "a", "de": {"caption": [" "]}}),
        XM,
        r":1, de: found an empty caption",
    ),
    "xf-twice": (XFlickrCO, jsonl(XF, PICTURE, PICTURE), XM, r":2: found '1' again, as at .*:1; expected every pic"),
    "xf-path": (XFlickrCO, jsonl(XF, PICTURE | {"img_path": "1"}), XM, r":1: img_path is '1'; expected the name of a"),
    "xf-list": (
        XFlickrCO,
        jsonl(XF, PICTURE | {"sentences": "x"}),
        ("test", "test", "en"),
        r":1: sentences is 'x'; expected a list of captions",
    ),
    "cn-line": (
        CocoCn,
        lines(WRITTEN, "一只狗"),
        CN,
        r"caption\.txt:1: found '一只狗'; expected picture#number, a tab",
    ),
    "cn-twice": (CocoCn, lines(WRITTEN, f"{COCO[0]}#0\ta", f"{COCO[0]}#0\tb"), CN, r":2: found 'COCO_.*#0' again; exp"),
    "cn-missing": (
        CocoCn,
        lambda root: (root / LIST).unlink(),
        CN,
        r"coco-cn_test\.txt: no such file; get it with: crossret data fetch coco-cn",
    ),
    "cn-english": (
        CocoCn,
        lambda root: write(root / "dataset_coco.json", karpathy({COCO[1]: "train"})),
        ("written", "test", "en"),
        r"dataset_coco\.json: no picture 'COCO_val2014_000000000001'; expected all of COCO 2014",
    ),
    "cn-karpathy": (
        CocoCn,
        lambda root: write(root / "dataset_coco.json", karpathy({COCO[0]: "tset"})),
        ("written", "test", "en"),
        r"dataset_coco\.json, image 0: unknown split 'tset'; did you mean 'test'",
    ),
    "cn-no-list": (
        CocoCn,
        lambda root: write(root / "dataset_coco.json", '{"images": [{}]}'),
        ("written", "test", "en"),
        r"dataset_coco\.json: an entry lacks 'filename'; expected Karpathy's list",
    ),
    "stair-json": (Stair, lambda root: write(root / SV, '{"images":\n['), JA, r"val\.json:2: not JSON: "),
    "stair-format": (Stair, lambda root: write(root / SV, "[]"), JA, r"val\.json: found no 'images' or no 'annotat"),
    "stair-id": (
        Stair,
        spoiled(lambda document: document["annotations"][0].update(image_id=77)),
        JA,
        r"val\.json, annotation 0: image_id 77 is not among the images",
    ),
    "stair-twice": (
        Stair,
        spoiled(lambda document: document["annotations"][1].update(id=0)),
        JA,
        r"val\.json, annotation 0: this id is there twice",
    ),
    "stair-lacks": (
        Stair,
        spoiled(lambda document: document["annotations"][1].pop("caption")),
        JA,
        r"val\.json: an entry lacks 'caption'; expected the JSON format of COCO",
    ),
    "stair-picture": (
        Stair,
        spoiled(lambda document: (document["images"].pop(0), document["annotations"].clear())),
        JA,
        r"no Japanese caption of 'COCO_val2014_000000000001' in stair_captions",
    ),
    "msvd-row": (
        MsvdCn,
        lines(ZH, "1;vid1.mp4;x"),
        MS,
        r"utf8\.csv:1: found '1;vid1\.mp4;x'; expected number,vidN\.mp4",
    ),
    "msvd-twice": (MsvdCn, lines(ZH, "1,vid1.mp4,x", "1,vid1.mp4,y"), MS, r"utf8\.csv:2: caption 1 is there twice"),
    "msvd-map": (MsvdCn, lines(MAP, "clip1 1"), MS, r"mapping\.txt:1: found 'clip1 1'; expected the name of a clip, a"),
    "msvd-map-twice": (MsvdCn, lines(MAP, "a vid1", "b vid1"), MS, r"mapping\.txt:2: found 'vid1' again; expected"),
    "msvd-map-short": (MsvdCn, lines(MAP, "a vid1"), MS, r"mapping\.txt: no clip 'vid1301'; expected vid1 to vid1970"),
    "msvd-encoding": (
        MsvdCn,
        lambda root: (root / ZH).write_bytes("1,vid1.mp4,一个人\n".encode("gbk")),
        MS,
        r"utf8\.csv:1: found byte 0x..; expected UTF-8",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_a_published_file_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    reader, spoil, (protocol, split, lang), pattern = FAULTS[name]
    root = WRITERS[reader](tmp_path)
    spoil(root)
    with pytest.raises(CrossretError) as caught:
        items_and_texts(reader(str(root)), protocol, split, lang)
    assert re.search(pattern, str(caught.value)), caught.value
    assert "\n" not in str(caught.value)
    assert any(str(caught.value) == f"{p.where}: {p.message}" for p in reader(str(root)).verify())
