import numpy as np
import torch
from hypothesis import given, settings

from crossret.retrieval.counting import ahead, count_ranks
from crossret.retrieval.relevance import Relevance
from crossret.retrieval.tiles import DotProducts, Grid

from .oracle import sorted_ranks
from .strategies import budgets, problems


def test_the_tie_rule_on_every_case():
    scores = torch.tensor([1.0, 2.0, 3.0, 2.0, 2.0])
    before = ahead(scores, torch.tensor(2.0), torch.arange(5), torch.tensor(3))
    assert before.tolist() == [False, True, True, False, False]


def test_negative_zero_ties_with_zero():
    assert ahead(torch.tensor([-0.0]), torch.tensor(0.0), torch.tensor([0]), torch.tensor(1)).tolist() == [True]


class Recorder:
    """Scores random floats and remembers what was asked and given."""

    def __init__(self, captions: torch.Tensor, items: torch.Tensor) -> None:
        self.scores = DotProducts.of(captions, items, names=("captions", "items"))
        self.calls: list[tuple[int, int, int, int]] = []
        self.given: dict[tuple[int, int, int, int], torch.Tensor] = {}
        self.repeats_differ = False

    def __call__(self, rows: slice, columns: slice) -> torch.Tensor:
        tile = self.scores(rows, columns)
        key = (rows.start, rows.stop, columns.start, columns.stop)
        self.calls.append(key)
        self.repeats_differ |= key in self.given and not torch.equal(self.given[key], tile)
        self.given[key] = tile
        return tile

    def matrix(self, rows: int, columns: int) -> list[list[float]]:
        whole = torch.full((rows, columns), float("nan"))
        for (top, bottom, left, right), tile in self.given.items():
            whole[top:bottom, left:right] = tile
        return whole.tolist()


@settings(max_examples=60, deadline=None)
@given(problem=problems(), memory_mb=budgets())
def test_random_floats_rank_as_the_very_tiles_say(problem, memory_mb):
    rng = torch.Generator().manual_seed(problem.relevance.captions.size)
    captions = torch.randn(len(problem.captions), 33, generator=rng)
    items = torch.randn(len(problem.items), 33, generator=rng)
    recorder = Recorder(captions, items)
    grid = Grid.within(len(captions), len(items), memory_mb)
    ranks = count_ranks(recorder, grid, problem.relevance)
    assert not recorder.repeats_differ
    expected = sorted_ranks(recorder.matrix(len(captions), len(items)), problem.relevance)
    assert [found.tolist() for found in ranks] == list(expected)


@settings(max_examples=60, deadline=None)
@given(problem=problems(), memory_mb=budgets())
def test_one_product_if_it_fits_else_only_positive_tiles_are_scored_twice(problem, memory_mb):
    captions, items = problem.tensors()
    recorder = Recorder(captions, items)
    grid = Grid.within(len(captions), len(items), memory_mb)
    count_ranks(recorder, grid, problem.relevance)
    tiles = len(grid.bands()) * len(grid.stripes())
    if tiles == 1:
        assert len(recorder.calls) == 1
        return
    holding = len(
        {
            (caption // grid.row_step, item // grid.column_step)
            for caption, item in zip(problem.relevance.captions, problem.relevance.items, strict=True)
        }
    )
    assert len(recorder.given) == tiles
    assert len(recorder.calls) == tiles + holding


def test_ranks_are_int64_in_the_order_of_the_relevance():
    scores = torch.tensor([[0.1, 0.9], [0.8, 0.7]], dtype=torch.float64)
    relevance = Relevance(np.array([1, 0, 1]), np.array([1, 0, 0]), 2, 2)
    to_items, to_captions = count_ranks(lambda rows, columns: scores[rows, columns], Grid(2, 2, 4), relevance)
    assert to_items.tolist() == [2, 2, 1]
    assert to_captions.tolist() == [2, 2, 1]
    assert to_items.dtype == to_captions.dtype == np.int64
