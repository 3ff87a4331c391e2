"""Encoded pictures that come from outside, decoded within limits."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from crossret.errors import DataError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


class TooManyPixelsError(DataError):
    """A picture would take too much memory."""


def decoded(content: bytes, most_pixels: int) -> Image.Image:
    """The picture, RGB, upright, on white where it is transparent.

    Raises:
        TooManyPixelsError: it has more pixels than allowed, which its header says before anything is decoded.
        DataError: it is no picture that can be read.
    """
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
        width, height = picture.size
        if width * height > most_pixels:
            raise TooManyPixelsError(f"the picture has {width} × {height} pixels; at most {most_pixels:,} are read")
        upright = ImageOps.exif_transpose(picture)
        if upright.mode == "RGB" and "transparency" not in upright.info:
            upright.load()
            return upright
        upright = upright.convert("RGBA")
    except Image.DecompressionBombError as error:
        raise TooManyPixelsError(f"the picture has too many pixels; at most {most_pixels:,} are read") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, OverflowError) as error:
        raise DataError(f"not a picture that can be read; expected one of {', '.join(FORMATS)}") from error
    white = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(white, upright).convert("RGB")
