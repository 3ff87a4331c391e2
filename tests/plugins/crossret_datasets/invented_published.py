"""Invented data of a few items in the formats of the other published data sets, traps included."""

from __future__ import annotations

import json
from pathlib import Path

from invented_files import draw, write, write_lines

COCO = ("COCO_val2014_000000000001", "COCO_train2014_000000000002", "COCO_val2014_000000000003")


def draw_coco(root: Path) -> None:
    for name in COCO:
        draw(root / "images" / name[5:14] / f"{name}.jpg")


def write_xtd10(root: Path) -> Path:
    """Some files end without a newline; the Japanese one is called jp."""
    write_lines(root / "XTD10/test_image_names.txt", [f"{name}.jpg" for name in COCO])
    for folder, langs in (("XTD10", "en es it ko pl ru tr zh"), ("MIC", "de fr"), ("STAIR", "jp")):
        for lang in langs.split():
            lines = "\n".join(f"{lang} {number}" for number in range(len(COCO)))
            write(root / folder / f"test_1kcaptions_{lang}.txt", lines + ("\n" if folder != "XTD10" else ""))
    draw_coco(root)
    return root


def write_crossmodal(root: Path, langs: tuple[str, ...]) -> Path:
    keys = ("00a1", "00b2")
    rows = [
        {"image/key": key, "image/locale": "de"}
        | {lang: {"caption": [f"{lang} {key} {k}" for k in range(2)], "caption/tokenized": []} for lang in langs}
        for key in keys
    ]
    write_lines(root / "captions.jsonl", [json.dumps(row, ensure_ascii=False) for row in rows])
    for key in keys:
        draw(root / "images" / f"{key}.jpg")
    return root


def write_xflickr(root: Path) -> Path:
    """The other languages are in another order than English; Japanese has phrase numbers in the Flickr half."""
    pictures = {"101.jpg": "101", "102.jpg": "102", f"{COCO[0]}.jpg": 1}
    special = {"101.jpg": "4赤い2帽子の1人が3 boats", f"{COCO[0]}.jpg": "飛行機が2機"}
    for lang in ["en", "de", "es", "id", "ja", "ru", "tr", "zh"]:
        rows = [
            {"sentences": [special.get(name, "犬") if lang == "ja" else f"{lang} {name} "], "id": i, "img_path": name}
            for name, i in pictures.items()
        ]
        ordered = rows if lang == "en" else rows[::-1]
        path = root / f"datasets/xFlickrCO/annotations/{lang}/test.jsonl"
        write_lines(path, [json.dumps(row, ensure_ascii=lang == "ru") for row in ordered])
    for name in pictures:
        draw(root / "images" / ("val2014" if name.startswith("COCO") else "flickr30k-images") / name)
    return root


def karpathy(splits: dict[str, str]) -> str:
    images = [
        {
            "filepath": name[5:14],
            "filename": f"{name}.jpg",
            "imgid": number,
            "split": split,
            "cocoid": number,
            "sentids": [number * 10, number * 10 + 1],
            "sentences": [
                {"tokens": [], "raw": f"English {number} {k}. ", "imgid": number, "sentid": number * 10 + k}
                for k in range(2)
            ],
        }
        for number, (name, split) in enumerate(splits.items())
    ]
    return json.dumps({"images": images, "dataset": "coco"})


def write_coco_cn(root: Path) -> Path:
    for split, name in zip(("test", "train", "val"), COCO, strict=True):
        write_lines(root / f"coco-cn_{split}.txt", [name])
    write(
        root / "imageid.human-written-caption.txt",
        f"{COCO[0]}#0\t一只狗\n{COCO[0]}#1\t狗 在跑\n{COCO[1]}#0 两只猫\n{COCO[2]}#0\t三只鸟",
    )
    write_lines(root / "imageid.manually-translated-caption.txt", [f"{COCO[0]}#{k}\t译文{k}" for k in range(5)])
    write(root / "dataset_coco.json", karpathy({COCO[0]: "val", COCO[1]: "restval", COCO[2]: "test"}))
    draw_coco(root)
    return root


def coco_annotations(names: tuple[str, ...]) -> dict[str, list[dict[str, object]]]:
    images = [{"id": number, "file_name": f"{name}.jpg"} for number, name in enumerate(names)]
    annotations = [
        {"id": number * 10 + k, "image_id": number, "caption": f"字幕 {name} {k}"}
        for number, name in enumerate(names)
        for k in range(5)
    ]
    return {"images": list(images), "annotations": list(annotations)}


def write_stair(root: Path) -> Path:
    for part, names in (("train", COCO[1:2]), ("val", (COCO[0], COCO[2]))):
        write(root / f"stair_captions_v1.2_{part}.json", json.dumps(coco_annotations(names), ensure_ascii=False))
    write(root / "dataset_coco.json", karpathy({COCO[0]: "test", COCO[1]: "train", COCO[2]: "val"}))
    draw_coco(root)
    return root


def write_msvd(root: Path) -> Path:
    """All 1,970 clips are in the mapping, few have captions; one Chinese caption holds a comma and quotation marks."""
    names = [f"clip{number}_1_9" for number in range(1, 1971)]
    write_lines(root / "youtube_mapping.txt", [f"{name} vid{n}" for n, name in enumerate(names, start=1)])
    write_lines(
        root / "msvd_cn_captions_release_utf8.csv",
        ["1,vid1.mp4,一个人", '3,vid1970.mp4,一只猫,叫"咪咪"', "4,vid1.mp4,一个人", "9,vid1300.mp4,两个人"],
    )
    write(
        root / "AllVideoDescriptions.txt",
        "# notes\n\nclip1_1_9 a man is singing\nclip1_1_9 a person sings\nclip9999_1_2 not among them\n",
    )
    for name in ("clip1_1_9.avi", "vid1970.mp4"):
        path = root / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"clip")
    return root
