"""Video files made on the spot; the colour of a frame says which one it is."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL.Image import Image

WIDTH, HEIGHT = 64, 48
LEVELS = 8
# Encoder by file ending: every combination that a wheel of PyAV can write.
ENCODERS = {
    "h264.mp4": "libx264",
    "mpeg4.mp4": "mpeg4",
    "vp9.webm": "libvpx-vp9",
    "mjpeg.avi": "mjpeg",
    "mpeg4.avi": "mpeg4",
}


def picture(number: int) -> np.ndarray:
    """Frame ``number``: red counts, green counts eights, and the upper left corner is white."""
    frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    frame[..., 0] = number % LEVELS * 32
    frame[..., 1] = number // LEVELS * 32
    frame[: HEIGHT // 2, : WIDTH // 2] = 255
    return frame


def number_of(image: Image) -> int:
    """Which frame a decoded picture is."""
    middle = np.asarray(image)[HEIGHT * 5 // 8 : HEIGHT * 7 // 8, WIDTH * 5 // 8 : WIDTH * 7 // 8].mean((0, 1))
    return int(round(middle[0] / 32) + LEVELS * round(middle[1] / 32))


def write_clip(
    path: Path,
    pictures: Sequence[np.ndarray],
    encoder: str,
    *,
    rate: int = 10,
    starts: Sequence[int] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write a file; ``starts``: of each frame in ticks of 1/rate s, by default one after another."""
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(encoder, rate=rate)
        stream.width, stream.height = pictures[0].shape[1], pictures[0].shape[0]
        stream.pix_fmt = "yuvj420p" if encoder == "mjpeg" else "yuv420p"
        stream.bit_rate = 2_000_000
        stream.codec_context.time_base = Fraction(1, rate)
        for number, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = number if starts is None else starts[number]
            frame.time_base = Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_sound(path: Path, seconds: float = 1.0, pictures: Sequence[np.ndarray] = ()) -> Path:
    """A file with a tone and, if there are any, pictures, ten a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        if pictures:
            video = container.add_stream("libx264", rate=10)
            video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            for pixels in pictures:
                container.mux(video.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            container.mux(video.encode(None))
        tone = np.sin(np.arange(int(16000 * seconds)) / 10).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 16000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
