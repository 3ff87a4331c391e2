"""The drawings of one design."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from crossret.errors import DataError
from crossret_emoji.layout import drawings, member


class Drawings:
    """An opened zip of drawings.

    The archive (at most 3 MB) is held in memory, so that processes that are forked later share no file position.
    """

    def __init__(self, root: Path, design: str) -> None:
        self._name = drawings(design)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO((root / self._name).read_bytes()))
        except FileNotFoundError:
            raise DataError(f"{self._name}: missing in {root}; expected a zip of drawings") from None
        except (OSError, zipfile.BadZipFile) as error:
            raise DataError(f"{self._name}: cannot be opened ({error}); expected a zip of drawings") from error

    def members(self) -> frozenset[str]:
        """The names of all files in the archive."""
        return frozenset(self._zip.namelist())

    def image(self, concept_id: str) -> Image.Image:
        """The drawing of a concept, decoded to RGB.

        Raises:
            DataError: it is not in the archive or cannot be decoded.
        """
        name = member(concept_id)
        try:
            return Image.open(io.BytesIO(self._zip.read(name))).convert("RGB")
        except KeyError:
            raise DataError(f"{self._name}: found no member {name}; expected a drawing") from None
        except (UnidentifiedImageError, OSError, zipfile.BadZipFile, zlib.error) as error:
            raise DataError(f"{self._name}, member {name}: cannot be decoded ({error}); expected WebP") from error
