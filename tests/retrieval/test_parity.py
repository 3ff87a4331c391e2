"""Agreement with the authors' own evaluation code, on figures recorded from it (shared/parity)."""

from pathlib import Path

import numpy as np
import pytest
import torch

from crossret.retrieval.counting import count_ranks
from crossret.retrieval.fusion import fuse
from crossret.retrieval.metrics import DirectionMetrics, QueryResults, direction_metrics, per_query, sumr
from crossret.retrieval.ranks import positive_ranks
from crossret.retrieval.relevance import Relevance
from crossret.retrieval.tiles import Grid

ARRAYS = Path(__file__).resolve().parents[2].parent / "shared/parity/evaluation.npz"
pytestmark = pytest.mark.skipif(not ARRAYS.exists(), reason=f"no reference arrays at {ARRAYS}")

CASES = ["equal_counts", "unequal_counts", "one_caption_each", "visual_without_caption", "ties"]
WEIGHTS = [None, 0.0, 0.2, 0.5, 1.0]


@pytest.fixture(scope="module")
def arrays():
    with np.load(ARRAYS) as stored:
        return dict(stored)


def minmax(scores: np.ndarray) -> np.ndarray:
    return (scores - scores.min()) / (scores.max() - scores.min())


def relevance_of(arrays: dict[str, np.ndarray], case: str) -> Relevance:
    visuals = arrays[f"{case}.visual_ids"].tolist()
    return Relevance.by_subject([name.split("#")[0] for name in arrays[f"{case}.caption_ids"].tolist()], visuals)


def score_matrix(english: np.ndarray, target: np.ndarray, weight: float | None) -> torch.Tensor:
    if weight is None:
        return torch.from_numpy(target)
    english, target = english.astype(np.float64), target.astype(np.float64)
    return torch.from_numpy(weight * minmax(english) + (1 - weight) * minmax(target))


def results_of(scores: torch.Tensor, relevance: Relevance, cells: int) -> tuple[QueryResults, QueryResults]:
    grid = Grid(*scores.shape, cells)
    to_items, to_captions = count_ranks(lambda rows, columns: scores[rows, columns], grid, relevance)
    return per_query(relevance.captions, to_items), per_query(relevance.items, to_captions)


def with_missing_visuals(results: QueryResults, relevance: Relevance) -> QueryResults:
    """The authors' convention: a visual without caption is a query of rank (captions + 1) and AP 0."""
    missing = np.setdiff1d(np.arange(relevance.item_count), results.query)
    return QueryResults(
        np.concatenate([results.query, missing]),
        np.concatenate([results.rank, np.full(missing.size, relevance.caption_count + 1)]),
        np.concatenate([results.average_precision, np.zeros(missing.size)]),
    )


def table(metrics: DirectionMetrics) -> list[float]:
    return [metrics.r1, metrics.r5, metrics.r10, metrics.medr, metrics.meanr, metrics.map]


@pytest.mark.parametrize("cells", [10**9, 997])
@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("case", CASES)
def test_all_figures_of_both_directions(arrays, case, weight, cells):
    prefix = f"{case}.raw_target" if weight is None else f"{case}.fused_{weight}"
    relevance = relevance_of(arrays, case)
    assert np.array_equal(relevance.items, arrays[f"{case}.caption_to_visual"])
    scores = score_matrix(arrays[f"{case}.scores_english"], arrays[f"{case}.scores_target"], weight)
    t2v, v2t = results_of(scores, relevance, cells)
    t2v, v2t = direction_metrics(t2v), direction_metrics(with_missing_visuals(v2t, relevance))
    # Their tied ranks depend on NumPy's unstable sort; the stable ones were recorded for this.
    expected = arrays[f"{prefix}.metrics_stable" if case == "ties" else f"{prefix}.metrics"]
    np.testing.assert_allclose([table(t2v), table(v2t)], expected, atol=1e-4)
    if case == "ties":
        return
    assert sumr(t2v, v2t) == pytest.approx(float(arrays[f"{prefix}.sumr"]), abs=1e-3)
    if weight is not None:
        assert t2v.r1 + t2v.r5 + t2v.r10 == pytest.approx(float(arrays[f"{prefix}.validation_score"]), abs=1e-3)


def test_a_visual_without_caption_is_no_query_here(arrays):
    case = "visual_without_caption"
    relevance = relevance_of(arrays, case)
    scores = torch.from_numpy(arrays[f"{case}.scores_target"])
    _, v2t = results_of(scores, relevance, 10**9)
    captioned = np.unique(arrays[f"{case}.caption_to_visual"])
    assert captioned.size < scores.shape[1]
    assert v2t.query.tolist() == captioned.tolist()


@pytest.mark.parametrize("weight", [0.2, 0.5])
@pytest.mark.parametrize("memory_mb", [256, 0.01])
def test_fused_embeddings_rank_like_their_fused_cosines(arrays, weight, memory_mb):
    visual, english, target = (
        torch.nn.functional.normalize(torch.from_numpy(arrays[f"embeddings.{side}"]), dim=1)
        for side in ("visual", "english", "target")
    )
    relevance = relevance_of(arrays, "embeddings")
    queries = fuse(target, english, visual, weight, memory_mb=memory_mb)
    ranks = positive_ranks(queries, visual, relevance, memory_mb=memory_mb)
    t2v = direction_metrics(per_query(relevance.captions, ranks.text_to_visual))
    v2t = direction_metrics(with_missing_visuals(per_query(relevance.items, ranks.visual_to_text), relevance))
    np.testing.assert_allclose([table(t2v), table(v2t)], arrays[f"embeddings.fused_{weight}.metrics"], atol=1e-4)
    assert sumr(t2v, v2t) == pytest.approx(float(arrays[f"embeddings.fused_{weight}.sumr"]), abs=1e-3)


def test_five_thousand_captions(arrays):
    rng = np.random.RandomState(int(arrays["large.seed"]))
    own = np.arange(5000) // 5
    english = rng.standard_normal((5000, 1000))
    english[np.arange(5000), own] += 2.6
    target = 0.5 * english + rng.standard_normal((5000, 1000))
    target[np.arange(5000), own] += 1.2
    check = [english[0, 0], english[1234, 567], english[4999, 999], english.mean()]
    np.testing.assert_allclose(check, arrays["large.check_english"], atol=1e-5)
    relevance = Relevance(np.arange(5000), own, 5000, 1000)
    t2v, v2t = map(direction_metrics, results_of(score_matrix(english, target, 0.5), relevance, 10**6))
    np.testing.assert_allclose([table(t2v), table(v2t)], arrays["large.fused_0.5.metrics"], atol=1e-4)
