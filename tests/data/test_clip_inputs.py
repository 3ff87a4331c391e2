from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tiny_clips import LineReader, StoredFrames, TinyClips, frames_of
from tiny_data import TinyDataset

from crossret.contracts.data import ClipDataset, Item
from crossret.data import clip_inputs
from crossret.data.ragged import Ragged
from crossret.data.visual_inputs import VisualInputs
from crossret.errors import ComponentError, DataError, UsageError

SPLIT = TinyDataset().split("plain", "val")


@pytest.fixture
def clips(tmp_path: Path) -> TinyClips:
    return TinyClips(folder=tmp_path)


def items_of(found: np.ndarray | Ragged) -> list[np.ndarray]:
    assert isinstance(found, Ragged)
    padded, mask = found.padded(np.arange(len(found)))
    return [rows[real] for rows, real in zip(padded, mask, strict=True)]


def assert_frames(found: np.ndarray | Ragged, factor: float, most: int = 64) -> None:
    for rows, item in zip(items_of(found), SPLIT.items, strict=True):
        np.testing.assert_allclose(rows, factor * frames_of(item)[:most], rtol=1e-5)


@pytest.mark.parametrize("part", [5, 128])
def test_frames_of_a_frozen_backbone_are_encoded_once_without_dropout(
    clips: TinyClips, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_inputs, "PART", part)
    first, second = LineReader().train(), LineReader()
    inputs = VisualInputs(clips, first, 64)
    assert isinstance(clips, ClipDataset)
    assert inputs.framed
    assert not inputs.trains
    assert_frames(inputs.of(SPLIT), 2)
    assert_frames(VisualInputs(clips, second, 64).of(SPLIT), 2)
    assert (len(first.clips), len(second.clips)) == (24, 0)


def test_what_was_encoded_before_a_failure_is_not_encoded_again(
    clips: TinyClips, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_inputs, "PART", 10)
    first, second = LineReader(), LineReader()
    wanted = clips.clip(SPLIT.items[15])

    @dataclass(frozen=True)
    class WithHole(TinyClips):
        def clip(self, item: Item) -> Path:
            return wanted.with_name("gone") if item == SPLIT.items[15] else super().clip(item)

    with pytest.raises(DataError, match="gone: no such file"):
        VisualInputs(WithHole(folder=clips.folder), first, 64).of(SPLIT)
    assert_frames(VisualInputs(clips, second, 64).of(SPLIT), 2)
    assert len(first.clips) == 15
    assert len(second.clips) == 14


def test_inputs_of_a_trained_backbone_are_the_pixels_of_frames(clips: TinyClips) -> None:
    inputs = VisualInputs(clips, LineReader(trains=True), 64)
    assert inputs.trains
    assert inputs.framed
    assert_frames(inputs.of(SPLIT), 1)


@pytest.mark.parametrize("most", [2, 64])
def test_of_stored_frames_the_first_are_kept(most: int) -> None:
    inputs = VisualInputs(TinyDataset(), StoredFrames(), most)
    assert inputs.framed
    assert not inputs.trains
    assert_frames(inputs.of(SPLIT), 1, most)


def test_stored_frames_are_read_once_for_all_runs() -> None:
    backbone = StoredFrames()
    for _ in range(2):
        VisualInputs(TinyDataset(), backbone, 64).of(SPLIT)
    assert backbone.asked == [item.id for item in SPLIT.items]


def test_more_frames_than_the_recipe_reads_are_refused_as_they_would_lose_the_end(clips: TinyClips) -> None:
    with pytest.raises(UsageError, match=r"3 frames of item 'val/s1/0'; expected 1 to 2 \(model.visual.frames.most\)"):
        VisualInputs(clips, LineReader(), 2).of(SPLIT)


def test_a_data_set_without_clips_is_refused() -> None:
    with pytest.raises(UsageError, match="reads clips, and the data set has none"):
        VisualInputs(TinyDataset(), LineReader(), 64).of(SPLIT)


@pytest.mark.parametrize(
    "rows",
    [np.zeros((0, 3), np.float32), np.zeros((2, 4), np.float32), np.zeros(3, np.float32), np.zeros((2, 3))],
    ids=["none", "wide", "flat", "float64"],
)
def test_frames_of_another_shape_are_refused(rows: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StoredFrames, "frame_features", lambda self, items: [rows] * len(items))
    with pytest.raises(
        ComponentError,
        match=r"StoredFrames: expected frames of item 'val/s0/0' as float32 of shape \(1 or more, 3\), found float",
    ):
        VisualInputs(TinyDataset(), StoredFrames(), 64).of(SPLIT)


def test_frames_that_are_no_numbers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = np.array([[0, 0, np.nan]], np.float32)
    monkeypatch.setattr(StoredFrames, "frame_features", lambda self, items: [broken] * len(items))
    with pytest.raises(ComponentError, match=r"expected finite features of item 'val/s0/0', found (nan|inf)"):
        VisualInputs(TinyDataset(), StoredFrames(), 64).of(SPLIT)


def test_frames_of_too_few_items_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StoredFrames, "frame_features", lambda self, items: [])
    with pytest.raises(ComponentError, match="expected frames of 24 items, found those of 0"):
        VisualInputs(TinyDataset(), StoredFrames(), 64).of(SPLIT)
