from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.model.attention import AttentionBlock
from crossret.model.padding import LEFT_OUT, CountedIn, Padding
from crossret.model.text_tower import TextTower
from crossret.recipe.models import TextRecipe
from crossret_text.subword import SubwordTiny

SENTENCES = ["a red owl of small suns", "sun", "small tree"]


def tower(padding: Padding) -> TextTower:
    torch.manual_seed(2)
    recipe = TextRecipe(width=16, heads=4, query_width=8, positions=12, dropout=0.0)
    return TextTower(SubwordTiny(buckets=256, dimension=12, max_tokens=20), recipe, 10, 0.0, padding).eval()


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 999), real=st.lists(st.integers(1, 4), min_size=2, max_size=2))
def test_counted_in_follows_its_formula(seed: int, real: list[int]) -> None:
    """One head, from the formula: ``softmax(q kᵀ / √width − 10000 [query or key is padding]) v``."""
    torch.manual_seed(seed)
    block = AttentionBlock(6, 4, 1, 0.0, CountedIn()).eval()
    queries, keys = torch.randn(1, 3, 6), torch.randn(1, 4, 6)
    of_queries, of_keys = torch.arange(3) < real[0], torch.arange(4) < real[1]
    with torch.no_grad():
        looking, seen = block.heads_of(queries), block.heads_of(keys)
        found = block.attend_across(looking, of_queries[None], seen, of_keys[None])[0]
        q, k, v = block.query(queries[0]).double(), block.key(keys[0]).double(), block.value(keys[0]).double()
        penalty = torch.where(of_queries[:, None] & of_keys[None, :], 0.0, -10000.0)
        context = (q @ k.T / math.sqrt(6) + penalty).softmax(1) @ v
        # Near -10000 float32 has steps of 0.001, which the norm of a short vector enlarges.
        torch.testing.assert_close(found, block.norm(block.output(context.float())), rtol=1e-2, atol=1e-2)


@torch.no_grad()
def test_counted_in_a_text_depends_on_the_longest_of_its_batch() -> None:
    model = tower(CountedIn())
    together, alone = (model(model.encoder.tokenize(texts)) for texts in (SENTENCES, SENTENCES[1:2]))
    assert (together[1] - alone[0]).abs().max() > 1e-3
    without = tower(LEFT_OUT)
    torch.testing.assert_close(without(without.encoder.tokenize(SENTENCES[1:2]))[0], alone[0])


@pytest.mark.parametrize(("padding", "counted"), [(LEFT_OUT, [6, 1, 2]), (CountedIn(), [6, 6, 6])])
def test_what_loss_terms_count_as_tokens(padding: Padding, counted: list[int]) -> None:
    model = tower(padding)
    assert model.encode(model.encoder.tokenize(SENTENCES)).raw.mask.sum(1).tolist() == counted


def test_only_where_padding_does_not_matter_texts_are_sorted_by_length() -> None:
    lengths = [3, 1, 2, 1]
    assert LEFT_OUT.batch_order(lengths) == [1, 3, 2, 0]
    assert CountedIn().batch_order(lengths) == [0, 1, 2, 3]
