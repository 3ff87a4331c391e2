import itertools
import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crossret.errors import DataError, UsageError
from crossret.retrieval.metrics import direction_metrics, per_query
from crossret.retrieval.ranks import positive_ranks
from crossret.retrieval.relevance import Relevance
from crossret.retrieval.thresholds import comparison

from .oracle import exact_scores, sorted_ranks
from .strategies import budgets, problems, workable


@settings(max_examples=120, deadline=None)
@given(problem=problems(), memory_mb=budgets())
def test_ranks_equal_a_full_sort_under_any_budget(problem, memory_mb):
    memory_mb = workable(memory_mb, problem.captions.shape[1])
    ranks = positive_ranks(*problem.tensors(), problem.relevance, memory_mb=memory_mb)
    expected = sorted_ranks(exact_scores(problem.captions, problem.items), problem.relevance)
    assert (ranks.text_to_visual.tolist(), ranks.visual_to_text.tolist()) == expected


@pytest.fixture(scope="module")
def compiler():
    try:
        comparison(True, torch.device("cpu"))
    except UsageError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("looked_at", [0, 16, 1 << 20])
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(("items", "per_item"), [(300, 1), (257, 5), (130, 9), (600, 2), (16, 3)])
def test_every_way_of_counting_gives_the_same(items, per_item, compiled, looked_at, monkeypatch, request):
    if compiled:
        request.getfixturevalue("compiler")
    monkeypatch.setattr("crossret.retrieval.counting.LOOKED_AT", looked_at)
    generator = torch.Generator().manual_seed(items)
    gallery = torch.randn(items, 6, generator=generator)
    captions = gallery.repeat(per_item, 1) + torch.randn(items * per_item, 6, generator=generator)
    # Many equal embeddings: ties that only exact scores tell.
    captions[::7], gallery[::5] = captions[0].clone(), gallery[0].clone()
    relevance = Relevance(np.arange(len(captions)), np.arange(len(captions)) % items, len(captions), items)
    ranks = positive_ranks(captions, gallery, relevance, memory_mb=4, compiled=compiled)
    expected = sorted_ranks(exact_scores(captions.numpy(), gallery.numpy()), relevance)
    assert (ranks.text_to_visual.tolist(), ranks.visual_to_text.tolist()) == expected


@settings(max_examples=40, deadline=None)
@given(problem=problems(), seed=st.integers(0, 1000))
def test_the_order_of_the_gallery_matters_only_to_ties(problem, seed):
    # Whole numbers, so that moving a row cannot move a score by a rounding error.
    rng = np.random.default_rng(seed)
    captions = rng.integers(-1500, 1500, (len(problem.captions), 4)).astype(np.float32)
    items = rng.integers(-1500, 1500, (len(problem.items), 4)).astype(np.float32)
    scores = captions.astype(np.float64) @ items.astype(np.float64).T
    assume(all(np.diff(np.sort(scores, axis=axis), axis=axis).all() for axis in (0, 1)))
    relevance = problem.relevance
    new_caption, new_item = rng.permutation(len(captions)), rng.permutation(len(items))
    moved = Relevance(
        np.argsort(new_caption)[relevance.captions],
        np.argsort(new_item)[relevance.items],
        len(captions),
        len(items),
    )
    before = positive_ranks(torch.from_numpy(captions), torch.from_numpy(items), relevance)
    after = positive_ranks(torch.from_numpy(captions[new_caption]), torch.from_numpy(items[new_item]), moved)
    assert np.array_equal(before.text_to_visual, after.text_to_visual)
    assert np.array_equal(before.visual_to_text, after.visual_to_text)


@pytest.mark.parametrize(
    ("shape", "cells"),
    [
        *itertools.product([(1, 1), (7, 3), (63, 65), (129, 1536)], [1 << 24, 4099, 131]),
        *itertools.product([(257, 511), (1000, 17)], [1 << 24, 65_537]),
    ],
)
@pytest.mark.parametrize("copies", [1, 3])
def test_a_positive_never_loses_to_itself(shape, cells, copies):
    rows = torch.nn.functional.normalize(torch.randn(shape, generator=torch.Generator().manual_seed(1)), dim=1)
    everything = rows.repeat(copies, 1)
    subjects = [str(row) for row in range(shape[0])] * copies
    relevance = Relevance.by_subject(subjects, subjects)
    ranks = positive_ranks(everything, everything.clone(), relevance, memory_mb=workable(cells * 16 / 2**20, shape[1]))
    for queries, found in ((relevance.captions, ranks.text_to_visual), (relevance.items, ranks.visual_to_text)):
        figures = direction_metrics(per_query(queries, found))
        assert figures.r1 == 100.0
        assert figures.map == pytest.approx(1.0)


def test_distractors_stay_in_both_galleries():
    captions = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    items = torch.tensor([[1.0, 0.0], [3.0, 0.0]])
    relevance = Relevance.by_subject(["cat", "dog", "noise"], ["cat", "noise"], frozenset({"cat"}))
    ranks = positive_ranks(captions, items, relevance)
    assert ranks.text_to_visual.tolist() == [2]
    assert ranks.visual_to_text.tolist() == [2]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("side", ["captions", "items"])
def test_a_non_finite_embedding_is_named(value, side):
    embeddings = {"captions": torch.ones(5, 4), "items": torch.ones(5, 4)}
    embeddings[side][3, 2] = value
    relevance = Relevance(np.arange(5), np.arange(5), 5, 5)
    with pytest.raises(DataError, match=f"^{side}: the embedding in row 3 is not finite"):
        positive_ranks(embeddings["captions"], embeddings["items"], relevance)


def test_embeddings_must_match_the_relevance():
    relevance = Relevance(np.arange(5), np.arange(5), 5, 5)
    with pytest.raises(DataError, match="items: 4 embeddings, but the relevance is over 5"):
        positive_ranks(torch.ones(5, 2), torch.ones(4, 2), relevance)


def test_gradients_and_other_float_types_are_accepted():
    captions = torch.eye(4, dtype=torch.bfloat16, requires_grad=True)
    relevance = Relevance(np.arange(4), np.arange(4), 4, 4)
    ranks = positive_ranks(captions, torch.eye(4, dtype=torch.float64), relevance)
    assert ranks.text_to_visual.tolist() == [1, 1, 1, 1]


def test_no_python_object_per_query():
    count = 3000
    embeddings = torch.randn(count, 8)
    relevance = Relevance(np.arange(count), np.arange(count), count, count)
    tracemalloc.start()
    positive_ranks(embeddings, embeddings, relevance, memory_mb=16)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
