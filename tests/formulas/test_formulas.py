"""Our parts against the formulas a second time, in NumPy: guards parity where the recorded numbers are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from crossret.bench.conventions import OWN, PUBLISHED
from crossret.contracts.data import Caption, Item, Split
from crossret.contracts.loss import LossContext, Term, View, Views
from crossret.contracts.text import Tokens, TokenStates
from crossret.contracts.visual import Frames
from crossret.evaluation.gallery import Gallery, results_of
from crossret.model.attention import AttentionBlock
from crossret.model.frame_tower import FrameTower
from crossret.model.padding import Padding
from crossret.model.text_tower import TextTower
from crossret.recipe.models import FramesRecipe, TextRecipe, VisualRecipe
from crossret.retrieval.fusion import fuse
from crossret.retrieval.metrics import direction_metrics
from crossret.retrieval.ranks import positive_ranks
from crossret.retrieval.relevance import Relevance
from crossret_losses.discriminators import ConvolutionalHead
from crossret_losses.distillation import FeatureView, SimilarityView
from crossret_losses.triplet import BackTranslation, Triplet

from . import make_numbers
from .make_numbers import CHANNELS, COMMON, FILE, HEADS, QUERY, STATES, WIDTH

WAYS: dict[str, Padding] = {"left_out": OWN.padding, "counted_in": PUBLISHED.padding}
NAMES = {
    "projection.norm": "sequence.projection.0",
    "projection.linear": "sequence.projection.2",
    "position": "sequence.positions",
    "position.norm": "sequence.position_norm",
    **{name: f"sequence.attention.{name}" for name in ("query", "key", "value", "output", "norm")},
    "head.linear": "head.linear",
    "head.norm": "head.norm",
}


@pytest.fixture(scope="module")
def numbers() -> dict[str, np.ndarray]:
    with np.load(FILE, allow_pickle=False) as stored:
        return dict(stored)


def tensors(numbers: Mapping[str, np.ndarray], prefix: str) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): torch.from_numpy(v) for n, v in numbers.items() if n.startswith(prefix)}


def close(found: Tensor, expected: np.ndarray, tolerance: float = 1e-5) -> None:
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=0, atol=tolerance)


def test_the_stored_numbers_are_those_of_the_formulas(numbers: dict[str, np.ndarray]) -> None:
    again = make_numbers.numbers()
    assert set(again) == set(numbers)
    for name, value in again.items():
        np.testing.assert_allclose(numbers[name], value, rtol=1e-5, atol=1e-5, err_msg=name)
    assert FILE.stat().st_size < 200_000


class Stored(nn.Module):
    """Gives the stored states; its tokens are their mask and the states themselves."""

    dimension = STATES

    def fingerprint(self) -> str:
        return "stored"

    def tokenize(self, texts: Sequence[str]) -> Tokens:
        raise NotImplementedError

    def forward(self, tokens: Tokens) -> TokenStates:
        return TokenStates(tokens["states"], tokens["mask"])


def tokens(numbers: Mapping[str, np.ndarray], view: str) -> dict[str, Tensor]:
    states, lengths = (torch.from_numpy(numbers[f"tower.{part}.{view}"]) for part in ("states", "lengths"))
    return {"states": states, "mask": torch.arange(states.shape[1]) < lengths[:, None]}


def load(tower: nn.Module, numbers: Mapping[str, np.ndarray]) -> None:
    found = {}
    for name, tensor in tensors(numbers, "tower.weight.").items():
        module, _, leaf = name.rpartition(".")
        found[f"{NAMES[module]}.{leaf}"] = tensor
    tower.load_state_dict(found | {"head.norm.num_batches_tracked": torch.tensor(0)})
    tower.eval()


@pytest.mark.parametrize("way", WAYS)
@torch.no_grad()
def test_text_tower(numbers: dict[str, np.ndarray], way: str) -> None:
    recipe = TextRecipe(width=WIDTH, heads=HEADS, query_width=QUERY, positions=11)
    tower = TextTower(Stored(), recipe, COMMON, 0.2, WAYS[way])
    load(tower, numbers)
    source, target = (tower.encode(tokens(numbers, view)) for view in ("source", "target"))
    pooled = {"source": tower.pool(source), "target": tower.pool(target), "cross": tower.pool_across(source, target)}
    # −10000 beside a score leaves float32 three decimals of it.
    tolerance = 2e-4 if way == "counted_in" else 1e-5
    for view, vectors in pooled.items():
        close(vectors, numbers[f"tower.{way}.pooled.{view}"], tolerance)
        close(tower.head(vectors), numbers[f"tower.{way}.embedding.{view}"], tolerance)


@pytest.mark.parametrize("way", WAYS)
@torch.no_grad()
def test_frame_tower(numbers: dict[str, np.ndarray], way: str) -> None:
    """The same layers over frames."""
    frames = FramesRecipe(heads=HEADS, query_width=QUERY, positions=11, most=11)
    tower = FrameTower(STATES, VisualRecipe(hidden=WIDTH, frames=frames), COMMON, 0.2, padding=WAYS[way])
    load(tower, numbers)
    clips = tokens(numbers, "target")
    tolerance = 2e-4 if way == "counted_in" else 1e-5
    close(tower(Frames(clips["states"], clips["mask"])), numbers[f"tower.{way}.embedding.target"], tolerance)


def test_attention_block(numbers: dict[str, np.ndarray]) -> None:
    block = AttentionBlock(WIDTH, QUERY, HEADS, 0.1)
    block.load_state_dict(tensors(numbers, "attention.weight."))
    queries, keys = (torch.from_numpy(numbers[f"attention.{name}"])[None] for name in ("queries", "keys"))
    masks = (torch.ones(1, len(found[0]), dtype=torch.bool) for found in (queries, keys))
    looking, seen = (block.eval().heads_of(states) for states in (queries, keys))
    found = block.attend_across(looking, next(masks), seen, next(masks))
    close(found[0], numbers["attention.across"])


@pytest.mark.parametrize("name", ["triplet", "cycle", "feature_view", "similarity_view"])
def test_losses_and_their_slopes(numbers: dict[str, np.ndarray], name: str) -> None:
    terms: dict[str, Term] = {
        "triplet": Triplet(LossContext(("visual", "source"))),
        "cycle": BackTranslation(LossContext()),
        "feature_view": FeatureView(LossContext()),
        "similarity_view": SimilarityView(LossContext()),
    }
    embeddings: dict[View, Tensor] = {
        view: torch.from_numpy(numbers[f"loss.view.{view}"]).double().requires_grad_()
        for view in get_args(View)
        if view != "other"
    }
    value = terms[name](Views(embeddings, {}, torch.arange(7), torch.zeros(7, dtype=torch.int64)))
    assert value.item() == pytest.approx(float(numbers[f"loss.{name}"]), rel=1e-5)
    value.backward()
    for view, embedding in embeddings.items():
        gradient = torch.zeros_like(embedding) if embedding.grad is None else embedding.grad
        slope = (gradient * torch.from_numpy(numbers[f"loss.way.{view}"]).double()).sum().item()
        expected = float(numbers.get(f"loss.{name}.slope.{view}", np.zeros(())))
        assert slope == pytest.approx(expected, rel=1e-4, abs=1e-6), view


def test_convolutional_discriminator(numbers: dict[str, np.ndarray]) -> None:
    head = ConvolutionalHead(STATES, 2, width=CHANNELS)
    head.load_state_dict(tensors(numbers, "discriminator.weight."))
    states, lengths = (torch.from_numpy(numbers[f"discriminator.{name}"]) for name in ("states", "lengths"))
    mask = torch.arange(states.shape[1]) < lengths[:, None]
    for way, padding in WAYS.items():
        close(head(TokenStates(states, padding.counted(mask))), numbers[f"discriminator.logits.{way}"])
    logits = head(TokenStates(states, mask))
    for label in (0, 1):
        loss = nn.functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))
        assert loss.item() == pytest.approx(float(numbers[f"discriminator.loss.{label}"]), rel=1e-5)


@pytest.mark.parametrize("weight", [0.0, 0.2, 0.5, 1.0])
def test_fused_figures(numbers: dict[str, np.ndarray], weight: float) -> None:
    owners = numbers["ranks.owners"]
    visual, target, translated = (torch.from_numpy(numbers[f"ranks.{n}"]) for n in ("visual", "target", "translated"))
    items = tuple(Item(str(n), str(n)) for n in range(len(visual)))
    captions = tuple(Caption(str(n), str(owner), "xx", "") for n, owner in enumerate(owners.tolist()))
    relevance = Relevance(np.arange(len(owners)), owners, len(owners), len(visual))
    gallery = Gallery(Split("test", items), captions, relevance, item_queries=PUBLISHED.item_queries)
    found = results_of(gallery, positive_ranks(fuse(target, translated, visual, weight), visual, relevance))
    figures = [[m.r1, m.r5, m.r10, m.medr, m.meanr, m.map] for m in map(direction_metrics, (found.t2v, found.v2t))]
    np.testing.assert_allclose(figures, numbers[f"ranks.fused.{weight}"], rtol=1e-5)
