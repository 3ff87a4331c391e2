"""BLEU and chrF of translations, with the signatures that make them comparable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from crossret.errors import ComponentError

# Scripts without blanks: sacrebleu has a tokenizer for Chinese; for the others single characters need no dictionary.
_TOKENIZERS: Final = {"zh": "zh", "ja": "char", "th": "char", "lo": "char", "my": "char", "km": "char", "yue": "zh"}


@dataclass(frozen=True)
class Scores:
    """Corpus scores, 0 to 100, and how they were computed.

    Attributes:
        exact: share of translations that equal a reference, case-folded, in percent.
    """

    bleu: float
    chrf: float
    exact: float
    bleu_signature: str
    chrf_signature: str


def scores(found: Sequence[str], references: Sequence[Sequence[str]], language: str) -> Scores:
    """Score translations into a language (BCP-47) against one or more references each.

    Raises:
        ComponentError: sacrebleu is not installed.
    """
    try:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF
    except ImportError as error:
        remedy = "try: pip install 'crossret[translation]'"
        raise ComponentError(f"BLEU and chrF need sacrebleu ({error}); {remedy}") from error
    # One stream per number of the reference; a sentence with fewer of them has none in the later streams.
    streams = [list(stream) for stream in zip_longest(*references)]
    bleu, chrf = BLEU(tokenize=_TOKENIZERS.get(language.split("-")[0], "13a"), force=True), CHRF()
    bleu_score, chrf_score = bleu.corpus_score(list(found), streams), chrf.corpus_score(list(found), streams)
    pairs = zip(found, references, strict=True)
    equal = sum(text.casefold() in {reference.casefold() for reference in of} for text, of in pairs)
    return Scores(
        bleu_score.score,
        chrf_score.score,
        100 * equal / len(found),
        str(bleu.get_signature()),
        str(chrf.get_signature()),
    )
