"""Ranks and figures of recorded scores and embeddings, plain and fused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from crossret.bench.conventions import PUBLISHED
from crossret.contracts.data import Caption, Item, Split
from crossret.evaluation.gallery import Gallery, GalleryRanks, results_of
from crossret.retrieval.counting import ahead
from crossret.retrieval.fusion import fuse
from crossret.retrieval.metrics import direction_metrics, sumr
from crossret.retrieval.ranks import PositiveRanks, positive_ranks
from crossret.retrieval.relevance import Relevance

from .comparison import Comparison
from .recorded import Arrays, arrays_of

CASES = ("equal_counts", "unequal_counts", "one_caption_each", "visual_without_caption", "ties")
WEIGHTS = (None, 0.0, 0.2, 0.5, 1.0)


def evaluation(scratch: Path) -> Iterator[Comparison]:
    """All cases of recorded scores, then embeddings through the fused query vector."""
    arrays = arrays_of("evaluation")
    for case in CASES:
        for weight in WEIGHTS:
            yield from of_scores(arrays, case, weight)
    for weight in (0.2, 0.5):
        yield from of_embeddings(arrays, weight)
    yield from large(arrays)


def gallery_of(arrays: Arrays, case: str) -> Gallery:
    """The recorded ids as a gallery in reference mode: a caption belongs to the visual before its first ``#``."""
    items = tuple(Item(name, name) for name in arrays[f"{case}.visual_ids"].tolist())
    ids = arrays[f"{case}.caption_ids"].tolist()
    captions = tuple(Caption(name, name.split("#")[0], "xx", name) for name in ids)
    relevance = Relevance.by_subject([caption.subject for caption in captions], [item.subject for item in items])
    return Gallery(Split("test", items), captions, relevance, item_queries=PUBLISHED.item_queries)


def minmax(scores: np.ndarray) -> np.ndarray:
    return (scores - scores.min()) / (scores.max() - scores.min())


def fused(english: np.ndarray, target: np.ndarray, weight: float) -> np.ndarray:
    """The published score, entry by entry."""
    return weight * minmax(english.astype(np.float64)) + (1 - weight) * minmax(target.astype(np.float64))


def of_scores(arrays: Arrays, case: str, weight: float | None) -> Iterator[Comparison]:
    """Figures of a score matrix; ``None``: the target matrix alone, unscaled."""
    target = arrays[f"{case}.scores_target"]
    scores = target if weight is None else fused(arrays[f"{case}.scores_english"], target, weight)
    prefix = f"{case}.raw_target" if weight is None else f"{case}.fused_{weight}"
    if f"{prefix}.scores" in arrays:
        yield Comparison.of(f"{prefix}.scores", scores, arrays[f"{prefix}.scores"], 1e-5)
    gallery = gallery_of(arrays, case)
    yield Comparison.of(f"{case}.relevance", gallery.relevance.items, arrays[f"{case}.caption_to_visual"], 0.5)
    found = results_of(gallery, counted(torch.from_numpy(scores), gallery.relevance))
    yield from of_figures(arrays, prefix, found, ties=case == "ties")


def of_figures(arrays: Arrays, prefix: str, found: GalleryRanks, *, ties: bool = False) -> Iterator[Comparison]:
    """Every figure of both directions, SumR, and the validation score where one is recorded.

    The published code sorts unstably, so tied ranks depend on the machine; the stable ones were recorded beside them.
    """
    t2v, v2t = direction_metrics(found.t2v), direction_metrics(found.v2t)
    table = [[m.r1, m.r5, m.r10, m.medr, m.meanr, m.map] for m in (t2v, v2t)]
    name = f"{prefix}.metrics_stable" if ties else f"{prefix}.metrics"
    yield Comparison.of(name, table, arrays[name], 1e-4)
    if ties:
        return
    yield Comparison.of(f"{prefix}.sumr", sumr(t2v, v2t), arrays[f"{prefix}.sumr"], 1e-3)
    recorded = arrays.get(f"{prefix}.validation_score")
    if recorded is not None:
        yield Comparison.of(f"{prefix}.validation_score", PUBLISHED.selection.score(found), recorded, 1e-3)


def of_embeddings(arrays: Arrays, weight: float) -> Iterator[Comparison]:
    """Our fused query vector ranks like their fused matrix."""
    visual, english, target = (
        torch.nn.functional.normalize(torch.from_numpy(arrays[f"embeddings.{side}"]), dim=1)
        for side in ("visual", "english", "target")
    )
    gallery = gallery_of(arrays, "embeddings")
    for memory_mb in (256, 0.01):
        queries = fuse(target, english, visual, weight, memory_mb=memory_mb)
        ranks = positive_ranks(queries, visual, gallery.relevance, memory_mb=memory_mb)
        yield from of_figures(arrays, f"embeddings.fused_{weight}", results_of(gallery, ranks))


def large(arrays: Arrays) -> Iterator[Comparison]:
    """Five thousand captions of a thousand visuals, drawn from the recorded seed."""
    rng = np.random.RandomState(int(arrays["large.seed"]))
    own = np.arange(5000) // 5
    english = rng.standard_normal((5000, 1000))
    english[np.arange(5000), own] += 2.6
    target = 0.5 * english + rng.standard_normal((5000, 1000))
    target[np.arange(5000), own] += 1.2
    for name, drawn in (("english", english), ("target", target)):
        check = [drawn[0, 0], drawn[1234, 567], drawn[4999, 999], drawn.mean()]
        yield Comparison.of(f"large.check_{name}", check, arrays[f"large.check_{name}"], 1e-5)
    items = tuple(Item(str(n), str(n)) for n in range(1000))
    captions = tuple(Caption(str(n), str(n // 5), "xx", "") for n in range(5000))
    relevance = Relevance(np.arange(5000), own, 5000, 1000)
    gallery = Gallery(Split("test", items), captions, relevance, item_queries=PUBLISHED.item_queries)
    for weight in (0.2, 0.5):
        ranks = counted(torch.from_numpy(fused(english, target, weight)), relevance)
        yield from of_figures(arrays, f"large.fused_{weight}", results_of(gallery, ranks))


def counted(scores: torch.Tensor, relevance: Relevance) -> PositiveRanks:
    """Ranks of a score matrix by the tie rule."""
    captions, items = torch.from_numpy(relevance.captions), torch.from_numpy(relevance.items)
    return PositiveRanks(_counted(scores, captions, items), _counted(scores.T, items, captions))


def _counted(scores: torch.Tensor, queries: torch.Tensor, own: torch.Tensor) -> np.ndarray:
    index = torch.arange(scores.shape[1])
    found = [1 + ahead(scores[q], scores[q, i], index, i).sum() for q, i in zip(queries, own, strict=True)]
    return torch.stack(found).numpy()
