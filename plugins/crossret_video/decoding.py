"""Frames of a video file, evenly spread over its time."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import av

from crossret.errors import DataError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from PIL.Image import Image

# A file may end a little before the length that its header states: sound and picture are seldom equally long.
SHARE_THERE = 0.9
SECONDS_SHORT = 0.5


@dataclass(frozen=True)
class Times:
    """When the frames of a stream are shown, in ticks.

    Attributes:
        shown: start of every frame, ascending.
        end: of the last frame.
        tick: seconds of one tick.
    """

    shown: tuple[int, ...]
    end: int
    tick: float

    def middles(self, count: int) -> list[int]:
        """Starts of the frames that are shown in the middle of equal parts of the time; each once."""
        length = self.end - self.shown[0]
        targets = [self.shown[0] + (2 * part + 1) * length // (2 * count) for part in range(count)]
        return list(dict.fromkeys(self.shown[bisect(self.shown, target) - 1] for target in targets))

    def seconds(self, start: int) -> float:
        """From the first frame to a time."""
        return (start - self.shown[0]) * self.tick


def sampled_frames(path: Path, count: int) -> list[Image]:
    """The frames shown in the middle of ``count`` equal parts of time, upright and RGB; a frame stands there once.

    A clip of fewer frames gives fewer. Time, not number: a variable frame rate does not shift the choice.

    Raises:
        DataError: the file is missing, no video, without frames, cut off, or damaged where a frame is wanted.
    """
    try:
        with av.open(f"file:{path}") as container:
            times = _times(container, _video_stream(container, path), path)
        with av.open(f"file:{path}") as container:
            decoded = _decoded(container, _video_stream(container, path))
            return [_upright(frame) for frame in _checked(decoded, times, count, path)]
    except (av.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{path}: no video can be read: {reason}; expected a video file") from error


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    """The first stream of pictures that is no cover of a sound file."""
    covers = av.stream.Disposition.attached_pic
    for stream in container.streams.video:
        if not stream.disposition & covers:
            return stream
    kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
    raise DataError(f"{path}: no video stream, found {kinds}; expected a video file")


def _times(container: InputContainer, stream: VideoStream, path: Path) -> Times:
    """Read all packets without decoding them."""
    shown: list[int] = []
    last: dict[int, tuple[int, int]] = {}
    ticks = {one.index: float(one.time_base or 0) for one in container.streams}
    for packet in container.demux():
        start = packet.dts if packet.pts is None else packet.pts
        # An edited MP4 file keeps frames before its start that only others are decoded from.
        if start is None or not packet.size or packet.is_discard:
            continue
        # Only the last frame's length counts: where frames are stored out of order, those of the others mean little.
        index = packet.stream.index
        last[index] = max(last.get(index, (start, 0)), (start, packet.duration or 0))
        if index == stream.index:
            shown.append(start)
    if not shown:
        raise DataError(f"{path}: the video stream has no frames; expected one or more")
    _check_length(container, max(sum(end) * ticks[index] for index, end in last.items()), path)
    _check_number(container, stream, len(shown), path)
    return Times(tuple(sorted(shown)), sum(last[stream.index]), ticks[stream.index])


def _check_length(container: InputContainer, end: float, path: Path) -> None:
    if container.duration is None:
        return
    stated = (container.duration + (container.start_time or 0)) / av.time_base
    if end + SECONDS_SHORT < SHARE_THERE * stated:
        raise DataError(f"{path}: cut off: data for {end:.1f} s; expected {stated:.1f} s, as its header says")


def _check_number(container: InputContainer, stream: VideoStream, found: int, path: Path) -> None:
    """The length of an AVI file is computed from its size, so only its number of frames tells that it was longer."""
    if container.format.name == "avi" and found < SHARE_THERE * stream.frames:
        raise DataError(f"{path}: cut off: {found} frames; expected {stream.frames}, as its header says")


def _chosen(frames: Iterator[VideoFrame], starts: Sequence[int]) -> Iterator[VideoFrame]:
    """For each start the last decoded frame that is not later, or else the first; holds one frame at a time."""
    before: VideoFrame | None = None
    number = 0
    for frame in frames:
        while starts[number] < _time(frame):
            yield before or frame
            number += 1
            if number == len(starts):
                return
        before = frame
    if before is not None:
        yield from repeat(before, len(starts) - number)


def _checked(frames: Iterator[VideoFrame], times: Times, count: int, path: Path) -> Iterator[VideoFrame]:
    """Frames that are as early or late as they should be; one that stands for two, as others are broken, only once."""
    starts = times.middles(count)
    before: VideoFrame | None = None
    for start, frame in zip_longest(starts, _chosen(frames, starts)):
        if frame is None or abs(times.seconds(_time(frame)) - times.seconds(start)) > times.seconds(times.end) / count:
            raise DataError(
                f"{path}: damaged: no frame can be decoded at {times.seconds(start):.1f} s of "
                f"{times.seconds(times.end):.1f} s"
            )
        if frame is not before:
            yield frame
        before = frame


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Every frame that can be decoded; what is missing is noticed where it is wanted."""
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            if isinstance(frame, av.VideoFrame) and (frame.pts is not None or frame.dts is not None):
                yield frame


def _time(frame: VideoFrame) -> int:
    time = frame.dts if frame.pts is None else frame.pts
    assert time is not None
    return time


def _upright(frame: VideoFrame) -> Image:
    """The picture, turned as a player would turn it."""
    image: Image = frame.to_image()  # type: ignore[no-untyped-call]
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image
