"""What the choices that differ from the published code change, measured on the recorded inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from crossret.bench.conventions import OWN, PUBLISHED
from crossret.contracts.loss import LossContext, Views
from crossret.evaluation.gallery import results_of
from crossret.retrieval.metrics import direction_metrics
from crossret_losses.triplet import Triplet

from .evaluation import counted, gallery_of
from .recorded import Arrays, arrays_of


@dataclass(frozen=True)
class Effect:
    """One choice: a figure as published, and by default."""

    choice: str
    figure: str
    published: str
    default: str


def effects() -> Iterator[Effect]:
    """Every choice that the recorded inputs show."""
    texts, clips = arrays_of("text_encoder"), arrays_of("visual_encoders")
    for view in ("source", "target", "back", "cross"):
        yield _padding(texts, f"embedding_{{}}.{view}", f"rows_that_differ.{view}", f"texts, {view}")
    yield _padding(clips, "video_embedding_{}", "video_rows_that_differ", "clips")
    yield from _negatives(arrays_of("losses"))
    scores = arrays_of("evaluation")
    yield from _queries(scores)
    yield from _selection(scores)
    yield _ties(scores)


def _padding(arrays: Arrays, name: str, differ: str, what: str) -> Effect:
    padded, masked = (arrays[name.format(way)].astype(np.float64) for way in ("with_padding", "masked"))
    cosines = (padded * masked).sum(1)[arrays[differ]]
    return Effect(
        "padding",
        f"{what}: cosine to the published embedding, lowest and mean of padded rows",
        "1, 1",
        f"{cosines.min():.3f}, {cosines.mean():.3f}",
    )


def _negatives(arrays: Arrays) -> Iterator[Effect]:
    embeddings = {
        view: torch.from_numpy(arrays[f"duplicate.{short}"]) for view, short in (("visual", "v"), ("source", "c_s"))
    }
    count = len(embeddings["visual"])
    apart = Views(embeddings, {}, torch.arange(count), torch.zeros(count, dtype=torch.int64))  # type: ignore[arg-type]
    # Rows 2 and 5 are one picture.
    together = replace(apart, subjects=apart.subjects.clone().index_fill_(0, torch.tensor(5), 2))
    for negatives in ("hardest", "all"):
        loss = Triplet(LossContext(("visual", "source")), negatives=negatives)  # type: ignore[arg-type]
        figure = f"triplet, {negatives} negatives, 12 samples of which two show one picture"
        yield Effect("negatives of one subject", figure, f"{loss(apart):.4f}", f"{loss(together):.4f}")


def _queries(arrays: Arrays) -> Iterator[Effect]:
    case = "visual_without_caption"
    scores = torch.from_numpy(arrays[f"{case}.scores_target"])
    published = gallery_of(arrays, case)
    found = []
    for part in (PUBLISHED, OWN):
        gallery = replace(published, item_queries=part.item_queries)
        found.append(direction_metrics(results_of(gallery, counted(scores, gallery.relevance, 10**9)).v2t))
    theirs, ours = found
    for name, figure in (("queries", "queries"), ("r1", "R@1"), ("r10", "R@10"), ("meanr", "MeanR"), ("map", "mAP")):
        published_figure, own_figure = (f"{getattr(f, name):.4g}" for f in (theirs, ours))
        yield Effect("pictures without caption", f"visual to text, {figure}", published_figure, own_figure)


def _selection(arrays: Arrays) -> Iterator[Effect]:
    for case in ("equal_counts", "unequal_counts"):
        score = float(arrays[f"{case}.fused_0.2.validation_score"])
        yield Effect(
            "selection",
            f"validation score of one model, case {case}",
            f"{score:.1f} of 300",
            f"{float(arrays[f'{case}.raw_target.sumr']):.1f} of 600",
        )


def _ties(arrays: Arrays) -> Effect:
    def total(ending: str) -> float:
        return float(arrays[f"ties.raw_target.metrics_{ending}"][:, :3].sum())

    return Effect(
        "ties",
        "SumR where many scores are equal",
        f"{total('pessimistic'):.1f} to {total('optimistic'):.1f}, by machine",
        f"{total('stable'):.1f}",
    )
