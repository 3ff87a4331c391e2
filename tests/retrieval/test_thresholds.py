from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.errors import UsageError
from crossret.retrieval.thresholds import Segments, comparison


@pytest.fixture(scope="module", params=[False, True], ids=["one by one", "compiled"])
def count(request):
    try:
        return comparison(request.param, torch.device("cpu")).count
    except UsageError as error:
        pytest.skip(str(error))


@settings(deadline=None)
@given(
    rows=st.integers(2, 9),
    columns=st.integers(2, 700),
    asked=st.integers(1, 5),
    transposed=st.booleans(),
    seed=st.integers(0, 99),
)
@torch.no_grad()
def test_segments_together_hold_every_score_once(count, rows, columns, asked, transposed, seed):
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randint(0, 5, (rows, columns), generator=generator).float()
    at = torch.randint(-1, 6, (rows, asked), generator=generator).float()
    between, found = torch.zeros(2, rows, asked, dtype=torch.int64)
    seen = torch.zeros(rows, columns)
    for segments in Segments.of(scores.T.contiguous().T if transposed else scores):
        near, above = count(segments, at - 1, at)
        between += segments.over_rows(near)
        found += segments.over_rows(above)
        first, within, last = torch.nonzero(torch.ones_like(segments.scores), as_tuple=True)
        row, column = first if segments.by_row else last, segments.columns(first, last, within)
        assert torch.equal(segments.scores[first, within, last], scores[row, column])
        seen[row, column] += 1
        which, one, other = segments.places(row, column)
        assert torch.equal(which, torch.arange(len(row)))
        assert torch.equal(one, first)
        assert torch.equal(other, last)
    assert torch.equal(seen, torch.ones_like(seen))
    assert torch.equal(found, (scores.unsqueeze(1) > at.unsqueeze(2)).sum(2))
    assert torch.equal(between, (scores.unsqueeze(1) == at.unsqueeze(2)).sum(2))


def test_a_segment_has_no_place_for_what_is_elsewhere():
    main, rest = Segments.of(torch.zeros(3, 16 * 64 + 5))
    rows, columns = torch.tensor([0, 1, 2]), torch.tensor([-1, 7, 16 * 64 + 2])
    assert main.places(rows, columns)[0].tolist() == [1]
    assert rest.places(rows, columns)[0].tolist() == [2]


def test_without_a_compiler_the_option_is_named(tmp_path):
    code = "import torch; from crossret.retrieval.thresholds import comparison; comparison(True, torch.device('cpu'))"
    surroundings = os.environ | {"CXX": "false", "TORCHINDUCTOR_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("crossret.errors.UsageError: evaluation.compile: torch.compile does not work here (")
    assert "compiler" in last
