"""Data that are broken in one way each, in one bench: every fault is told in a line, and the sound method finishes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml
from processes import Crossret, Ended
from small_data import Small, copy_data, read_table, write_table

Break = Callable[[Path], None]


def edit(name: str, change: Callable[[list[tuple[str, ...]]], list[tuple[str, ...]]]) -> Break:
    def apply(data: Path) -> None:
        header, rows = read_table(data / name)
        write_table(data / name, header, change(rows))

    return apply


def without(column: int, *values: str) -> Callable[[list[tuple[str, ...]]], list[tuple[str, ...]]]:
    return lambda rows: [row for row in rows if row[column] not in values]


def write_text(data: Path) -> None:
    (data / "images" / "train-red-circle.png").write_text("no picture")


def cut_in_half(data: Path) -> None:
    path = data / "images" / "test-red-bar.png"
    path.write_bytes(path.read_bytes()[:200])


def remove(data: Path) -> None:
    (data / "images" / "val-red-bar.png").unlink()


DATA_FAULTS: dict[str, tuple[Break, str]] = {
    "caption-without-item": (
        edit("captions.csv", lambda rows: [*rows, ("new", "white-star", "test", "es", "estrella blanca")]),
        r"es caption of split 'test': 'new' describes 'white-star', which no item of the split shows",
    ),
    "same-caption-id": (
        edit("captions.csv", lambda rows: [*rows, next(row for row in rows if row[2:4] == ("train", "en"))]),
        r"en caption of split 'train': id 'train-red-circle-en' is there twice",
    ),
    "same-item-id": (
        edit("items.csv", lambda rows: [*rows, next(row for row in rows if row[2] == "val")]),
        r"item of split 'val': id 'val-red-circle' is there twice",
    ),
    "blank-caption": (
        edit("captions.csv", lambda rows: [(*row[:4], " ") if row[0] == "test-red-bar-es" else row for row in rows]),
        r"es caption of split 'test': 'test-red-bar-es' is blank; expected a text",
    ),
    "no-training-items": (edit("items.csv", without(2, "train")), r"split 'train' of protocol 'plain' has no items"),
    "no-test-items": (edit("items.csv", without(2, "test")), r"split 'test' of protocol 'plain' has no items"),
    "no-test-text": (
        edit("captions.csv", lambda rows: [row for row in rows if row[2:4] != ("test", "es")]),
        r"split 'test' of protocol 'plain' has no captions in 'es'",
    ),
    "no-picture": (write_text, r"item 'train-red-circle': its picture cannot be read: cannot identify image file"),
    "half-a-picture": (cut_in_half, r"item 'test-red-bar': its picture cannot be read: .*truncated"),
    "missing-picture": (remove, r"item 'val-red-bar': its picture cannot be read: .*No such file"),
}


def ids(data: Path) -> list[str]:
    return [row[0] for row in read_table(data / "items.csv")[1]]


@dataclass
class Stored:
    """A file of features and its list of ids."""

    values: np.ndarray
    ids: list[str]


def with_nan(stored: Stored) -> Stored:
    stored.values[stored.ids.index("test-red-square"), 3] = np.nan
    return stored


FEATURE_FAULTS: dict[str, tuple[Callable[[Stored], Stored], str]] = {
    "features-of-three-dimensions": (
        lambda stored: Stored(stored.values[:, :, None], stored.ids),
        r"features\.npy: .*expected .*\(M, D\)",
    ),
    "features-of-fewer-items": (
        lambda stored: Stored(stored.values[:-1], stored.ids),
        r"features\.ids\.txt: 72 ids; expected 71",
    ),
    "features-without-an-item": (
        lambda stored: Stored(stored.values[1:], stored.ids[1:]),
        r"features\.ids\.txt: 1 of 24 items are missing, the first is 'train-red-circle'",
    ),
    "features-not-finite": (
        with_nan,
        r"features\.npy: 1 of 24 rows are not finite, the first is row \d+ \('test-red-square'\)",
    ),
}


@pytest.fixture(scope="module")
def ended(crossret: Crossret, small: Small, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    folder = tmp_path_factory.mktemp("faults")
    methods: dict[str, object] = {}
    for name, (spoil, _) in DATA_FAULTS.items():
        data = copy_data(small, folder / name)
        spoil(data)
        methods[name] = {"extends": "source-only", "recipe": {"data": {"options": {"root": str(data)}}}}
    for name, (change, _) in FEATURE_FAULTS.items():
        rows = ids(small.data)
        stored = change(Stored(np.random.default_rng(0).standard_normal((len(rows), 20)).astype(np.float32), rows))
        (folder / name).mkdir()
        np.save(folder / name / "features.npy", stored.values)
        (folder / name / "features.ids.txt").write_text("\n".join(stored.ids))
        visual = {"backbone": "features", "options": {"path": str(folder / name / "features.npy")}}
        methods[name] = {"extends": "source-only", "recipe": {"model": {"visual": visual}}}
    suite = {"extends": str(small.suite), "languages": ["es"], "recipe": {"training": {"epochs": 1}}}
    (folder / "faults.yaml").write_text(yaml.safe_dump(suite | {"methods": methods}, sort_keys=False))
    wanted = ",".join([*methods, "source-only"])
    return crossret(
        "bench", folder / "faults.yaml", "--method", wanted, "--executor", "inline", "--out", folder / "out"
    )


@pytest.mark.parametrize("name", [*DATA_FAULTS, *FEATURE_FAULTS])
def test_the_fault_is_told_in_one_line(name: str, ended: Ended) -> None:
    (line,) = (line for line in ended.err.splitlines() if line.startswith(f"failed: {name} "))
    pattern = DATA_FAULTS[name][1] if name in DATA_FAULTS else FEATURE_FAULTS[name][1]
    assert re.search(pattern, line), line


def test_the_others_are_computed_and_the_run_has_failed(ended: Ended) -> None:
    assert ended.code == 1
    count = len(DATA_FAULTS) + len(FEATURE_FAULTS)
    first = next(iter(DATA_FAULTS))
    assert ended.line.startswith(f"failed (and {count - 1} more of {count + 1} jobs): shapes/plain/es/{first}/seed0: ")
    rows = [line.split() for line in ended.out.splitlines() if line.startswith(" source-only ")]
    assert len(rows) == 1
