import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.retrieval.approximation import Approximation
from crossret.retrieval.ranks import positive_ranks
from crossret.retrieval.relevance import Relevance
from crossret.retrieval.tiles import DotProducts

from .oracle import exact_scores, sorted_ranks
from .strategies import budgets, problems, workable

PRECISIONS = ["float32", "bfloat16"]


def rows(count: int, width: int, seed: int) -> torch.Tensor:
    return torch.nn.functional.normalize(
        torch.randn(count, width, generator=torch.Generator().manual_seed(seed)), dim=1
    )


def approximation(captions, items, precision="float32", memory_mb=1.0):
    return Approximation.of(DotProducts.of(captions, items, names=("captions", "items")), precision, memory_mb)


@pytest.mark.parametrize("allowed", ["highest", "high", "medium"])
@pytest.mark.parametrize("precision", PRECISIONS)
@settings(max_examples=25, deadline=None)
@given(width=st.integers(1, 700), seed=st.integers(0, 1000), scale=st.sampled_from([1e-20, 1.0, 300.0, 1e15]))
def test_no_score_is_further_from_the_exact_one_than_its_margins(allowed, precision, width, seed, scale):
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(allowed)
    try:
        found = approximation(rows(19, width, seed) * scale, rows(23, width, seed + 1) * 0.01, precision)
        tile = found.tile(slice(0, 19), slice(0, 23), torch.empty(500)).double()
        exact = found.captions.exact.double() @ found.items.exact.double().T
        error = (tile - exact).abs()
        assert (error <= found.caption_margins()[:, None]).all()
        assert (error <= found.item_margins()[None, :]).all()
    finally:
        torch.set_float32_matmul_precision(before)


def test_margins_are_small_beside_the_scores():
    captions, items = rows(50, 512, 1), rows(50, 512, 2)
    assert approximation(captions, items).caption_margins().max() < 4e-5
    assert approximation(captions, items, "bfloat16").caption_margins().max() < 1.5e-2


def test_a_pair_has_the_same_bits_in_any_company():
    captions, items = rows(40, 333, 3), rows(60, 333, 4)
    found = approximation(captions, items, memory_mb=0.05)
    left, right = torch.arange(2400) // 60, torch.arange(2400) % 60
    together = found.pairs(left, right)
    alone = torch.cat([found.pairs(left[n : n + 1], right[n : n + 1]) for n in range(0, 2400, 7)])
    assert torch.equal(together[::7], alone)
    assert torch.allclose(together, (captions.double() @ items.double().T).flatten(), rtol=0, atol=1e-15)


@pytest.mark.parametrize("precision", PRECISIONS)
@settings(max_examples=100, deadline=None)
@given(problem=problems(), memory_mb=budgets())
def test_ranks_equal_a_full_sort_under_any_budget(precision, problem, memory_mb):
    memory_mb = workable(memory_mb, problem.captions.shape[1])
    ranks = positive_ranks(*problem.tensors(), problem.relevance, memory_mb=memory_mb, scores=precision)
    expected = sorted_ranks(exact_scores(problem.captions, problem.items), problem.relevance)
    assert (ranks.text_to_visual.tolist(), ranks.visual_to_text.tolist()) == expected


def whole_numbers(count: int, width: int, spread: int, seed: int) -> torch.Tensor:
    """Products of these are exact in float32 and not in bfloat16."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(-spread, spread + 1, (count, width)).astype(np.float32))


@pytest.mark.parametrize("precision", PRECISIONS)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), width=st.integers(1, 24), near=st.booleans(), memory_mb=budgets())
def test_scores_too_close_for_the_tiles_keep_their_order(precision, seed, width, near, memory_mb):
    captions, items = whole_numbers(23, width, 700, seed), whole_numbers(31, width, 700, seed + 1)
    memory_mb = workable(memory_mb, width)
    if near:
        # Rows that differ in the last digit only: all products of a query are within the margin.
        items = items[:1] + whole_numbers(31, width, 1, seed)
    pairs = np.random.default_rng(seed).choice(23 * 31, size=40, replace=False)
    relevance = Relevance(pairs // 31, pairs % 31, 23, 31)
    ranks = positive_ranks(captions, items, relevance, memory_mb=memory_mb, scores=precision)
    expected = sorted_ranks(exact_scores(captions.numpy(), items.numpy()), relevance)
    assert (ranks.text_to_visual.tolist(), ranks.visual_to_text.tolist()) == expected


def test_random_floats_rank_by_their_products_in_float64():
    captions, items = rows(150, 33, 5), rows(90, 33, 6)
    pairs = np.random.default_rng(7).choice(150 * 90, size=700, replace=False)
    relevance = Relevance(pairs // 90, pairs % 90, 150, 90)
    expected = sorted_ranks((captions.double().numpy() @ items.double().numpy().T).tolist(), relevance)
    for precision in PRECISIONS:
        for memory_mb in (0.001, 0.07, 64):
            found = positive_ranks(captions, items, relevance, memory_mb=memory_mb, scores=precision)
            assert (found.text_to_visual.tolist(), found.visual_to_text.tolist()) == expected


@pytest.mark.parametrize("scale", [1e-30, 1e-12, 1.0, 1e18])
def test_the_size_of_the_embeddings_does_not_matter(scale):
    captions, items = rows(300, 64, 3), rows(200, 64, 4)
    pairs = np.random.default_rng(5).choice(300 * 200, size=500, replace=False)
    relevance = Relevance(pairs // 200, pairs % 200, 300, 200)
    expected = positive_ranks(captions, items, relevance)
    for precision in PRECISIONS:
        # A power of two: other factors would round each embedding anew.
        factor = 2.0 ** round(np.log2(scale))
        found = positive_ranks(captions * factor, items * factor, relevance, memory_mb=0.05, scores=precision)
        assert np.array_equal(found.text_to_visual, expected.text_to_visual)
        assert np.array_equal(found.visual_to_text, expected.visual_to_text)


def test_few_comparisons_are_made_twice_where_positives_stand_out():
    items = rows(2000, 256, 1)
    captions = torch.nn.functional.normalize(items + 0.5 * rows(2000, 256, 2), dim=1)
    relevance = Relevance(np.arange(2000), np.arange(2000), 2000, 2000)
    assert positive_ranks(captions, items, relevance).rescored == 0
    assert positive_ranks(captions, items, relevance, scores="bfloat16").rescored < 1e-4 * 2 * 2000 * 2000
