import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.errors import DataError
from crossret.retrieval.guarded import certified_ranks
from crossret.retrieval.ranks import positive_ranks
from crossret.retrieval.relevance import Relevance

from .oracle import exact_scores, sorted_ranks
from .strategies import budgets, problems


@settings(max_examples=120, deadline=None)
@given(problem=problems(), memory_mb=budgets())
def test_ranks_equal_a_full_sort_under_any_budget(problem, memory_mb):
    ranks = certified_ranks(*problem.tensors(), problem.relevance, memory_mb=memory_mb)
    expected = sorted_ranks(exact_scores(problem.captions, problem.items), problem.relevance)
    assert (ranks.text_to_visual.tolist(), ranks.visual_to_text.tolist()) == expected


def whole_numbers(rows: int, width: int, spread: int, seed: int) -> torch.Tensor:
    """Products of these are exact in float32 and not in bfloat16."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(-spread, spread + 1, (rows, width)).astype(np.float32))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), width=st.integers(1, 24), shared=st.booleans())
def test_scores_that_bfloat16_cannot_tell_apart_keep_their_order(seed, width, shared):
    captions, items = whole_numbers(23, width, 700, seed), whole_numbers(31, width, 700, seed + 1)
    if shared:
        # Rows that differ in the last digit only: all products of a query are within the margin.
        items = items[:1] + whole_numbers(31, width, 1, seed)
    rng = np.random.default_rng(seed)
    pairs = rng.choice(23 * 31, size=40, replace=False)
    relevance = Relevance(pairs // 31, pairs % 31, 23, 31)
    ranks = certified_ranks(captions, items, relevance)
    expected = sorted_ranks(exact_scores(captions.numpy(), items.numpy()), relevance)
    assert (ranks.text_to_visual.tolist(), ranks.visual_to_text.tolist()) == expected


def unit_rows(rows: int, width: int, seed: int) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.randn(rows, width, generator=torch.Generator().manual_seed(seed)), dim=1)


def test_few_comparisons_are_made_twice_where_positives_stand_out():
    items = unit_rows(2000, 256, 1)
    captions = torch.nn.functional.normalize(items + 0.03 * unit_rows(2000, 256, 2) * 16, dim=1)
    relevance = Relevance(np.arange(2000), np.arange(2000), 2000, 2000)
    fast, plain = certified_ranks(captions, items, relevance), positive_ranks(captions, items, relevance)
    assert np.array_equal(fast.text_to_visual, plain.text_to_visual)
    assert np.array_equal(fast.visual_to_text, plain.visual_to_text)
    assert plain.rescored == 0
    # At least each positive itself, in both directions.
    assert 4000 <= fast.rescored < 0.01 * 2 * 2000 * 2000


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e18])
def test_the_size_of_the_embeddings_does_not_matter(scale):
    captions, items = unit_rows(300, 64, 3), unit_rows(200, 64, 4)
    pairs = np.random.default_rng(5).choice(300 * 200, size=500, replace=False)
    relevance = Relevance(pairs // 200, pairs % 200, 300, 200)
    expected = positive_ranks(captions.double().float(), items, relevance)
    found = certified_ranks(captions * scale, items * scale, relevance, memory_mb=0.05)
    assert np.array_equal(found.text_to_visual, expected.text_to_visual)
    assert np.array_equal(found.visual_to_text, expected.visual_to_text)


@pytest.mark.parametrize("copies", [1, 3])
def test_a_positive_never_loses_to_itself(copies):
    everything = unit_rows(257, 96, 6).repeat(copies, 1)
    subjects = [str(row) for row in range(257)] * copies
    ranks = certified_ranks(everything, everything.clone(), Relevance.by_subject(subjects, subjects), memory_mb=0.2)
    assert ranks.text_to_visual.max() == copies
    assert ranks.visual_to_text.max() == copies


def test_numbers_that_are_not_finite_are_named():
    broken = unit_rows(4, 3, 7)
    broken[2, 1] = float("nan")
    relevance = Relevance(np.arange(4), np.arange(4), 4, 4)
    with pytest.raises(DataError, match="items: the embedding in row 2 is not finite"):
        certified_ranks(unit_rows(4, 3, 8), broken, relevance)
