"""The queries that went worst, with what was found instead: for people to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from crossret.retrieval.metrics import QueryResults
from crossret.retrieval.nearest import top_items
from crossret.retrieval.relevance import IntArray

QUERIES = 50
FOUND = 5


@dataclass(frozen=True, eq=False)
class Hardest:
    """Queries of one direction whose best positive has the highest ranks, worst first.

    Attributes:
        queries: their indices, ``(N,)``.
        found: indices of what was found first for each, best first, ``(N, K)``.
    """

    queries: IntArray
    found: IntArray


def hardest(results: QueryResults, queries: Tensor, gallery: Tensor, memory_mb: float) -> Hardest:
    """The :data:`QUERIES` worst queries and the :data:`FOUND` entries of the gallery nearest to each.

    A query that has no positive, and so a rank behind the whole gallery, is left out: nothing is right for it.

    Args:
        results: ranks of the queries.
        queries: what queries were compared by, ``(Q, D)``.
        gallery: what the other side was compared by, ``(M, D)``.
        memory_mb: MiB that scores may take.
    """
    answered = np.flatnonzero(results.rank <= len(gallery))
    query, rank = results.query[answered], results.rank[answered]
    # Of equal ranks the query that comes first.
    worst = query[np.lexsort((query, -rank))[:QUERIES]]
    chosen = queries[torch.as_tensor(worst, device=queries.device)]
    found, _ = top_items(chosen, gallery, FOUND, memory_mb=memory_mb)
    return Hardest(worst, found)
