"""Ranks with the gallery split over three real processes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from gloo_processes import GlooProcesses
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.errors import CrossretError, DataError
from crossret.retrieval.ranks import PositiveRanks, positive_ranks
from crossret.retrieval.relevance import Relevance
from crossret.retrieval.sharding import sharded_ranks

from .strategies import problems, workable

PROCESSES = 3
Arguments = tuple[np.ndarray, np.ndarray, Relevance, float, str]


def ranked(captions: np.ndarray, items: np.ndarray, relevance: Relevance, memory: float, scores: str) -> PositiveRanks:
    return sharded_ranks(
        torch.from_numpy(captions), torch.from_numpy(items), relevance, memory_mb=memory, scores=scores
    )


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GlooProcesses]:
    found = GlooProcesses(PROCESSES, tmp_path_factory.mktemp("gloo"))
    yield found
    found.end()


def assert_same_ranks(processes: GlooProcesses, arguments: list[Arguments], expected: PositiveRanks) -> None:
    for found in processes(ranked, arguments):
        assert isinstance(found, PositiveRanks), found
        assert np.array_equal(found.text_to_visual, expected.text_to_visual)
        assert np.array_equal(found.visual_to_text, expected.visual_to_text)


@settings(max_examples=60, deadline=None)
@given(
    problem=problems(),
    cuts=st.lists(st.integers(0, 40), min_size=PROCESSES - 1, max_size=PROCESSES - 1),
    cells=st.integers(1, 900),
    scores=st.sampled_from(["float32", "bfloat16"]),
)
def test_any_split_of_the_gallery_gives_the_ranks_of_one_process(processes, problem, cuts, cells, scores):
    memory = workable(cells * 16 / 2**20, problem.captions.shape[1])
    expected = positive_ranks(*problem.tensors(), problem.relevance, memory_mb=memory)
    parts = np.split(problem.items, sorted(min(cut, len(problem.items)) for cut in cuts))
    arguments = [(problem.captions, part, problem.relevance, memory, scores) for part in parts]
    assert_same_ranks(processes, arguments, expected)


def test_scores_of_any_size_and_equal_items_in_other_processes(processes):
    rng = np.random.default_rng(4)
    items = rng.standard_normal((90, 65)).astype(np.float32)
    items[40:60], items[70] = items[:20], items[10]
    # Only the last process has an entry of this size: all must scale alike.
    items[85] *= np.float32(2.0**40)
    captions = items[rng.integers(0, 80, 50)] + 0.1 * rng.standard_normal((50, 65)).astype(np.float32)
    pairs = rng.choice(50 * 90, 200, replace=False)
    relevance = Relevance(pairs // 90, pairs % 90, 50, 90)
    expected = positive_ranks(torch.from_numpy(captions), torch.from_numpy(items), relevance)
    parts = np.split(items, [50, 71])
    # Different budgets, too.
    arguments = [
        (captions, part, relevance, memory, "float32") for part, memory in zip(parts, (1, 0.01, 64), strict=True)
    ]
    assert_same_ranks(processes, arguments, expected)


def test_a_bad_embedding_in_one_process_ends_all_of_them(processes):
    parts = [np.ones((2, 3), np.float32) for _ in range(PROCESSES)]
    parts[1] = parts[1].copy()
    parts[1][1, 0] = np.nan
    relevance = Relevance(np.arange(4), np.arange(4), 4, 6)
    found = processes(ranked, [(np.ones((4, 3), np.float32), part, relevance, 1.0, "float32") for part in parts])
    assert isinstance(found[1], DataError)
    assert str(found[1]).startswith("items: the embedding in row 1 is not finite")
    for other in (found[0], found[2]):
        assert isinstance(other, CrossretError)
        assert str(other).startswith("process 1 of 3: items: the embedding in row 1 is not finite")


def test_slices_that_are_not_the_gallery_are_refused(processes):
    relevance = Relevance(np.arange(4), np.arange(4), 4, 7)
    arguments = [(np.ones((4, 3), np.float32), np.ones((2, 3), np.float32), relevance, 1.0, "float32")] * PROCESSES
    for found in processes(ranked, arguments):
        assert isinstance(found, DataError)
        assert str(found) == "items: 2 + 2 + 2 embeddings, but the relevance is over 7"
