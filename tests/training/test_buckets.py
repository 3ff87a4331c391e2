"""A batch in buckets of similar length makes the same step with less padding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from crossret.contracts.text import Tokens, TokenStates
from crossret.data.sampling import Batch
from crossret.errors import UsageError
from crossret.recipe.models import Recipe, TermRecipe, TrainingRecipe
from crossret.training.buckets import buckets_of, joined
from crossret.training.trainer import Trainer

from . import small_training
from .gradients import assert_close, gradients
from .small_training import TERMS, trainer

TERMS_OF_STATES = TERMS | {"strong": TermRecipe(loss="language-adversary", options={"head": "convolutional"})}
BATCH = 10


@pytest.mark.parametrize("buckets", [2, 3, 10, 64])
def test_the_gradients_are_those_of_the_whole_batch(
    buckets: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = small_training.small_model
    monkeypatch.setattr(small_training, "small_model", lambda dropout, ngram_dropout: build(0.0))
    whole, parts = (
        gradients(trainer(tmp_path, terms=TERMS_OF_STATES, batch_size=BATCH, length_buckets=count))
        for count in (1, buckets)
    )
    assert_close(parts, whole)


def padded_tokens(run: Trainer) -> int:
    """How many tokens, padding included, the encoder sees in a step."""
    seen = []
    encoder = run.model.text.encoder
    forward = encoder.forward

    def watched(tokens: Tokens) -> TokenStates:
        seen.append(tokens["mask"].numel())
        return forward(tokens)

    encoder.forward = watched
    gradients(run)
    return sum(seen)


def test_less_is_padded(tmp_path: Path) -> None:
    one, three, ten = (padded_tokens(trainer(tmp_path, batch_size=BATCH, length_buckets=n)) for n in (1, 3, 10))
    assert ten < three < one


def test_buckets_hold_every_sample_once_from_short_to_long() -> None:
    sources = ["aaaa", "a", "aaa", "aa", "aaaaa"]
    batch = Batch(
        np.arange(5), {"source": sources, "back": [""] * 5}, np.arange(5) * 2, np.zeros(5, dtype=int), np.ones(5)
    )
    ordered, parts = buckets_of(batch, ("source",), 2)
    assert ordered.items.tolist() == [1, 3, 2, 0, 4]
    assert ordered.subjects.tolist() == [2, 6, 4, 0, 8]
    assert [part.texts["source"] for part in parts] == [["a", "aa"], ["aaa", "aaaa", "aaaaa"]]
    assert [len(part.items) for part in buckets_of(batch, ("source",), 9)[1]] == [1] * 5


def test_joined_states_are_padded_to_the_longest() -> None:
    parts = [TokenStates(torch.ones(1, n, 2), torch.ones(1, n, dtype=torch.bool)) for n in (1, 3)]
    found = joined(parts, 3)
    assert found.mask.tolist() == [[True, False, False], [True, True, True]]
    assert found.states.sum(2).tolist() == [[2, 0, 0], [2, 2, 2]]


def test_what_reads_the_whole_batch_is_refused(tmp_path: Path) -> None:
    run = trainer(tmp_path, batch_size=BATCH, length_buckets=2)
    run.model.visual.statistics = nn.BatchNorm1d(3)
    with pytest.raises(
        UsageError, match=r"^training.length_buckets: visual.statistics has statistics of the whole bat"
    ):
        gradients(run)
    with pytest.raises(ValueError, match=r"training\.length_buckets must be 1"):
        Recipe(reference=True, training=TrainingRecipe(length_buckets=2), baseline="lexical")
    with pytest.raises(ValueError, match="with micro_batch the parts of a batch are padded apart already"):
        TrainingRecipe(length_buckets=2, micro_batch=4)
