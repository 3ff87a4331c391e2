from __future__ import annotations

import numpy as np
import torch

from crossret.evaluation.hardest import hardest
from crossret.retrieval.metrics import QueryResults

GALLERY = torch.eye(4)


def results(query: list[int], rank: list[int]) -> QueryResults:
    return QueryResults(np.array(query), np.array(rank), np.zeros(len(query)))


def test_the_worst_come_first_and_of_equal_ranks_the_first_query() -> None:
    queries = torch.tensor([[4.0, 3, 2, 1], [0, 0, 0, 1], [1, 2, 3, 4]])
    found = hardest(results([0, 1, 2], [2, 4, 4]), queries, GALLERY, 1)
    assert found.queries.tolist() == [1, 2, 0]
    assert found.found.tolist() == [[3, 0, 1, 2], [3, 2, 1, 0], [0, 1, 2, 3]]


def test_a_query_for_which_nothing_is_right_is_left_out() -> None:
    found = hardest(results([0, 2], [5, 1]), torch.eye(3, 4), GALLERY, 1)
    assert found.queries.tolist() == [2]
