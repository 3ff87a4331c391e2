import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crossret.retrieval.counting import Pairs, Tally, _below, ahead


def test_the_tie_rule_on_every_case():
    scores = torch.tensor([1.0, 2.0, 3.0, 2.0, 2.0])
    before = ahead(scores, torch.tensor(2.0), torch.arange(5), torch.tensor(3))
    assert before.tolist() == [False, True, True, False, False]


def test_negative_zero_ties_with_zero():
    assert ahead(torch.tensor([-0.0]), torch.tensor(0.0), torch.tensor([0]), torch.tensor(1)).tolist() == [True]


@given(lengths=st.lists(st.integers(0, 9), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_the_lookup_finds_where_a_score_stands_among_the_values_of_its_query(lengths, seed):
    rng = np.random.default_rng(seed)
    runs = [np.sort(rng.integers(0, 5, length)).astype(np.float32) for length in lengths]
    values = torch.from_numpy(np.concatenate(runs))
    starts = torch.from_numpy(np.concatenate([[0], np.cumsum(lengths)]))
    if not len(values):
        return
    query = torch.from_numpy(rng.integers(0, len(lengths), 40))
    score = torch.from_numpy(rng.integers(-1, 6, 40).astype(np.float32))
    found = _below(values, starts[query], starts[query + 1], score) - starts[query]
    expected = [np.searchsorted(runs[q], s) for q, s in zip(query.tolist(), score.tolist(), strict=True)]
    assert found.tolist() == expected


def pairs_of(scores: torch.Tensor, queries: list[int], own: list[int], margin: float) -> Pairs:
    exact = scores[queries, own].double()
    return Pairs.of(np.array(queries), np.array(own), exact, torch.full((len(scores),), margin))


@pytest.mark.parametrize("shares", ["sparse", "dense"])
def test_entries_and_blocks_count_alike(shares, monkeypatch):
    monkeypatch.setattr("crossret.retrieval.counting.SPARSE", {"sparse": 1.0, "dense": -1.0}[shares])
    scores = torch.randn(31, 47, generator=torch.Generator().manual_seed(1))
    rng = np.random.default_rng(2)
    chosen = rng.choice(31 * 47, size=120, replace=False)
    pairs = pairs_of(scores, (chosen // 47).tolist(), (chosen % 47).tolist(), 0.05)
    tally = Tally.start(pairs, lambda query, index: scores[query, index].double(), cells=64, at_once=13)
    for columns in (slice(0, 20), slice(20, 47)):
        for rows in (slice(0, 10), slice(10, 31)):
            # Off by less than the margin.
            tile = scores[rows, columns] + 0.04 * torch.sin(1e4 * scores[rows, columns])
            tally.add(tile, rows, columns)
    expected = [1 + int((scores[c // 47] > scores[c // 47, c % 47]).sum()) for c in chosen]
    assert tally.ranks().tolist() == expected
    assert sum(tally.settled) > 0


def test_ranks_are_int64_in_the_order_of_the_pairs():
    scores = torch.tensor([[0.1, 0.9], [0.8, 0.7]])
    tally = Tally.start(pairs_of(scores, [1, 0, 1], [1, 0, 0], 1e-6), lambda q, i: scores[q, i].double(), 4, 1)
    tally.add(scores, slice(0, 2), slice(0, 2))
    assert tally.ranks().tolist() == [2, 2, 1]
    assert tally.ranks().dtype == np.int64
