from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crossret.results.figures import Shown
from crossret.results.ranks_file import QueryRanks
from crossret.results.record import Record
from crossret.results.statistics import sample
from crossret.results.store import Store, read_all
from crossret.results.subjects import ranks_name, subject_shares


def test_shares_of_sumr_by_hand(run: Any) -> None:
    run.add("alpha", t2v=[1, 4, 20], v2t=[8, 1, 11])
    shares = subject_shares(run.stored()[0], "test", Shown.named("sumr", "both"))
    assert shares is not None
    assert shares.subject.tolist() == ["s0", "s1", "s2"]
    assert (3 * shares.share).tolist() == pytest.approx([300 + 100, 200 + 300, 0])


@pytest.mark.parametrize("direction", ["both", "t2v", "v2t"])
@pytest.mark.parametrize("metric", ["sumr", "r1", "r5", "r10", "meanr"])
def test_shares_add_up_to_the_figure_with_any_number_of_queries_per_subject(
    tmp_path: Path, perfect: tuple[Record, object], metric: str, direction: str
) -> None:
    rng = np.random.default_rng(5)
    there, back = rng.integers(1, 15, 12), rng.integers(1, 15, 5)
    captions = QueryRanks(np.array([f"c{i}" for i in range(12)]), np.array([f"s{i % 3}" for i in range(12)]), there)
    items = QueryRanks(np.array([f"i{i}" for i in range(5)]), np.array([f"s{i}" for i in range(5)]), back)
    Store(tmp_path).write(perfect[0], {"g": {"t2v": captions, "v2t": items}})
    shown = Shown.named(metric, direction)
    shares = subject_shares(read_all([tmp_path])[0], "g", shown)
    assert shares is not None
    assert len(shares.subject) == (3 if direction == "t2v" else 5), "captions of one subject are one"

    def figure(rank: np.ndarray) -> float:
        if metric == "meanr":
            return float(rank.mean())
        cutoffs = (1, 5, 10) if metric == "sumr" else (int(metric[1:]),)
        return float(sum(100 * (rank <= k).mean() for k in cutoffs))

    used = {"both": [there, back], "t2v": [there], "v2t": [back]}[direction]
    expected = sum(map(figure, used)) / (1 if metric == "sumr" else len(used))
    assert shares.share.sum() == pytest.approx(expected)


def test_no_shares_without_ranks_or_of_a_median(run: Any) -> None:
    run.add("alpha", t2v=[1, 2], v2t=[1, 2])
    (stored,) = run.stored()
    assert subject_shares(stored, "other", Shown.named("sumr", "both")) is None
    assert subject_shares(stored, "test", Shown.named("medr", "both")) is None
    stored.path.with_name(stored.record.ranks_file).unlink()
    assert subject_shares(stored, "test", Shown.named("sumr", "both")) is None


def test_ranks_of_a_subset_have_a_name_of_their_own() -> None:
    assert ranks_name("twemoji", "") == "twemoji"
    assert ranks_name("twemoji", "translated-only") == "twemoji/translated-only"


def test_deviation_is_that_of_a_sample() -> None:
    assert sample([1.0, 3.0]).deviation == pytest.approx(2**0.5)
    assert sample([1.0]).deviation is None
