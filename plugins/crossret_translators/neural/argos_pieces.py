"""Tokenizers of Argos packages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sacremoses import MosesDetokenizer, MosesPunctNormalizer, MosesTokenizer
from subword_nmt.apply_bpe import BPE

from crossret.errors import DataError
from crossret_translators.neural.argos_package import ArgosPackage
from crossret_translators.neural.pieces import Pieces, SentencePieces

SENTENCE_PIECE: Final = "sentencepiece.model"
BYTE_PAIRS: Final = "bpe.model"


class MosesPieces:
    """Words as Moses cuts them, then byte pairs, as models of OpenNMT and old OPUS-MT have them.

    Raises:
        DataError: the file of byte pairs is none.
    """

    def __init__(self, path: Path, source: str, target: str) -> None:
        self._normalizer = MosesPunctNormalizer(source)
        self._tokenizer = MosesTokenizer(source)
        self._detokenizer = MosesDetokenizer(target)
        try:
            with path.open(encoding="utf-8") as file:
                self._pairs = BPE(file)
        except (OSError, ValueError, SystemExit) as error:
            raise DataError(f"{path}: cannot be read as byte pairs of subword-nmt: {error}") from error

    def cut(self, text: str) -> list[str]:
        """The pieces of a text."""
        words = self._tokenizer.tokenize(self._normalizer.normalize(text))
        return list(self._pairs.segment_tokens(words))

    def join(self, pieces: Sequence[str]) -> str:
        """The text of pieces."""
        return str(self._detokenizer.detokenize(" ".join(pieces).replace("@@ ", "").split(" ")))


class ArgosSentencePieces(SentencePieces):
    """SentencePiece as Argos uses it: what is left of the word marks becomes blanks."""

    def join(self, pieces: Sequence[str]) -> str:
        """The text of pieces."""
        return super().join(pieces).replace("▁", " ").replace("_", " ")


def argos_pieces(package: ArgosPackage) -> Pieces:
    """The tokenizer of a package.

    Raises:
        DataError: it has none.
    """
    shared, pairs = package.path / SENTENCE_PIECE, package.path / BYTE_PAIRS
    if shared.is_file():
        return ArgosSentencePieces(shared, shared)
    if pairs.is_file():
        return MosesPieces(pairs, package.source, package.target)
    raise DataError(f"{package.path}: neither {SENTENCE_PIECE} nor {BYTE_PAIRS}")
