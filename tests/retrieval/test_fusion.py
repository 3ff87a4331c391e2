import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crossret.errors import DataError, UsageError
from crossret.retrieval.fusion import fuse
from crossret.retrieval.ranks import positive_ranks
from crossret.retrieval.relevance import Relevance

from .oracle import sorted_ranks


def minmax(scores: torch.Tensor) -> torch.Tensor:
    return (scores - scores.min()) / (scores.max() - scores.min())


def random_sides(seed: int, captions: int = 60, items: int = 20, width: int = 12) -> tuple[torch.Tensor, ...]:
    rng = torch.Generator().manual_seed(seed)
    sides = (torch.randn(count, width, generator=rng) for count in (captions, captions, items))
    return tuple(torch.nn.functional.normalize(side, dim=1) for side in sides)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    weight=st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0]),
    cells=st.sampled_from([1 << 24, 300, 7]),
)
def test_fused_queries_score_and_rank_like_the_explicit_matrix(seed, weight, cells):
    target, translated, items = random_sides(seed)
    explicit = weight * minmax(translated.double() @ items.double().T)
    explicit += (1 - weight) * minmax(target.double() @ items.double().T)
    fused = fuse(target, translated, items, weight, memory_mb=cells * 16 / 2**20)
    assert fused.dtype == torch.float32
    offset = explicit - fused.double() @ items.double().T
    assert torch.allclose(offset, offset.mean().expand_as(offset), atol=2e-6)

    # Ranks must agree exactly where no two scores are within rounding of each other.
    gaps = torch.cat(
        [explicit.sort(dim=1).values.diff(dim=1).flatten(), explicit.sort(dim=0).values.diff(dim=0).flatten()]
    )
    assume(gaps.min() > 2e-6)
    relevance = Relevance(np.arange(60), np.arange(60) % 20, 60, 20)
    ranks = positive_ranks(fused, items, relevance)
    assert (ranks.text_to_visual.tolist(), ranks.visual_to_text.tolist()) == sorted_ranks(explicit.tolist(), relevance)


def test_the_ranges_are_taken_over_distractors_too():
    target, translated, items = random_sides(1)
    far = torch.cat([items, 50 * items[:1]])
    assert not torch.allclose(fuse(target, translated, items, 0.5), fuse(target, translated, far, 0.5))


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_a_weight_outside_the_unit_interval_is_refused(weight):
    with pytest.raises(UsageError, match=r"weight must be in \[0, 1\]"):
        fuse(*random_sides(2), weight)


def test_a_constant_matrix_is_refused_and_named():
    target, translated, items = random_sides(3)
    with pytest.raises(DataError, match="scores of the translated captions are equal"):
        fuse(target, torch.zeros_like(translated), items, 0.5)
    with pytest.raises(DataError, match="scores of the target captions are equal"):
        fuse(target[:1].expand(60, -1), translated, items[:1].expand(20, -1), 0.5, memory_mb=97 * 16 / 2**20)


def test_a_matrix_without_weight_plays_no_part():
    target, translated, items = random_sides(4)
    nothing = torch.zeros_like(translated)
    assert torch.equal(fuse(target, nothing, items, 0.0), fuse(target, translated, items, 0.0))
    assert torch.equal(fuse(nothing, translated, items, 1.0), fuse(target, translated, items, 1.0))


def test_captions_must_be_paired():
    target, translated, items = random_sides(5)
    with pytest.raises(DataError, match="60 target captions but 59 translated"):
        fuse(target, translated[:-1], items, 0.5)


def test_a_non_finite_caption_is_named():
    target, translated, items = random_sides(6)
    translated[7, 0] = float("nan")
    with pytest.raises(DataError, match=r"^translated captions: the embedding in row 7"):
        fuse(target, translated, items, 0.5)
