"""Our figures from a run of any system and the relevance judgements of its queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from crossret.errors import DataError
from crossret.interchange.runs import Qrels, Run
from crossret.retrieval.metrics import DirectionMetrics, direction_metrics, per_query

NOT_FOUND: Final = 1 << 60
"""The rank of a relevant document that is not in the run: behind everything."""

CUTOFF: Final = 10


@dataclass(frozen=True)
class RunFigures:
    """What a run is worth.

    Attributes:
        direction: R@K is the share of queries with a relevant document among the first K.
        mrr: mean of 1 / the best rank; 0 for a query none of whose relevant documents was found.
        ndcg10: mean nDCG@10, every relevant document with gain 1, from 0 to 1.
        unfound: relevant documents that are not in the run; if any, MeanR means nothing, and MedR only if it is smaller
            than :data:`NOT_FOUND`.
    """

    direction: DirectionMetrics
    mrr: float
    ndcg10: float
    unfound: int


def run_figures(run: Run, qrels: Qrels) -> RunFigures:
    """Figures over every query that has a relevant document, whether the run has it or not.

    Raises:
        DataError: no query has a relevant document, or the run has none of those that have one.
    """
    positives = {
        query: [document for document, relevance in found.items() if relevance > 0] for query, found in qrels.items()
    }
    asked = [query for query, documents in positives.items() if documents]
    if not asked:
        raise DataError("the relevance judgements have no relevant document: there is nothing to measure")
    _check_meeting(run, asked)
    ranks = [np.sort(_ranks(list(run.get(query, ())), positives[query])) for query in asked]
    every = np.concatenate(ranks)
    numbers = np.repeat(np.arange(len(asked)), [len(found) for found in ranks])
    return RunFigures(
        direction_metrics(per_query(numbers, every)),
        float(np.mean([0.0 if found[0] == NOT_FOUND else 1 / found[0] for found in ranks])),
        float(np.mean([_ndcg(found) for found in ranks])),
        int(np.count_nonzero(every == NOT_FOUND)),
    )


def _check_meeting(run: Run, asked: Collection[str]) -> None:
    if not run.keys() & set(asked):
        shown = f"{next(iter(run), '')!r} and {next(iter(asked))!r}"
        raise DataError(f"run and judgements share no query; their first ones are {shown}")


def _ranks(found: list[str], positives: list[str]) -> np.ndarray:
    places = {document: place for place, document in enumerate(found, start=1)}
    return np.array([places.get(document, NOT_FOUND) for document in positives], dtype=np.int64)


def _ndcg(ranks: np.ndarray) -> float:
    """Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002, discount log2(rank + 1).

    Args:
        ranks: of one query's relevant documents, ascending.
    """
    best = np.arange(1, min(len(ranks), CUTOFF) + 1)
    return float((1 / np.log2(ranks[ranks <= CUTOFF] + 1)).sum() / (1 / np.log2(best + 1)).sum())
