"""What the letters of a text give away: how often it finds its item without being translated at all.

Words that an engine did not know, names and loan words stand in the text of the other language as they are. Half of the
score of a cross-lingual method can come from them, so this number belongs beside every score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossret.contracts.baseline import Baseline
from crossret.contracts.data import Caption
from crossret.translation.parts import Part
from crossret.translation.variants import Variant, without_unknown


@dataclass(frozen=True)
class Untranslated:
    """How often a text in another language finds its subject's source text by letters alone, 0 to 1.

    Attributes:
        items: among how many subjects.
        known: the same without the words that the translator did not know; ``None`` if it does not tell which.
    """

    items: int
    as_is: float
    known: float | None = None


def described(captions: Sequence[Caption]) -> dict[str, str]:
    """By subject its source captions as one text, as a baseline is shown them."""
    found: dict[str, str] = {}
    for caption in captions:
        found[caption.subject] = " ".join(filter(None, (found.get(caption.subject), caption.text)))
    return found


def untranslated_queries(
    baseline: Baseline, captions: Sequence[Caption], descriptions: Mapping[str, str]
) -> Untranslated | None:
    """Human captions in another language as they are; ``None`` if no subject has a description."""
    asked = [(c.subject, c.text) for c in captions if c.subject in descriptions]
    return Untranslated(len(descriptions), recall_at_1(baseline, asked, descriptions)) if asked else None


def untranslated_translations(baseline: Baseline, part: Part, descriptions: Mapping[str, str]) -> Untranslated | None:
    """Machine translations as they are, and without their unknown words; ``None`` if all failed.

    A text that consists of unknown words only is lost without them.
    """
    usable = [(c.subject, a) for c, a in zip(part.captions, part.answers, strict=True) if a.status != "failed"]
    if not usable:
        return None
    as_is = recall_at_1(baseline, [(subject, a.text) for subject, a in usable], descriptions)
    if not any(a.unknown_words for _, a in usable):
        return Untranslated(len(descriptions), as_is)
    shortened = [(s, without_unknown([Variant(a, None)], "drop-words")) for s, a in usable]
    known = [(subject, found[0].target.text) for subject, found in shortened if found]
    share = recall_at_1(baseline, known, descriptions) * len(known) / len(usable) if known else 0.0
    return Untranslated(len(descriptions), as_is, share)


def recall_at_1(baseline: Baseline, queries: Sequence[tuple[str, str]], descriptions: Mapping[str, str]) -> float:
    """Share of queries (subject and text) whose subject's description is ranked first."""
    import torch

    from crossret.retrieval.ranks import positive_ranks
    from crossret.retrieval.relevance import Relevance

    captions, items = baseline.embed([text for _, text in queries], list(descriptions.values()))
    relevance = Relevance.by_subject([subject for subject, _ in queries], list(descriptions))
    ranks = positive_ranks(torch.from_numpy(captions), torch.from_numpy(items), relevance)
    return float((ranks.text_to_visual == 1).mean())
