"""Ways to evaluate the same problem: each returns R@1 text to visual and mAP visual to text, or what it can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from problem import Problem, on

Figures = dict[str, float]


@dataclass(frozen=True)
class Ranker:
    """One way.

    Attributes:
        largest: most scores it is tried with: beyond, it takes too long or too much memory.
        single: whether it needs exactly one caption per item.
    """

    run: Callable[[Problem, str, float], Figures]
    says: str
    largest: float = field(default=float("inf"))
    single: bool = False


def matrix_product(problem: Problem, device: str, memory_mb: float) -> Figures:
    """The product alone, in tiles, each thrown away: nothing that looks at every score can be faster."""
    captions, items = on(device, problem.captions), on(device, problem.items)
    step = max(1, int(memory_mb * 2**20 / 4 / len(items)))
    tile = torch.empty((min(step, len(captions)), len(items)), device=device)
    for start in range(0, len(captions), step):
        rows = captions[start : start + step]
        torch.mm(rows, items.T, out=tile[: len(rows)])
    if device != "cpu":
        torch.cuda.synchronize()
    return {}


def crossret_float32(problem: Problem, device: str, memory_mb: float) -> Figures:
    """Ranks by counting."""
    return _crossret(problem, device, memory_mb, "float32")


def crossret_bfloat16(problem: Problem, device: str, memory_mb: float) -> Figures:
    """Ranks by counting in bfloat16, close comparisons made again."""
    return _crossret(problem, device, memory_mb, "bfloat16")


def crossret_compiled(problem: Problem, device: str, memory_mb: float) -> Figures:
    """Ranks by counting in one compiled pass."""
    return _crossret(problem, device, memory_mb, "float32", compiled=True)


def _crossret(problem: Problem, device: str, memory_mb: float, scores: str, *, compiled: bool = False) -> Figures:
    from crossret.retrieval.metrics import direction_metrics, per_query
    from crossret.retrieval.ranks import positive_ranks
    from crossret.retrieval.relevance import Relevance

    relevance = Relevance(np.arange(len(problem.owner)), problem.owner, len(problem.captions), len(problem.items))
    captions, items = on(device, problem.captions), on(device, problem.items)
    ranks = positive_ranks(captions, items, relevance, memory_mb=memory_mb, scores=scores, compiled=compiled)
    to_items = direction_metrics(per_query(relevance.captions, ranks.text_to_visual))
    to_captions = direction_metrics(per_query(relevance.items, ranks.visual_to_text))
    return {"r1": to_items.r1, "map": to_captions.map, "rescored": ranks.rescored / (2 * problem.cells)}


def published(problem: Problem, device: str, memory_mb: float) -> Figures:
    """The steps of the method's published evaluation, which makes them for two matrices; here they are made for one.

    A float64 matrix, scaled to its range; positives found by comparing the ids of all items and captions; every row
    sorted for ranks and sorted again for average precision over a Python list of all its labels.
    """
    scores = problem.captions.astype(np.float64) @ problem.items.astype(np.float64).T
    scores = (scores - scores.min()) / (scores.max() - scores.min())
    items = [f"item{item}" for item in range(len(problem.items))]
    captions = [f"item{item}#enc#{caption}" for caption, item in enumerate(problem.owner.tolist())]
    of_item = {
        i: [c for c, caption in enumerate(captions) if caption.split("#")[0] == item] for i, item in enumerate(items)
    }
    of_caption = {caption: [item] for item, own in of_item.items() for caption in own}
    to_items = _sorted_places(scores, of_caption)
    _sorted_places(scores.T, of_item)
    _average_over_labels(scores, of_caption)
    return {
        "r1": 100 * float(np.mean([places[0] == 1 for places in to_items])),
        "map": float(np.mean(_average_over_labels(scores.T, of_item))),
    }


def _average_over_labels(scores: np.ndarray, positives: dict[int, list[int]]) -> list[float]:
    found = []
    for query, own in positives.items():
        labels = [0] * scores.shape[1]
        for one in own:
            labels[one] = 1
        hits, total = 0, 0.0
        for place, label in enumerate([labels[one] for one in np.argsort(-scores[query], kind="stable")], 1):
            if label:
                hits += 1
                total += hits / place
        found.append(total / len(own))
    return found


def sorting(problem: Problem, device: str, memory_mb: float) -> Figures:
    """Nothing but what it takes: one matrix in float64, every row sorted once, average precision from the ranks."""
    scores = problem.captions.astype(np.float64) @ problem.items.astype(np.float64).T
    of_item: dict[int, list[int]] = {}
    for caption, item in enumerate(problem.owner.tolist()):
        of_item.setdefault(item, []).append(caption)
    to_items = _sorted_places(scores, {caption: [item] for caption, item in enumerate(problem.owner.tolist())})
    to_captions = _sorted_places(scores.T, of_item)
    _average_precisions(to_items)
    return {
        "r1": 100 * float(np.mean([places[0] == 1 for places in to_items])),
        "map": float(np.mean(_average_precisions(to_captions))),
    }


def _sorted_places(scores: np.ndarray, positives: dict[int, list[int]]) -> list[list[int]]:
    found = []
    for query, own in positives.items():
        order = np.argsort(-scores[query], kind="stable")
        found.append(sorted(int(np.where(order == one)[0][0]) + 1 for one in own))
    return found


def _average_precisions(places: list[list[int]]) -> list[float]:
    return [sum(hits / place for hits, place in enumerate(row, 1)) / len(row) for row in places]


def torchmetrics_retrieval(problem: Problem, device: str, memory_mb: float) -> Figures:
    """RetrievalMAP and RetrievalRecall(1) of torchmetrics, which store every score with its query."""
    from torchmetrics.retrieval import RetrievalMAP, RetrievalRecall

    captions, items, owner = (on(device, part) for part in (problem.captions, problem.items, problem.owner))
    scores = captions @ items.T
    positive = owner[:, None] == torch.arange(len(items), device=device)
    rows = torch.arange(len(captions), device=device)[:, None].expand_as(scores)
    columns = torch.arange(len(items), device=device)[:, None].expand_as(scores.T)
    recall, precision = RetrievalRecall(top_k=1), RetrievalMAP()
    r1 = recall(scores.flatten(), positive.flatten(), indexes=rows.flatten())
    average = precision(scores.T.flatten(), positive.T.flatten(), indexes=columns.flatten())
    return {"r1": 100 * float(r1), "map": float(average)}


def ranx_evaluate(problem: Problem, device: str, memory_mb: float) -> Figures:
    """Ranx on complete runs of both directions."""
    from ranx import Qrels, Run, evaluate

    scores = problem.captions @ problem.items.T
    items, captions = [str(i) for i in range(len(problem.items))], [str(c) for c in range(len(problem.captions))]
    owner = problem.owner.tolist()
    to_items = Run({q: dict(zip(items, row, strict=True)) for q, row in zip(captions, scores.tolist(), strict=True)})
    to_captions = Run({q: dict(zip(captions, r, strict=True)) for q, r in zip(items, scores.T.tolist(), strict=True)})
    own_items = Qrels({q: {items[o]: 1} for q, o in zip(captions, owner, strict=True)})
    own_captions: dict[str, dict[str, int]] = {}
    for caption, item in zip(captions, owner, strict=True):
        own_captions.setdefault(items[item], {})[caption] = 1
    r1 = evaluate(own_items, to_items, "hit_rate@1")
    return {"r1": 100 * float(r1), "map": float(evaluate(Qrels(own_captions), to_captions, "map"))}


def open_clip_metrics(problem: Problem, device: str, memory_mb: float) -> Figures:
    """The metrics of open_clip's training code: both matrices sorted."""
    from open_clip_train.train import get_clip_metrics

    found = get_clip_metrics(torch.from_numpy(problem.items), torch.from_numpy(problem.captions), torch.tensor(1.0))
    return {"r1": 100 * float(found["text_to_image_R@1"])}


RANKERS = {
    "matrix product alone": Ranker(matrix_product, "floor"),
    "crossret": Ranker(crossret_float32, "ranks by counting, float32"),
    "crossret, compiled": Ranker(crossret_compiled, "the same in one compiled pass"),
    "crossret, bfloat16": Ranker(crossret_bfloat16, "the same from rounded scores, checked"),
    "as published": Ranker(published, "every step of the published evaluation, for one matrix", largest=2e8),
    "sorting": Ranker(sorting, "float64 matrix, argsort, Python lists", largest=2e8),
    "torchmetrics": Ranker(torchmetrics_retrieval, "RetrievalRecall, RetrievalMAP", largest=6e6),
    "ranx": Ranker(ranx_evaluate, "complete runs", largest=6e6),
    "open_clip": Ranker(open_clip_metrics, "get_clip_metrics", largest=1.1e8, single=True),
}
