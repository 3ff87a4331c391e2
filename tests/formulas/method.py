"""Method sections 1.2 to 1.5 and 4.2 to 4.3 in float64 NumPy, written from the formulas and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Weights = Mapping[str, Array]


def linear(w: Weights, name: str, x: Array) -> Array:
    found: Array = x @ w[f"{name}.weight"].T + w[f"{name}.bias"]
    return found


def layer_norm(w: Weights, name: str, x: Array) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    found: Array = scaled * w[f"{name}.weight"] + w[f"{name}.bias"]
    return found


def softmax(x: Array) -> Array:
    raised = np.exp(x - x.max(-1, keepdims=True))
    found: Array = raised / raised.sum(-1, keepdims=True)
    return found


def projected(w: Weights, states: Array) -> Array:
    """Sentence by sentence ``(L, D)`` → ``Z`` ``(L, W)``."""
    hidden = np.maximum(linear(w, "projection.linear", layer_norm(w, "projection.norm", states)), 0)
    return layer_norm(w, "position.norm", hidden + w["position.weight"][: len(states)])


def context(w: Weights, heads: int, queries: Array, keys: Array, penalty: Array) -> Array:
    """Attention of one sentence, before residual and norm; the penalty ``(L, K)`` is added to the scores."""
    q, k, v = linear(w, "query", queries), linear(w, "key", keys), linear(w, "value", keys)
    found = []
    for q_head, k_head, v_head in zip(*(np.split(x, heads, axis=1) for x in (q, k, v)), strict=True):
        scores = q_head @ k_head.T / np.sqrt(v_head.shape[1]) + penalty
        found.append(softmax(scores) @ v_head)
    return linear(w, "output", np.concatenate(found, 1))


def pooled_alone(w: Weights, heads: int, states: Array, real: int) -> Array:
    """Padding left out: the sentence as if it were alone in its batch."""
    z = projected(w, states[:real])
    found: Array = layer_norm(w, "norm", z + context(w, heads, z, z, np.zeros((real, real)))).mean(0)
    return found


def pooled_padded(w: Weights, heads: int, states: Array, real: int) -> Array:
    """Padding counted in, as published."""
    z = projected(w, states)
    penalty = penalties(len(states), real, len(states), real)
    found: Array = layer_norm(w, "norm", z + context(w, heads, z, z, penalty)).mean(0)
    return found


def cross_alone(w: Weights, heads: int, source: Array, source_real: int, target: Array, target_real: int) -> Array:
    """The teacher with padding left out."""
    return cross_padded(w, heads, source[:source_real], source_real, target[:target_real], target_real)


def cross_padded(w: Weights, heads: int, source: Array, source_real: int, target: Array, target_real: int) -> Array:
    """The teacher, as published: no residual, beside ``Z`` of the target, mean over everything."""
    queries, keys = projected(w, source), projected(w, target)
    penalty = penalties(len(source), source_real, len(target), target_real)
    asked = layer_norm(w, "norm", context(w, heads, queries, keys, penalty))
    found: Array = np.concatenate([asked, keys]).mean(0)
    return found


def penalties(queries: int, real_queries: int, keys: int, real_keys: int) -> Array:
    real = (np.arange(queries) < real_queries)[:, None] & (np.arange(keys) < real_keys)[None]
    return np.where(real, 0.0, -10000.0)


def head(w: Weights, pooled: Array) -> Array:
    """Linear, batch norm with running statistics, unit length."""
    mapped = linear(w, "head.linear", pooled)
    scaled = (mapped - w["head.norm.running_mean"]) / np.sqrt(w["head.norm.running_var"] + 1e-5)
    return unit(scaled * w["head.norm.weight"] + w["head.norm.bias"])


def unit(x: Array) -> Array:
    found: Array = x / np.sqrt((x**2).sum(-1, keepdims=True))
    return found


def convolution(w: Weights, name: str, x: Array) -> Array:
    """Along the tokens ``(L, C)`` with kernel 5 and zeros beyond both ends."""
    wide = np.pad(x, ((2, 2), (0, 0)))
    rows = [np.einsum("kc,ock->o", wide[at : at + 5], w[f"{name}.weight"]) for at in range(len(x))]
    found: Array = np.stack(rows) + w[f"{name}.bias"]
    return found


def convolutional_logits(w: Weights, states: Array) -> Array:
    """The strong discriminator on the tokens of one sentence ``(L, D)``; its skip path carries relu(x)."""
    x = states @ w["input_conv.weight"][:, :, 0].T + w["input_conv.bias"]
    for block in range(3):
        skip = np.maximum(x, 0)
        inner = np.maximum(convolution(w, f"blocks.{block}.conv1", skip), 0)
        x = skip + 0.3 * convolution(w, f"blocks.{block}.conv2", inner)
    return linear(w, "linear", x.mean(0))


def triplet(a: Array, b: Array, margin: float = 0.2) -> float:
    """Hardest negative in both directions, summed."""
    total = 0.0
    for i in range(len(a)):
        own = a[i] @ b[i]
        others = [j for j in range(len(a)) if j != i]
        total += max(0.0, max(margin + a[j] @ b[i] - own for j in others))
        total += max(0.0, max(margin + a[i] @ b[j] - own for j in others))
    return total


def similarity_view(visual: Array, target: Array, cross: Array) -> float:
    """Cross-entropies of the student's distributions against the teacher's, both directions."""
    total = 0.0
    for teacher, student in (
        (visual @ cross.T, visual @ target.T),
        (cross @ visual.T, target @ visual.T),
    ):
        total += -(softmax(teacher / 0.07) * np.log(softmax(student / 0.07))).sum() / len(visual)
    return float(total / 2)


def feature_view(target: Array, cross: Array) -> float:
    """Smooth L1 with its transition at 4."""
    away = np.abs(target - cross)
    return float(np.where(away < 4, away**2 / 8, away - 2).mean())


def binary_cross_entropy(logits: Array, label: float) -> float:
    """Of every logit against one label."""
    shares = 1 / (1 + np.exp(-logits))
    return float(-(label * np.log(shares) + (1 - label) * np.log(1 - shares)).mean())


def scaled(scores: Array) -> Array:
    found: Array = (scores - scores.min()) / (scores.max() - scores.min())
    return found


def figures(scores: Array, owners: Array) -> Array:
    """R@1, R@5, R@10, MedR, MeanR, mAP of text to visual and of visual to text, ``(2, 6)``.

    Args:
        scores: captions by visuals.
        owners: visual of every caption; a visual without caption has rank (captions + 1) and precision 0.
    """
    captions, visuals = scores.shape
    t2v = [places(scores[n], [int(owners[n])]) for n in range(captions)]
    v2t = [places(scores[:, n], np.flatnonzero(owners == n).tolist()) for n in range(visuals)]
    return np.stack([summary(t2v, visuals), summary(v2t, captions)])


def places(scores: Array, positives: list[int]) -> list[int]:
    """Ranks of the positives from 1, best first; of equal scores the lower index comes first."""
    order = np.argsort(-scores, kind="stable").tolist()
    return sorted(order.index(positive) + 1 for positive in positives)


def summary(found: list[list[int]], gallery: int) -> Array:
    best = np.array([ranks[0] if ranks else gallery + 1 for ranks in found])
    precision = [np.mean([(n + 1) / rank for n, rank in enumerate(ranks)]) if ranks else 0.0 for ranks in found]
    recalls = [100 * (best <= k).mean() for k in (1, 5, 10)]
    return np.array([*recalls, np.median(best), best.mean(), np.mean(precision)])
