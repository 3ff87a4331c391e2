from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from clip_files import ENCODERS, HEIGHT, WIDTH, number_of, picture, write_clip, write_sound
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crossret.errors import DataError
from crossret_video.decoding import Times, sampled_frames

LENGTH = 40
FORMATS = tuple(ENCODERS)


def numbers(path: Path, count: int) -> list[int]:
    return [number_of(frame) for frame in sampled_frames(path, count)]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One clip of 40 frames and 4 seconds per format."""
    folder, frames = tmp_path_factory.mktemp("clips"), [picture(number) for number in range(LENGTH)]
    return {ending: write_clip(folder / f"clip.{ending}", frames, encoder) for ending, encoder in ENCODERS.items()}


@pytest.mark.parametrize("ending", FORMATS)
def test_frames_are_the_middles_of_equal_parts_in_every_format(clips: dict[str, Path], ending: str) -> None:
    assert numbers(clips[ending], 1) == [20]
    assert numbers(clips[ending], 4) == [5, 15, 25, 35]
    assert numbers(clips[ending], 12) == [1, 5, 8, 11, 15, 18, 21, 25, 28, 31, 35, 38]


@pytest.mark.parametrize("ending", FORMATS)
def test_a_short_clip_gives_every_frame_once(clips: dict[str, Path], ending: str) -> None:
    assert numbers(clips[ending], LENGTH) == list(range(LENGTH))
    assert numbers(clips[ending], 100) == list(range(LENGTH))


@pytest.mark.parametrize("ending", FORMATS)
def test_a_clip_of_one_frame(tmp_path: Path, ending: str) -> None:
    clip = write_clip(tmp_path / f"one.{ending}", [picture(5)], ENCODERS[ending])
    frames = sampled_frames(clip, 12)
    assert [number_of(frame) for frame in frames] == [5]
    assert frames[0].mode == "RGB"
    assert frames[0].size == (WIDTH, HEIGHT)
    assert np.asarray(frames[0])[: HEIGHT // 4, : WIDTH // 4].min() > 200, "the upper left corner is white"


@pytest.mark.parametrize("ending", ["h264.mp4", "vp9.webm"])
def test_time_decides_where_the_frame_rate_varies(tmp_path: Path, ending: str) -> None:
    """Frame 3 stands still for two of the four seconds."""
    starts = [0, 1, 2, 3, 23, 26, 29, 32, 35, 38]
    clip = write_clip(
        tmp_path / f"v.{ending}", [picture(n) for n in range(len(starts))], ENCODERS[ending], starts=starts
    )
    assert numbers(clip, 2) == [3, 6]
    assert numbers(clip, 4) == [3, 4, 7]
    assert numbers(clip, 50) == list(range(10))


def test_frames_before_the_start_of_an_edited_file_do_not_count(tmp_path: Path) -> None:
    """Cut without encoding anew, a file keeps the frames that the first one shown is decoded from."""
    frames = [picture(number) for number in range(LENGTH)]
    clip = write_clip(tmp_path / "edited.mp4", frames, "libx264", starts=list(range(-15, LENGTH - 15)))
    assert numbers(clip, 5) == [17, 22, 27, 32, 37]
    assert numbers(clip, LENGTH) == list(range(15, LENGTH))


@pytest.mark.parametrize("seconds", [1.0, 8.0])
def test_sound_may_be_shorter_or_longer_than_the_pictures(tmp_path: Path, seconds: float) -> None:
    clip = write_sound(tmp_path / "both.mp4", seconds, [picture(number) for number in range(LENGTH)])
    assert numbers(clip, 4) == [5, 15, 25, 35]


@pytest.mark.parametrize(("turn", "corner"), [(90, "lower left"), (-90, "upper right"), (180, "lower right")])
def test_a_clip_filmed_with_a_turned_camera_comes_upright(
    clips: dict[str, Path], tmp_path: Path, turn: int, corner: str
) -> None:
    """The header's matrix says how a player must turn the picture; the white corner goes along."""
    turned = tmp_path / "turned.mp4"
    turned.write_bytes(with_matrix(clips["h264.mp4"].read_bytes(), turn))
    with av.open(str(turned)) as container:
        assert next(container.decode(video=0)).rotation % 360 == turn % 360
    image = np.asarray(sampled_frames(turned, 1)[0])
    assert image.shape == ((HEIGHT, WIDTH, 3) if turn == 180 else (WIDTH, HEIGHT, 3))
    half = (image.shape[0] // 2, image.shape[1] // 2)
    rows = slice(half[0] + 4, None) if "lower" in corner else slice(0, half[0] - 4)
    columns = slice(half[1] + 4, None) if "right" in corner else slice(0, half[1] - 4)
    assert image[rows, columns].min() > 200


def with_matrix(content: bytes, turn: int) -> bytes:
    """An MP4 file whose track header turns the picture counter-clockwise by so many degrees."""
    one = 1 << 16
    upright = struct.pack(">9i", one, 0, 0, 0, one, 0, 0, 0, 1 << 30)
    corners = {90: (0, -one, one, 0), -90: (0, one, -one, 0), 180: (-one, 0, 0, -one)}
    a, b, c, d = corners[turn]
    at = content.index(upright, content.index(b"tkhd"))
    return content[:at] + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30) + content[at + len(upright) :]


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.6])
def test_a_file_that_was_cut_off_is_refused(clips: dict[str, Path], tmp_path: Path, ending: str, share: float) -> None:
    content = clips[ending].read_bytes()
    cut = tmp_path / f"cut.{ending}"
    cut.write_bytes(content[: int(len(content) * share)])
    assert_one_line(cut, "cut off|no video can be read")


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_a_file_that_was_cut_off_behind_its_index_is_refused(tmp_path: Path, share: float) -> None:
    frames = [picture(number) for number in range(LENGTH)]
    whole = write_clip(tmp_path / "whole.mp4", frames, "libx264", options={"movflags": "faststart"})
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    assert_one_line(cut, r"cut off: data for [\d.]+ s; expected 4\.0 s")


