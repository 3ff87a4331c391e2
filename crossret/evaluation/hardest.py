"""The text queries that went worst, with what was found instead: for people to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from crossret.retrieval.metrics import QueryResults
from crossret.retrieval.nearest import top_items
from crossret.retrieval.relevance import IntArray

QUERIES = 50
ITEMS = 5


@dataclass(frozen=True, eq=False)
class Hardest:
    """Captions whose best positive has the highest ranks, worst first.

    Attributes:
        captions: their indices, ``(N,)``.
        items: indices of the items found first, best first, ``(N, K)``.
    """

    captions: IntArray
    items: IntArray


def hardest(t2v: QueryResults, queries: Tensor, items: Tensor, memory_mb: float) -> Hardest:
    """The :data:`QUERIES` worst captions and the :data:`ITEMS` items nearest to each.

    Args:
        t2v: ranks of the captions.
        queries: what captions were compared by, ``(C, D)``.
        items: what items were compared by, ``(M, D)``.
        memory_mb: MiB that scores may take.
    """
    # Of equal ranks the caption that comes first.
    worst = t2v.query[np.lexsort((t2v.query, -t2v.rank))[:QUERIES]]
    chosen = queries[torch.as_tensor(worst, device=queries.device)]
    found, _ = top_items(chosen, items, ITEMS, memory_mb=memory_mb)
    return Hardest(worst, found)
