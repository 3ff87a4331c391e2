import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crossret.errors import DataError, UsageError
from crossret.retrieval.tiles import BYTES_PER_CELL, DotProducts, Grid

NAMES = ("captions", "items")


@given(rows=st.integers(1, 500), columns=st.integers(1, 500), cells=st.integers(1, 300_000))
def test_tiles_cover_the_matrix_once_and_keep_within_the_budget(rows, columns, cells):
    grid = Grid.within(rows, columns, cells * BYTES_PER_CELL / 2**20)
    bands, stripes = grid.bands(), grid.stripes()
    assert [row for band in bands for row in range(band.start, band.stop)] == list(range(rows))
    assert [column for stripe in stripes for column in range(stripe.start, stripe.stop)] == list(range(columns))
    assert grid.row_step * grid.column_step <= max(1, cells)
    if rows * columns <= cells:
        assert len(bands) == len(stripes) == 1


@pytest.mark.parametrize("memory", [0, -1, float("nan")])
def test_a_budget_must_be_positive(memory):
    with pytest.raises(UsageError, match="memory_mb must be positive"):
        Grid.within(3, 3, memory)


@pytest.mark.parametrize(
    ("queries", "items", "message"),
    [
        (torch.zeros(3), torch.zeros(3, 2), "captions: expected a non-empty"),
        (torch.zeros(3, 2), torch.zeros(0, 2), "items: expected a non-empty"),
        (torch.zeros(3, 0), torch.zeros(3, 0), "captions: expected a non-empty"),
        (torch.zeros(3, 2), torch.zeros(3, 4), "captions have 2 dimensions but items have 4"),
        (torch.zeros(3, 2), torch.zeros(3, 2, device="meta"), "captions are on cpu but items are on meta"),
        (torch.full((3, 2), 1e18), torch.full((3, 2), 3e18), None),
        (torch.full((3, 2), 1e19), torch.full((3, 2), 3e19), "captions and items are too large|overflows"),
        (torch.full((3, 2), 1e300, dtype=torch.float64), torch.zeros(3, 2), "captions: the embedding in row 0"),
    ],
)
def test_embeddings_that_cannot_be_scored_are_refused(queries, items, message):
    if message is None:
        assert torch.isfinite(DotProducts.of(queries, items, names=NAMES)(slice(0, 3), slice(0, 3))).all()
        return
    with pytest.raises(DataError, match=message):
        DotProducts.of(queries, items, names=NAMES)


def test_half_precision_and_autocast_still_score_in_float32():
    queries, items = torch.randn(5, 64).half(), torch.randn(7, 64).half()
    expected = queries.float() @ items.float().T
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = DotProducts.of(queries, items, names=NAMES)(slice(0, 5), slice(0, 7))
    assert scores.dtype == torch.float32
    assert torch.equal(scores, expected)
