"""Texts as pieces of words and back, with the files that stand beside a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer

from crossret.errors import DataError

SOURCE_AND_TARGET = ("source.spm", "target.spm")
SHARED = ("sentencepiece.bpe.model", "sentencepiece.model", "spiece.model", "spm.model")
FAST = "tokenizer.json"


class Pieces(Protocol):
    """Cuts texts into pieces, and joins pieces to texts."""

    def cut(self, text: str) -> list[str]:
        """The pieces of a text, without special ones."""
        ...

    def join(self, pieces: Sequence[str]) -> str:
        """The text of pieces, none of which is special."""
        ...


class SentencePieces:
    """SentencePiece models, one for each side.

    Raises:
        DataError: a file is none.
    """

    def __init__(self, source: Path, target: Path) -> None:
        self._source, self._target = _load(source), _load(target)

    def cut(self, text: str) -> list[str]:
        """The pieces of a text."""
        return list(self._source.encode(text, out_type=str))

    def join(self, pieces: Sequence[str]) -> str:
        """The text of pieces."""
        return str(self._target.decode(list(pieces)))


class FastPieces:
    """A file of the tokenizers library.

    Raises:
        DataError: it is none.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises nothing narrower
            raise DataError(f"{path}: cannot be read as a tokenizer: {error}") from error
        # What looks like a special token in a text is text.
        self._tokenizer.encode_special_tokens = True

    def cut(self, text: str) -> list[str]:
        """The pieces of a text."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).tokens)

    def join(self, pieces: Sequence[str]) -> str:
        """The text of pieces."""
        return str(self._tokenizer.decoder.decode(list(pieces)))


def pieces_of(path: Path) -> Pieces:
    """The tokenizer in the folder of a model.

    Raises:
        DataError: there is none.
    """
    source, target = (path / name for name in SOURCE_AND_TARGET)
    if source.is_file() and target.is_file():
        return SentencePieces(source, target)
    for shared in (path / name for name in SHARED):
        if shared.is_file():
            return SentencePieces(shared, shared)
    if (path / FAST).is_file():
        return FastPieces(path / FAST)
    expected = ", ".join((" and ".join(SOURCE_AND_TARGET), *SHARED, FAST))
    raise DataError(f"{path}: no tokenizer beside the model; expected one of: {expected}")


def _load(path: Path) -> SentencePieceProcessor:
    try:
        return SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise DataError(f"{path}: cannot be read as a SentencePiece model: {error}") from error
