"""Numbers that others have published: rows of a leaderboard that nothing here has measured."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from crossret.recipe.models import Strict

Percent = Annotated[float, Field(ge=0, le=100)]
Rank = Annotated[float, Field(ge=1)]

# Six recalls, each rounded to 0.1, and their rounded sum.
SUM_TOLERANCE = 0.35
# A mean rounded to 0.1 and six such recalls.
MEAN_TOLERANCE = 0.1


class PublishedDirection(Strict):
    """Figures of one retrieval direction; what the source does not state stays out.

    Attributes:
        r1: recall at 1 in percent.
        r5: recall at 5 in percent.
        r10: recall at 10 in percent.
        medr: median rank, from 1.
        meanr: mean rank, from 1.
        map: mean average precision in percent, as papers print it.
    """

    r1: Percent | None = None
    r5: Percent | None = None
    r10: Percent | None = None
    medr: Rank | None = None
    meanr: Rank | None = None
    map: Percent | None = None

    @property
    def recalls(self) -> tuple[float, float, float] | None:
        """R@1, R@5 and R@10, if all three are stated."""
        if self.r1 is None or self.r5 is None or self.r10 is None:
            return None
        return self.r1, self.r5, self.r10

    @model_validator(mode="after")
    def _recalls_rise(self) -> PublishedDirection:
        stated = [recall for recall in (self.r1, self.r5, self.r10) if recall is not None]
        if stated != sorted(stated):
            raise ValueError(f"recalls must not fall from R@1 to R@10, found {', '.join(map(str, stated))}")
        return self


class PublishedScores(Strict):
    """What a source states for one language.

    Attributes:
        t2v: text queries.
        v2t: visual queries.
        sumr: the six recalls added, if the source itself adds them.
        mean_recall: their mean in percent, if the source itself states it.
    """

    t2v: PublishedDirection = PublishedDirection()
    v2t: PublishedDirection = PublishedDirection()
    sumr: float | None = Field(None, ge=0, le=600)
    mean_recall: Percent | None = None

    @property
    def recall_sum(self) -> float | None:
        """The sum of the six recalls, if all are stated."""
        there, back = self.t2v.recalls, self.v2t.recalls
        return None if there is None or back is None else sum(there) + sum(back)

    @model_validator(mode="after")
    def _agree(self) -> PublishedScores:
        if self == PublishedScores.model_construct():
            raise ValueError("no figure is stated; leave the language out")
        added = self.recall_sum
        if added is not None and self.sumr is not None and abs(added - self.sumr) > SUM_TOLERANCE:
            raise ValueError(f"sumr is {self.sumr}, but the six recalls add to {added:.1f}")
        total = self.sumr if added is None else added
        if total is not None and self.mean_recall is not None and abs(total / 6 - self.mean_recall) > MEAN_TOLERANCE:
            raise ValueError(f"mean_recall is {self.mean_recall}, but a sixth of the recalls' sum is {total / 6:.1f}")
        return self


class PublishedRow(Strict):
    """One row as its source gives it. It stands below the measured rows and is never tested against them.

    Attributes:
        label: what the table prints.
        dataset: name of the data set component whose records it stands beside.
        protocol: of that data set.
        gallery: of that protocol.
        setting: what was trained on, e.g. ``zero-shot`` or ``machine-translated captions``.
        pretraining: what the model had seen before, e.g. ``CLIP (400M pairs)``.
        source: citation or address.
        note: what a reader must know to compare.
        scores: figures by language, BCP-47.
    """

    label: str = Field(min_length=1)
    dataset: str = Field(min_length=1)
    protocol: str = Field(min_length=1)
    gallery: str = Field("test", min_length=1)
    setting: str = Field(min_length=1)
    pretraining: str = ""
    source: str = Field(min_length=1)
    note: str = ""
    scores: dict[str, PublishedScores] = Field(min_length=1)
