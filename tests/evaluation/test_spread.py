"""An evaluation by several real processes finds what one finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from gloo_processes import GlooProcesses
from torch import Tensor

from crossret.evaluation.spread import IN_ONE_PROCESS, OverProcesses, Spread
from crossret.recipe.models import EvaluationRecipe
from crossret.retrieval.peers import Peers
from crossret.retrieval.relevance import Relevance

Found = tuple[Tensor, list[list[int]], np.ndarray, np.ndarray]
BATCHES = {"many": [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11], [12]], "one": [[0, 1]]}


def found_by(spread: Spread, which: str) -> Found:
    """Vectors of all batches, the batches that were embedded here, and ranks."""
    table = torch.from_numpy(np.random.default_rng(1).standard_normal((13, 8)).astype(np.float32))
    seen: list[list[int]] = []

    def embed(batch: list[int]) -> Tensor:
        seen.append(batch)
        return table[batch]

    vectors = spread.embedded(BATCHES[which], embed)
    relevance = Relevance(np.arange(13), np.arange(13)[::-1] % len(vectors), 13, len(vectors))
    ranks = spread.ranks(table, vectors, relevance, EvaluationRecipe())
    return vectors, seen, ranks.text_to_visual, ranks.visual_to_text


def found_together(which: str) -> Found:
    return found_by(OverProcesses(Peers(None, torch.device("cpu"))), which)


def test_batches_and_items_are_shared_and_everybody_has_all_vectors_and_ranks(tmp_path: Path) -> None:
    two = GlooProcesses(2, tmp_path)
    for which, shares in (("many", [BATCHES["many"][:2], BATCHES["many"][2:]]), ("one", [BATCHES["one"]] * 2)):
        vectors, _, t2v, v2t = found_by(IN_ONE_PROCESS, which)
        for share, found in zip(shares, two(found_together, [(which,)] * 2), strict=True):
            assert torch.equal(found[0], vectors)
            assert found[1] == share
            assert np.array_equal(found[2], t2v)
            assert np.array_equal(found[3], v2t)
    two.end()
