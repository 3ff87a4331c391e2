"""A batch computed in parts has the gradients of the whole batch, with every published term."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from crossret.contracts.text import Tokens, TokenStates
from crossret.errors import CrossretError, UsageError
from crossret.model.dual_encoder import DualEncoder
from crossret.recipe.models import TermRecipe
from crossret.training.trainer import Trainer

from . import small_training
from .gradients import assert_close, gradients
from .small_training import TERMS, StoppedError, outcome, trainer

TERMS_OF_STATES = TERMS | {"strong": TermRecipe(loss="language-adversary", options={"head": "convolutional"})}
BATCH = 10


def without_dropout(monkeypatch: pytest.MonkeyPatch) -> None:
    build = small_training.small_model
    monkeypatch.setattr(small_training, "small_model", lambda dropout, ngram_dropout: build(0.0))


@pytest.mark.parametrize("micro_batch", [1, 3, 5, 10, 64])
def test_the_gradients_are_those_of_the_whole_batch(
    micro_batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_dropout(monkeypatch)
    whole, parts = (
        gradients(trainer(tmp_path, terms=TERMS_OF_STATES, batch_size=BATCH, micro_batch=size))
        for size in (None, micro_batch)
    )
    assert_close(parts, whole)
    assert {name.split(".")[0] for name in whole[0]} == {"visual", "text"}
    assert any(name.startswith("text.encoder") and value.abs().max() > 1e-4 for name, value in whole[0].items())


def test_dropout_is_the_same_in_both_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the gradient of the pooled vectors would belong to other vectors than those it is handed on to."""
    seen: list[dict[str, Tensor]] = []
    pool = DualEncoder.pool

    def watched(self: DualEncoder, *given: Any) -> Any:
        found = pool(self, *given)
        seen.append({view: rows.detach() for view, rows in found.vectors.items()})
        return found

    monkeypatch.setattr(DualEncoder, "pool", watched)
    gradients(trainer(tmp_path, batch_size=BATCH, micro_batch=4))
    assert len(seen) == 6
    for first, second in zip(seen[:3], seen[3:], strict=True):
        assert all(torch.equal(first[view], second[view]) for view in first)
    # And it is drawn anew for every part.
    again = trainer(tmp_path, batch_size=BATCH, micro_batch=4)
    again.model.train()
    del seen[:]
    batch = next(iter(again.setting.sampler.epoch(0)))
    again.gradients(batch)
    again.gradients(batch)
    assert not torch.equal(seen[0]["source"], seen[6]["source"])


# Inputs of four steps, and some of the fifth: each micro-batch is taken twice, a bucket once.
@pytest.mark.parametrize(("cut", "end_at"), [({"micro_batch": 3}, 4 * 4 + 3), ({"length_buckets": 2}, 4 * 2 + 1)])
def test_a_training_in_parts_goes_on_exactly_after_an_interruption(
    cut: dict[str, int], end_at: int, tmp_path: Path
) -> None:
    changes = {"batch_size": 4, **cut}
    whole = trainer(tmp_path / "whole", **changes)
    whole.run()
    with pytest.raises(StoppedError):
        trainer(tmp_path / "broken", end_at=end_at, **changes).run()
    resumed = trainer(tmp_path / "broken", **changes)
    torch.manual_seed(99)
    resumed.run()
    (found, facts), (expected, expected_facts) = outcome(resumed), outcome(whole)
    assert facts == expected_facts
    assert all(torch.equal(found[name], value) for name, value in expected.items())


def small_memory(run: Trainer, texts: int) -> None:
    """The encoder has no memory for more texts than so many at once where a graph is kept."""
    encoder = run.model.text.encoder
    forward = encoder.forward

    def limited(tokens: Tokens) -> TokenStates:
        if len(tokens["mask"]) > texts and torch.is_grad_enabled():
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        return forward(tokens)

    encoder.forward = limited


def test_without_memory_the_micro_batch_is_halved_until_it_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    without_dropout(monkeypatch)
    expected, figures = gradients(trainer(tmp_path, batch_size=BATCH))
    run = trainer(tmp_path, batch_size=BATCH)
    small_memory(run, texts=3 * 3)  # Three views of three samples.
    caplog.set_level(logging.WARNING, "crossret")
    found, figures_found = gradients(run)
    assert [record.getMessage() for record in caplog.records] == [
        f"out of memory (CUDA out of memory): training.micro_batch is now {size} of 10 samples" for size in (5, 3)
    ]
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=1e-4, atol=1e-5)
    # The opponent moved once.
    name = "adversarial.weight.linear3.weight"
    torch.testing.assert_close(figures_found[name], figures[name], rtol=1e-4, atol=1e-5)


def test_a_sample_that_does_not_fit_alone_ends_the_training_in_one_line(tmp_path: Path) -> None:
    run = trainer(tmp_path, batch_size=BATCH)
    small_memory(run, texts=0)
    with pytest.raises(CrossretError, match=r"^out of memory with 10 samples a batch .*one sample at a time is too mu"):
        gradients(run)


def test_statistics_of_the_batch_below_the_heads_are_refused(tmp_path: Path) -> None:
    run = trainer(tmp_path, batch_size=BATCH, micro_batch=5)
    run.model.visual.projection.append(nn.BatchNorm1d(8))
    with pytest.raises(UsageError, match=r"^training.micro_batch: visual.projection.2 has statistics of the whole bat"):
        gradients(run)
