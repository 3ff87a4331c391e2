"""Caption files: ``<visual id>#<tag>#<k> <caption>`` a line (method section 5.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from crossret.errors import DataError, nearest
from crossret_datasets.authors.text_files import read_lines, visual_id

Empty = Literal["error", "skip"]


class Line(NamedTuple):
    """One caption: it belongs with those of other files that have the same visual id and ``k``."""

    number: int
    visual: str
    k: int
    text: str


def read_captions(path: Path, tags: Collection[str], empty: Empty) -> Iterator[Line]:
    """The captions of a file, in its order, as the published loader reads them: stripped, split at the first blank.

    Args:
        path: the file.
        tags: tags that its ids may have.
        empty: whether a line without a caption is an error or is left out.

    Raises:
        DataError: a line is malformed, has another tag, or an id stands there twice.
    """
    seen: dict[tuple[str, int], int] = {}
    for number, line in read_lines(path):
        identifier, _, text = line.strip().partition(" ")
        where = f"{path}:{number}"
        if not text.strip():
            if empty == "skip":
                continue
            raise DataError(_without_text(where, identifier))
        visual, k = _parsed(where, identifier, tags)
        if (visual, k) in seen:
            raise DataError(f"{where}: caption {identifier!r} stands already on line {seen[visual, k]}")
        seen[visual, k] = number
        yield Line(number, visual, k, text)


def _without_text(where: str, identifier: str) -> str:
    expected = "expected '<visual id>#<tag>#<k> <caption>'; the option empty=skip leaves such lines out"
    if not identifier:
        return f"{where}: found an empty line; {expected}"
    if "\t" in identifier:
        return f"{where}: found a tab and no blank; {expected}"
    return f"{where}: {identifier!r} is followed by no blank and caption; {expected}"


def _parsed(where: str, identifier: str, tags: Collection[str]) -> tuple[str, int]:
    parts = identifier.split("#")
    if len(parts) != 3 or not parts[0]:
        raise DataError(f"{where}: found id {identifier!r}; expected '<visual id>#<tag>#<k>'")
    name, tag, k = parts
    if tag not in tags:
        raise DataError(f"{where}: unknown tag {tag!r}{nearest(tag, tags)}")
    if not (k.isascii() and k.isdigit()):
        raise DataError(f"{where}: found number {k!r} in id {identifier!r}; expected 0, 1, …")
    return visual_id(name), int(k)
