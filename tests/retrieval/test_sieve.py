import torch
from hypothesis import given
from hypothesis import strategies as st

from crossret.retrieval.sieve import BLOCK, Sieve


@given(
    rows=st.integers(1, 12),
    columns=st.integers(1, 5 * BLOCK),
    transposed=st.booleans(),
    at_once=st.integers(1, 99),
    seed=st.integers(0, 99),
)
def test_exactly_the_entries_above_the_floor_pass(rows, columns, transposed, at_once, seed):
    generator = torch.Generator().manual_seed(seed)
    # Few different scores, so that many equal a floor, which does not let them pass.
    scores = torch.randint(0, 4, (rows, columns), generator=generator).float()
    floor = torch.randint(0, 4, (rows,), generator=generator).float()
    sieve = Sieve.of(scores.T.contiguous().T if transposed else scores, floor)
    passed = torch.zeros_like(scores)
    for entries in sieve.entries(at_once):
        assert torch.equal(entries.scores, scores[entries.rows, entries.columns])
        passed.index_put_((entries.rows, entries.columns), torch.ones_like(entries.scores), accumulate=True)
    assert torch.equal(passed, (scores > floor.unsqueeze(1)).float())


@given(transposed=st.booleans(), seed=st.integers(0, 99))
def test_rows_can_be_left_out(transposed, seed):
    generator = torch.Generator().manual_seed(seed)
    scores, floor = torch.rand(6, 3 * BLOCK + 2, generator=generator), torch.rand(6, generator=generator)
    out = torch.rand(6, generator=generator) < 0.5
    sieve = Sieve.of(scores.T.contiguous().T if transposed else scores, floor)
    left = sieve.without(out)
    assert torch.equal(left.in_blocks(), sieve.in_blocks() * ~out)
    found = {row for entries in left.entries(100) for row in entries.rows.tolist()}
    assert found == set(torch.nonzero((scores > floor.unsqueeze(1)).any(1) & ~out).squeeze(1).tolist())


def test_in_blocks_tells_how_many_entries_stand_behind_a_large_one():
    scores = torch.zeros(2, 3 * BLOCK)
    scores[1, [0, 1]] = 1.0
    assert Sieve.of(scores, torch.tensor([0.5, 0.5])).in_blocks().tolist() == [0, 2 * BLOCK]
