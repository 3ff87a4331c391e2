from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from crossret.contracts.data import Item
from crossret.contracts.visual import FeatureBackbone
from crossret.errors import DataError
from crossret_vision.features import StoredFeatures

ARRAY = np.arange(12, dtype=np.float16).reshape(4, 3)
IDS = ["cat", "dog", "red cow", "fox"]


def items(*ids: str) -> list[Item]:
    return [Item(identifier, identifier) for identifier in ids]


def write(folder: Path, array: np.ndarray = ARRAY, ids: list[str] = IDS, suffix: str = ".npy") -> Path:
    path = folder / f"clip{suffix}"
    if suffix == ".npy":
        np.save(path, array)
    else:
        save_file({"features": array}, path)
    (folder / "clip.ids.txt").write_text("".join(f"{identifier}\n" for identifier in ids), encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", [".npy", ".safetensors"])
def test_looks_up_by_id_in_the_order_asked(tmp_path: Path, suffix: str) -> None:
    backbone = StoredFeatures(str(write(tmp_path, suffix=suffix)))
    assert isinstance(backbone, FeatureBackbone)
    found = backbone.features(items("red cow", "cat", "red cow"))
    assert found.dtype == np.float32
    assert found.tolist() == [[6, 7, 8], [0, 1, 2], [6, 7, 8]]
    assert backbone.dimension == 3
    assert backbone.features([]).shape == (0, 3)


def test_npy_stays_on_the_disk(tmp_path: Path) -> None:
    backbone = StoredFeatures(str(write(tmp_path)))
    assert isinstance(backbone._array, np.memmap)


def test_ids_may_lie_elsewhere(tmp_path: Path) -> None:
    path = write(tmp_path)
    other = tmp_path / "other.txt"
    other.write_text("a\nb\nc\nd\n")
    assert StoredFeatures(str(path), ids=str(other)).features(items("d")).tolist() == [[9, 10, 11]]


def test_missing_items_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path)
    with pytest.raises(DataError, match=r"2 of 3 items are missing, the first is 'dgo'; did you mean 'dog'"):
        StoredFeatures(str(path)).features(items("cat", "dgo", "owl"))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_row_that_is_not_finite_is_named(tmp_path: Path, value: float) -> None:
    array = ARRAY.copy()
    array[2, 1] = value
    backbone = StoredFeatures(str(write(tmp_path, array)))
    assert backbone.features(items("cat", "dog")).shape == (2, 3)
    with pytest.raises(DataError, match=r"clip\.npy: 1 of 2 rows are not finite, the first is row 2 \('red cow'\)"):
        backbone.features(items("fox", "red cow"))


def test_number_too_large_for_float32_is_not_finite(tmp_path: Path) -> None:
    backbone = StoredFeatures(str(write(tmp_path, ARRAY.astype(np.float64) * 1e300)))
    with pytest.raises(DataError, match="not finite"):
        backbone.features(items("dog"))


BAD_ARRAYS = {
    "flat": (np.ones(4), r"found float64 of shape \(4,\); expected real numbers of shape \(M, D\)"),
    "cube": (np.ones((4, 2, 2)), r"shape \(4, 2, 2\)"),
    "integers": (np.ones((4, 2), dtype=np.int64), "found int64"),
    "empty": (np.ones((0, 2)), r"shape \(0, 2\)"),
    "rows": (np.ones((3, 2)), r"clip\.ids\.txt: 4 ids; expected 3, as in .*clip\.npy"),
    "pickle": (np.array([{}, {}], dtype=object), "no features can be read"),
}


@pytest.mark.parametrize("case", BAD_ARRAYS)
def test_bad_array_is_an_error(tmp_path: Path, case: str) -> None:
    array, message = BAD_ARRAYS[case]
    path = write(tmp_path, array)
    with pytest.raises(DataError, match=message):
        StoredFeatures(str(path))


BAD_IDS = {
    "twice": (["cat", "dog", "cat", "fox"], r"clip\.ids\.txt:3: id 'cat' stands already on line 1"),
    "empty": (["cat", "", "cow", "fox"], r"clip\.ids\.txt:2: found an empty line"),
}


@pytest.mark.parametrize("case", BAD_IDS)
def test_bad_ids_are_an_error(tmp_path: Path, case: str) -> None:
    ids, message = BAD_IDS[case]
    path = write(tmp_path, ids=ids)
    with pytest.raises(DataError, match=message):
        StoredFeatures(str(path))


def test_missing_and_foreign_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"clip\.npy: no features can be read"):
        StoredFeatures(str(tmp_path / "clip.npy"))
    path = write(tmp_path)
    (tmp_path / "clip.ids.txt").unlink()
    with pytest.raises(DataError, match=r"clip\.ids\.txt: no ids can be read"):
        StoredFeatures(str(path))
    with pytest.raises(DataError, match=r"unknown format '\.npz'; did you mean '\.npy'"):
        StoredFeatures(str(tmp_path / "clip.npz"))
    save_file({"feature": ARRAY}, tmp_path / "one.safetensors")
    with pytest.raises(DataError, match="no tensor 'features'; did you mean 'feature'"):
        StoredFeatures(str(tmp_path / "one.safetensors"))


def test_fingerprint_follows_both_files(tmp_path: Path) -> None:
    first = StoredFeatures(str(write(tmp_path))).fingerprint()
    assert StoredFeatures(str(write(tmp_path))).fingerprint() == first
    assert StoredFeatures(str(write(tmp_path, ids=IDS[::-1]))).fingerprint() != first
    assert StoredFeatures(str(write(tmp_path, ARRAY + 1))).fingerprint() != first
