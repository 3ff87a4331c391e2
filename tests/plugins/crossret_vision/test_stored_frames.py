from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from crossret.contracts.data import Item
from crossret.contracts.visual import FrameFeatureBackbone, PixelBackbone
from crossret.errors import DataError
from crossret.plugins import registry
from crossret_vision.features import StoredFeatures
from crossret_vision.frame_features import StoredFrames, stored_features

ROWS = np.arange(18, dtype=np.float16).reshape(6, 3)
IDS = "cat\ndog\nred cow\n"
LENGTHS = "3\n1\n2\n"


def write(folder: Path, rows: np.ndarray = ROWS, ids: str = IDS, lengths: str | None = LENGTHS) -> str:
    np.save(folder / "clip.npy", rows)
    (folder / "clip.ids.txt").write_text(ids)
    if lengths is not None:
        (folder / "clip.lengths.txt").write_text(lengths)
    return str(folder / "clip.npy")


def items(*ids: str) -> list[Item]:
    return [Item(identifier, identifier) for identifier in ids]


def test_frames_are_looked_up_by_id_in_the_order_asked(tmp_path: Path) -> None:
    backbone = registry().build("visual-backbone", "features", path=write(tmp_path))
    assert isinstance(backbone, FrameFeatureBackbone)
    assert not isinstance(backbone, PixelBackbone)
    assert backbone.dimension == 3
    found = backbone.frame_features(items("red cow", "cat", "dog"))
    assert [rows.tolist() for rows in found] == [ROWS[4:].tolist(), ROWS[:3].tolist(), ROWS[3:4].tolist()]
    assert all(rows.dtype == np.float32 for rows in found)
    assert backbone.frame_features([]) == []


def test_safetensors_and_files_elsewhere(tmp_path: Path) -> None:
    write(tmp_path)
    save_file({"features": ROWS}, tmp_path / "other.safetensors")
    ids, lengths = str(tmp_path / "clip.ids.txt"), str(tmp_path / "clip.lengths.txt")
    backbone = stored_features(str(tmp_path / "other.safetensors"), ids, lengths)
    assert isinstance(backbone, StoredFrames)
    assert backbone.frame_features(items("dog"))[0].tolist() == [ROWS[3].tolist()]


def test_without_lengths_they_are_features_of_pictures(tmp_path: Path) -> None:
    path = write(tmp_path, ROWS[:3], lengths=None)
    assert isinstance(stored_features(path), StoredFeatures)
    write(tmp_path, lengths=None)
    with pytest.raises(DataError, match=r"3 ids; expected 6, .* \(frames of clips need clip\.lengths\.txt\)"):
        stored_features(path)


BAD = {
    "too few": ("3\n3\n", r"clip\.lengths\.txt: 2 lengths; expected 3, as in .*clip\.ids\.txt"),
    "sum": ("3\n1\n3\n", r"clip\.lengths\.txt: the lengths sum to 7; expected 6, as in .*clip\.npy"),
    "zero": ("3\n0\n3\n", r"clip\.lengths\.txt:2: found '0'; expected a number of frames from 1"),
    "word": ("3\n1\ntwo\n", r"clip\.lengths\.txt:3: found 'two'; expected a number of frames from 1"),
}


@pytest.mark.parametrize("case", BAD)
def test_lengths_that_do_not_fit_are_an_error(tmp_path: Path, case: str) -> None:
    lengths, said = BAD[case]
    with pytest.raises(DataError, match=said):
        stored_features(write(tmp_path, lengths=lengths))


def test_a_named_file_of_lengths_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.txt: no lengths can be read"):
        stored_features(write(tmp_path), lengths=str(tmp_path / "gone.txt"))


def test_missing_items_are_counted(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"2 of 3 items are missing, the first is 'dgo'; did you mean 'dog'"):
        StoredFrames(write(tmp_path), None, str(tmp_path / "clip.lengths.txt")).frame_features(
            items("cat", "dgo", "owl")
        )


def test_a_row_that_is_not_finite_is_named(tmp_path: Path) -> None:
    rows = ROWS.copy()
    rows[5, 1] = np.nan
    backbone = stored_features(write(tmp_path, rows))
    assert isinstance(backbone, StoredFrames)
    assert len(backbone.frame_features(items("cat", "dog"))) == 2
    with pytest.raises(DataError, match=r"clip\.npy: row 5, of 'red cow', is not finite"):
        backbone.frame_features(items("dog", "red cow"))


def test_fingerprint_follows_all_files(tmp_path: Path) -> None:
    first = stored_features(write(tmp_path)).fingerprint()
    assert stored_features(write(tmp_path)).fingerprint() == first
    others = {
        stored_features(write(tmp_path, ROWS + 1)).fingerprint(),
        stored_features(write(tmp_path, ids="dog\ncat\nred cow\n")).fingerprint(),
        stored_features(write(tmp_path, lengths="1\n3\n2\n")).fingerprint(),
    }
    assert len(others | {first}) == 4