def test_a_file_with_broken_data_is_refused_where_a_frame_is_wanted(clips: dict[str, Path], tmp_path: Path) -> None:
    """Half of the frames of the MJPEG file are overwritten; the container is whole."""
    content = bytearray(clips["mjpeg.avi"].read_bytes())
    starts = [at for at in range(len(content)) if content[at : at + 2] == b"\xff\xd8"]
    assert len(starts) == LENGTH
    for start, stop in pairwise(starts[20:]):
        content[start : stop - 16] = bytes(stop - 16 - start)
    broken = tmp_path / "broken.avi"
    broken.write_bytes(content)
    assert_one_line(broken, r"damaged: no frame can be decoded at [23]\.\d s of 4\.0 s")


def text(path: Path) -> None:
    path.write_text("this is no video\n" * 40)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def folder(path: Path) -> None:
    path.mkdir()


def missing(path: Path) -> None:
    pass


def sound(path: Path) -> None:
    write_sound(path)


def no_frames(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        container.start_encoding()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (text, "no video can be read: Invalid data found when processing input; expected a video file"),
        (nothing, "no video can be read: Invalid data found when processing input; expected a video file"),
        (folder, "no video can be read: Is a directory; expected a video file"),
        (missing, "no video can be read: No such file or directory; expected a video file"),
        (sound, "no video stream, found audio; expected a video file"),
        (no_frames, "the video stream has no frames; expected one or more|no video stream, found nothing"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
@pytest.mark.parametrize("ending", ["mp4", "avi"])
def test_what_is_no_video_is_one_clear_line(
    tmp_path: Path, make: Callable[[Path], None], said: str, ending: str
) -> None:
    path = tmp_path / f"bad clip.{ending}"
    make(path)
    assert_one_line(path, said)


def assert_one_line(path: Path, said: str) -> None:
    with pytest.raises(DataError, match=f"^{path}: ({said})") as refused:
        sampled_frames(path, 4)
    assert "\n" not in str(refused.value)


@settings(deadline=None)
@example(gaps=[1] * 22, count=11, first=0)  # 7.5 / 11 * 22 is less than 15 as a float
@given(gaps=st.lists(st.integers(1, 50), min_size=1, max_size=30), count=st.integers(1, 40), first=st.integers(-5, 100))
def test_middles_follow_their_definition(gaps: list[int], count: int, first: int) -> None:
    shown = [first + sum(gaps[:n]) for n in range(len(gaps))]
    times = Times(tuple(shown), first + sum(gaps), 1.0)
    found = times.middles(count)
    expected = []
    for part in range(count):
        middle = first + (2 * part + 1) * sum(gaps) // (2 * count)
        expected.append(max(start for start in shown if start <= middle))
    assert found == sorted(set(expected))
