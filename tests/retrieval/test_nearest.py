import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.errors import DataError, UsageError
from crossret.retrieval.nearest import top_items
from crossret.retrieval.ranks import positive_ranks
from crossret.retrieval.relevance import Relevance

from .oracle import exact_scores
from .strategies import budgets, problems


@settings(max_examples=120, deadline=None)
@given(problem=problems(), k=st.integers(1, 50), memory_mb=budgets())
def test_the_first_k_of_a_full_sort_under_any_budget(problem, k, memory_mb):
    indices, scores = top_items(*problem.tensors(), k, memory_mb=memory_mb)
    exact = exact_scores(problem.captions, problem.items)
    expected = [sorted(range(len(row)), key=lambda i, row=row: (-row[i], i))[:k] for row in exact]
    assert indices.tolist() == expected
    assert scores.tolist() == [[row[i] for i in best] for row, best in zip(exact, expected, strict=True)]
    assert (indices.dtype, scores.dtype) == (np.int64, np.float32)


@settings(max_examples=40, deadline=None)
@given(problem=problems(most=15))
def test_the_order_is_that_of_the_ranks(problem):
    captions, items = problem.tensors()
    indices, _ = top_items(captions, items, len(items))
    count = len(captions) * len(items)
    every = Relevance(np.arange(count) // len(items), np.arange(count) % len(items), len(captions), len(items))
    ranks = positive_ranks(captions, items, every).text_to_visual.reshape(len(captions), len(items))
    assert np.array_equal(
        np.take_along_axis(ranks, indices, axis=1), np.tile(np.arange(1, len(items) + 1), (len(captions), 1))
    )


def test_k_must_be_positive_and_the_gallery_not_empty():
    with pytest.raises(UsageError, match="k must be at least 1"):
        top_items(torch.ones(1, 2), torch.ones(3, 2), 0)
    with pytest.raises(DataError, match="items: expected a non-empty"):
        top_items(torch.ones(1, 2), torch.ones(0, 2), 3)
    with pytest.raises(DataError, match=r"^queries: the embedding in row 0"):
        top_items(torch.full((1, 2), float("nan")), torch.ones(3, 2), 3)
