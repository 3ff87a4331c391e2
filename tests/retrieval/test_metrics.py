import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.errors import DataError
from crossret.retrieval.metrics import direction_metrics, per_query, sumr
from crossret.retrieval.ranks import positive_ranks

from .oracle import exact_scores, figures, sorted_ranks
from .strategies import problems


@settings(max_examples=80, deadline=None)
@given(problem=problems())
def test_every_figure_equals_the_oracle_in_both_directions(problem):
    relevance = problem.relevance
    ranks = positive_ranks(*problem.tensors(), relevance)
    to_items, to_captions = sorted_ranks(exact_scores(problem.captions, problem.items), relevance)
    for queries, found, expected in (
        (relevance.captions, ranks.text_to_visual, to_items),
        (relevance.items, ranks.visual_to_text, to_captions),
    ):
        metrics = dataclasses.asdict(direction_metrics(per_query(queries, found)))
        assert metrics == pytest.approx(figures(queries.tolist(), expected))


@given(
    pairs=st.dictionaries(
        st.integers(0, 9), st.sets(st.integers(1, 30), min_size=1, max_size=6), min_size=1, max_size=8
    ),
    shuffle=st.randoms(use_true_random=False),
)
def test_per_query_ignores_the_order_of_pairs(pairs, shuffle):
    flat = [(query, rank) for query, ranks in pairs.items() for rank in ranks]
    shuffle.shuffle(flat)
    results = per_query(*np.array(flat).T)
    assert results.query.tolist() == sorted(pairs)
    assert results.rank.tolist() == [min(pairs[query]) for query in sorted(pairs)]
    assert ((results.average_precision > 0) & (results.average_precision <= 1 + 1e-12)).all()


def test_known_answers():
    results = per_query(np.array([4, 4, 4, 1, 2, 3]), np.array([2, 1, 6, 4, 10, 11]))
    assert results.average_precision == pytest.approx([1 / 4, 1 / 10, 1 / 11, (1 + 1 + 1 / 2) / 3])
    metrics = direction_metrics(results)
    assert (metrics.r1, metrics.r5, metrics.r10) == (25.0, 50.0, 75.0)
    assert metrics.medr == 7.0
    assert metrics.meanr == 6.5
    assert metrics.queries == 4
    assert sumr(metrics, metrics) == 300.0


def test_an_even_number_of_queries_has_a_median_that_is_not_floored():
    assert direction_metrics(per_query(np.array([0, 1]), np.array([1, 2]))).medr == 1.5


@pytest.mark.parametrize(
    ("queries", "ranks", "message"),
    [([], [], "one rank per positive"), ([1], [1, 2], "one rank per positive"), ([1, 1], [1, 0], "ranks start at 1")],
)
def test_bad_ranks_are_refused(queries, ranks, message):
    with pytest.raises(DataError, match=message):
        per_query(np.array(queries, dtype=np.int64), np.array(ranks, dtype=np.int64))


def test_no_queries_have_no_metrics():
    results = per_query(np.array([0]), np.array([1]))
    empty = dataclasses.replace(results, query=results.query[:0], rank=results.rank[:0])
    with pytest.raises(DataError, match="no queries"):
        direction_metrics(empty)


@pytest.mark.parametrize("module", ["metrics", "significance", "relevance"])
def test_figures_never_import_torch(module):
    code = f"import sys, crossret.retrieval.{module}; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
