"""How good translations are, as far as numbers say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossret.translation.copies import copies_in
from crossret.translation.parts import Part
from crossret.translation.references import Kind
from crossret.translation.scores import Scores, scores


@dataclass(frozen=True)
class Figures:
    """What can be counted about the translations of one part; shares are of 1.

    Attributes:
        references: what they were compared with; ``None``: with nothing.
        captions: how many were translated, the failed ones included.
        compared: how many have references.
        unknown: unknown words per word of the source; ``None`` if the translator marked none at all, which one that
            cannot tell never does.
        marked: translations with an unknown word; ``None`` as above.
        copied: translations that equal their source, case-folded.
        copied_words: of the words of at least four letters in the translations, those that stand in their source, too;
            ``None`` if no translation has any.
        length: characters of the translations per character of their sources.
    """

    part: Part
    references: Kind | None
    captions: int
    compared: int
    failed: int
    scores: Scores | None
    unknown: float | None
    marked: float | None
    copied: float
    copied_words: float | None
    length: float


def figures_of(part: Part, kind: Kind | None, references: Mapping[str, Sequence[str]]) -> Figures:
    """Figures of a part.

    Args:
        part: translations.
        kind: of the references.
        references: texts to compare with, by id of the caption; captions without any are counted, but not compared.

    Raises:
        ComponentError: sacrebleu is needed and not installed.
    """
    usable = [(c, a) for c, a in zip(part.captions, part.answers, strict=True) if a.status != "failed"]
    compared = [(a.text, references[c.id]) for c, a in usable if c.id in references]
    unknown = sum(a.unknown for _, a in usable)
    return Figures(
        part=part,
        references=kind if compared else None,
        captions=len(part.captions),
        compared=len(compared),
        failed=len(part.captions) - len(usable),
        scores=_scores(compared, part) if compared else None,
        unknown=unknown / sum(len(c.text.split()) for c, _ in usable) if unknown else None,
        marked=sum(a.unknown > 0 for _, a in usable) / len(usable) if unknown else None,
        copied=sum(a.status == "copied" for _, a in usable) / max(1, len(usable)),
        copied_words=copies_in((c.text, a.text) for c, a in usable).words,
        length=sum(len(a.text) for _, a in usable) / max(1, sum(len(c.text) for c, _ in usable)),
    )


def _scores(compared: Sequence[tuple[str, Sequence[str]]], part: Part) -> Scores:
    return scores([text for text, _ in compared], [of for _, of in compared], part.route.hops[-1].target)
