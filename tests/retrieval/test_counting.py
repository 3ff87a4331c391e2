import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crossret.retrieval.counting import Pairs, Tally, _below, ahead
from crossret.retrieval.thresholds import comparison


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
    steps = tuple(1 << bit for bit in reversed(range(max(lengths).bit_length())))
    values = torch.from_numpy(np.concatenate([*runs, np.full(1 + sum(steps), np.inf, dtype=np.float32)]))
    starts = torch.from_numpy(np.concatenate([[0], np.cumsum(lengths)]))
    query = torch.from_numpy(rng.integers(0, len(lengths), 40))
    score = torch.from_numpy(rng.integers(-1, 6, 40).astype(np.float32))
    found = _below(values, steps, starts[query], starts[query + 1], score) - starts[query]
    expected = [np.searchsorted(runs[q], s) for q, s in zip(query.tolist(), score.tolist(), strict=True)]
    assert found.tolist() == expected


def pairs_of(scores: torch.Tensor, queries: list[int], own: list[int], margin: float) -> Pairs:
    exact = scores[queries, own].double()
    return Pairs.of(np.array(queries, dtype=int), np.array(own, dtype=int), exact, torch.full((len(scores),), margin))


def tally_of(scores: torch.Tensor, pairs: Pairs, cells: int, at_once: int) -> Tally:
    return Tally.start(
        pairs, lambda query, index: scores[query, index].double(), comparison(False, scores.device), cells, at_once
    )


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("looked_at", [0, 16, 1 << 20])
def test_entries_and_rows_count_alike(looked_at, transposed, monkeypatch):
    monkeypatch.setattr("crossret.retrieval.counting.LOOKED_AT", looked_at)
    scores = torch.randn(31, 147, generator=torch.Generator().manual_seed(1))
    rng = np.random.default_rng(2)
    chosen = rng.choice(31 * 147, size=320, replace=False)
    pairs = pairs_of(scores, (chosen // 147).tolist(), (chosen % 147).tolist(), 0.05)
    tally = tally_of(scores, pairs, cells=600, at_once=13)
    for columns in (slice(0, 20), slice(20, 147)):
        for rows in (slice(0, 10), slice(10, 31)):
            # Off by less than the margin.
            tile = scores[rows, columns] + 0.04 * torch.sin(1e4 * scores[rows, columns])
            tally.add(tile.T.contiguous().T if transposed else tile, rows, columns)
    expected = [1 + int((scores[c // 147] > scores[c // 147, c % 147]).sum()) for c in chosen]
    assert tally.ranks().tolist() == expected
    assert sum(tally.settled) > 0


def test_ranks_are_int64_in_the_order_of_the_pairs():
    scores = torch.tensor([[0.1, 0.9], [0.8, 0.7]])
    tally = tally_of(scores, pairs_of(scores, [1, 0, 1], [1, 0, 0], 1e-6), 4, 1)
    tally.add(scores, slice(0, 2), slice(0, 2))
    assert tally.ranks().tolist() == [2, 2, 1]
    assert tally.ranks().dtype == np.int64


def test_queries_without_positives_have_no_ranks():
    scores = torch.rand(2, 3)
    tally = tally_of(scores, pairs_of(scores, [], [], 1e-6), 4, 1)
    tally.add(scores, slice(0, 2), slice(0, 3))
    assert tally.ranks().tolist() == []
