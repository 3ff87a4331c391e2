from __future__ import annotations

import math

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from crossret.model.attention import AttentionBlock
from crossret.model.padding import masked_mean


def attended_by_loops(block: AttentionBlock, queries: Tensor, keys: Tensor, mask: Tensor) -> Tensor:
    """One text, from the formula: heads split the columns evenly, scores over √(value columns per head)."""
    q, k, v = block.query(queries), block.key(keys), block.value(keys)
    context = []
    for head in range(block.heads):
        mine = [x.chunk(block.heads, dim=1)[head] for x in (q, k, v)]
        scores = mine[0] @ mine[1].T / math.sqrt(mine[2].shape[1])
        scores = scores.masked_fill(~mask, -torch.inf)
        context.append(scores.softmax(1) @ mine[2])
    found: Tensor = block.output(torch.cat(context, 1))
    return found


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 999), heads=st.sampled_from([1, 2, 4]), real=st.integers(1, 5))
def test_block_follows_its_formula(seed: int, heads: int, real: int) -> None:
    torch.manual_seed(seed)
    block = AttentionBlock(16, 8, heads, 0.1).eval()
    queries, keys = torch.randn(1, 3, 16), torch.randn(1, 5, 16)
    mask = torch.arange(5) < real
    with torch.no_grad():
        looking, seen = block.heads_of(queries), block.heads_of(keys)
        across = block.attend_across(looking, torch.ones(1, 3, dtype=torch.bool), seen, mask[None])
        itself = block.attend_to_itself(keys, mask[None], seen)
        torch.testing.assert_close(across[0], block.norm(attended_by_loops(block, queries[0], keys[0], mask)))
        expected = block.norm(keys[0] + attended_by_loops(block, keys[0], keys[0], mask))
        torch.testing.assert_close(itself[0], expected)


@settings(deadline=None, max_examples=30)
@given(lengths=st.lists(st.integers(1, 4), min_size=1, max_size=5), seed=st.integers(0, 999))
def test_masked_mean_is_the_mean_of_real_rows(lengths: list[int], seed: int) -> None:
    states = torch.randn(len(lengths), 4, 3, generator=torch.Generator().manual_seed(seed))
    mask = torch.arange(4) < torch.tensor(lengths)[:, None]
    found = masked_mean(states, mask)
    for row, length in enumerate(lengths):
        torch.testing.assert_close(found[row], states[row, :length].mean(0))
