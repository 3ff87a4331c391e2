"""The memory budget of ranks: too small a one is refused, and tiles shrink where the device has less."""

from __future__ import annotations

import logging
import re

import numpy as np
import pytest
import torch

from crossret.errors import CrossretError, UsageError
from crossret.retrieval.approximation import Approximation, smallest_budget
from crossret.retrieval.ranks import positive_ranks
from crossret.retrieval.relevance import Relevance

RELEVANCE = Relevance(np.arange(60) % 40, np.arange(60), 40, 60)


def embeddings() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return torch.randn(40, 512, generator=generator), torch.randn(60, 512, generator=generator)


def test_a_budget_too_small_for_one_tile_names_the_smallest_that_works():
    with pytest.raises(UsageError) as refused:
        positive_ranks(*embeddings(), RELEVANCE, memory_mb=0.001)
    assert str(refused.value) == (
        "a memory budget of 1.05KB is too small for one tile of scores; embeddings of width 512 need at least 13KB"
    )
    named = float(re.findall(r"at least (\d+)KB", str(refused.value))[0]) * 1000 / 2**20
    assert smallest_budget(512) <= named
    found = positive_ranks(*embeddings(), RELEVANCE, memory_mb=named)
    assert np.array_equal(found.text_to_visual, positive_ranks(*embeddings(), RELEVANCE).text_to_visual)


@pytest.fixture
def small_device(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[int]:
    """A device that has no memory for products of more scores than the parameter; says which were made."""
    made: list[int] = []
    product = Approximation.tile

    def tile(self: Approximation, rows: slice, columns: slice, memory: torch.Tensor) -> torch.Tensor:
        found = product(self, rows, columns, memory)
        # The first tile fits: what was counted in it must not count twice.
        if found.numel() > request.param and made:
            raise torch.OutOfMemoryError(f"CUDA out of memory. Tried to allocate {4 * found.numel()} bytes.")
        made.append(found.numel())
        return found

    monkeypatch.setattr(Approximation, "tile", tile)
    return made


@pytest.mark.parametrize("small_device", [1, 100, 700], indirect=True)
def test_tiles_are_halved_when_the_device_runs_out_of_memory(small_device, caplog, monkeypatch):
    caplog.set_level(logging.WARNING, "crossret")
    found = positive_ranks(*embeddings(), RELEVANCE, memory_mb=0.02)
    assert len(small_device) > 3
    halvings = [record.getMessage() for record in caplog.records]
    assert halvings
    assert all(message.startswith("out of memory (CUDA out of memory): tiles of scores halved") for message in halvings)
    monkeypatch.undo()
    expected = positive_ranks(*embeddings(), RELEVANCE)
    assert np.array_equal(found.text_to_visual, expected.text_to_visual)
    assert np.array_equal(found.visual_to_text, expected.visual_to_text)


@pytest.mark.parametrize("small_device", [0], indirect=True)
def test_a_device_without_any_memory_is_told_in_one_line(small_device):
    small_device.append(0)
    with pytest.raises(CrossretError, match=r"^the device has no memory left for one tile of scores \(CUDA out of "):
        positive_ranks(*embeddings(), RELEVANCE)
