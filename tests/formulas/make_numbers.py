"""Draws weights and inputs and writes ``numbers.npz``: ``python tests/formulas/make_numbers.py``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from formulas import method  # noqa: E402
from formulas.method import Array  # noqa: E402

FILE = Path(__file__).with_name("numbers.npz")
HEADS, STATES, WIDTH, QUERY, COMMON, CHANNELS = 4, 12, 16, 8, 10, 6
LENGTHS = {"source": [7, 6, 4, 4, 1], "target": [5, 9, 2, 9, 3]}
LOSS_VIEWS = ("visual", "source", "target", "cross", "back")
SPREADS = {"target": 0.9, "translated": 0.6}
TINY = 1e-6


def rounded(array: Array) -> Array:
    """What float32 can hold, so that both sides start from the same numbers."""
    return array.astype(np.float32).astype(np.float64)


def layer(rng: np.random.Generator, name: str, *shape: int) -> dict[str, Array]:
    scale = np.prod(shape[1:]) ** -0.5 if len(shape) > 1 else 1.0
    weight = rng.normal(size=shape) * scale + (len(shape) == 1)
    return {f"{name}.weight": rounded(weight), f"{name}.bias": rounded(0.3 * rng.normal(size=shape[0]))}


def tower_weights(rng: np.random.Generator) -> dict[str, Array]:
    w = layer(rng, "projection.norm", STATES) | layer(rng, "projection.linear", WIDTH, STATES)
    w |= {"position.weight": rounded(rng.normal(size=(11, WIDTH)))} | layer(rng, "position.norm", WIDTH)
    for name, rows in (("query", QUERY), ("key", QUERY), ("value", WIDTH), ("output", WIDTH)):
        w |= layer(rng, name, rows, WIDTH)
    w |= layer(rng, "norm", WIDTH) | layer(rng, "head.linear", COMMON, WIDTH) | layer(rng, "head.norm", COMMON)
    w["head.norm.running_mean"] = rounded(0.2 * rng.normal(size=COMMON))
    w["head.norm.running_var"] = rounded(rng.uniform(0.2, 1.5, COMMON))
    return w


def tower(rng: np.random.Generator) -> dict[str, Array]:
    """Token states of two views, and their pooled vectors and embeddings, padding left out and counted in."""
    w = tower_weights(rng)
    states = {view: rounded(rng.normal(size=(5, max(found), STATES))) for view, found in LENGTHS.items()}
    source, target = states["source"], states["target"]
    numbers = {f"tower.weight.{name}": value for name, value in w.items()}
    for way, pool, cross in (
        ("left_out", method.pooled_alone, method.cross_alone),
        ("counted_in", method.pooled_padded, method.cross_padded),
    ):
        pooled = {
            view: np.stack([pool(w, HEADS, s, n) for s, n in zip(states[view], LENGTHS[view], strict=True)])
            for view in states
        }
        pairs = zip(source, LENGTHS["source"], target, LENGTHS["target"], strict=True)
        pooled["cross"] = np.stack([cross(w, HEADS, *pair) for pair in pairs])
        for view, vectors in pooled.items():
            numbers[f"tower.{way}.pooled.{view}"] = vectors
            numbers[f"tower.{way}.embedding.{view}"] = method.head(w, vectors)
    numbers |= {f"tower.states.{view}": value for view, value in states.items()}
    return numbers | {f"tower.lengths.{view}": np.array(found) for view, found in LENGTHS.items()}


def attention(rng: np.random.Generator) -> dict[str, Array]:
    """One block without padding: 5 queries over 8 keys."""
    w = tower_weights(rng)
    queries, keys = rounded(rng.normal(size=(5, WIDTH))), rounded(rng.normal(size=(8, WIDTH)))
    found = method.layer_norm(w, "norm", method.context(w, HEADS, queries, keys, np.zeros((5, 8))))
    names = ("query", "key", "value", "output", "norm")
    numbers = {f"attention.weight.{name}": value for name, value in w.items() if name.startswith(names)}
    return numbers | {"attention.queries": queries, "attention.keys": keys, "attention.across": found}


def losses(rng: np.random.Generator) -> dict[str, Array]:
    """Values, and slopes along one direction per input by central differences."""
    views = {view: rounded(method.unit(rng.normal(size=(7, 9)))) for view in LOSS_VIEWS}
    ways = {view: rounded(rng.normal(size=(7, 9))) for view in LOSS_VIEWS}
    numbers = {f"loss.view.{view}": value for view, value in views.items()}
    numbers |= {f"loss.way.{view}": value for view, value in ways.items()}
    found: dict[str, tuple[Callable[..., float], tuple[str, ...], tuple[str, ...]]] = {
        "triplet": (method.triplet, ("visual", "source"), ("visual", "source")),
        "cycle": (method.triplet, ("source", "back"), ("source", "back")),
        "feature_view": (method.feature_view, ("target", "cross"), ("target", "cross")),
        # The teacher is a constant, the picture is not.
        "similarity_view": (method.similarity_view, ("visual", "target", "cross"), ("visual", "target")),
    }
    for name, (loss, read, sloped) in found.items():
        numbers[f"loss.{name}"] = np.array(loss(*(views[view] for view in read)))
        for view in sloped:
            above, below = (
                loss(*(views[v] + sign * TINY * ways[v] if v == view else views[v] for v in read)) for sign in (1, -1)
            )
            numbers[f"loss.{name}.slope.{view}"] = np.array((above - below) / (2 * TINY))
    return numbers


def discriminator(rng: np.random.Generator) -> dict[str, Array]:
    """The convolutional one, on all positions and on real tokens alone."""
    w = layer(rng, "input_conv", CHANNELS, STATES, 1) | layer(rng, "linear", 2, CHANNELS)
    for block in range(3):
        for conv in ("conv1", "conv2"):
            w |= layer(rng, f"blocks.{block}.{conv}", CHANNELS, CHANNELS, 5)
    states, lengths = rounded(rng.normal(size=(4, 8, STATES))), [8, 5, 3, 1]
    everything = np.stack([method.convolutional_logits(w, s) for s in states])
    alone = np.stack([method.convolutional_logits(w, s[:n]) for s, n in zip(states, lengths, strict=True)])
    numbers = {f"discriminator.weight.{name}": value for name, value in w.items()}
    losses_of = {f"discriminator.loss.{label}": np.array(method.binary_cross_entropy(alone, label)) for label in (0, 1)}
    return numbers | losses_of | {
        "discriminator.states": states,
        "discriminator.lengths": np.array(lengths),
        "discriminator.logits.counted_in": everything,
        "discriminator.logits.left_out": alone,
    }  # fmt: skip


def ranks(rng: np.random.Generator) -> dict[str, Array]:
    """Fused figures of embeddings; two visuals have no caption."""
    owners = np.array([0, 0, 1, 3, 3, 3, 4, 5, 6, 6, 8, 9, 9, 11])
    visual = method.unit(rng.normal(size=(12, 6)))
    texts = {side: rounded(method.unit(visual[owners] + s * rng.normal(size=(14, 6)))) for side, s in SPREADS.items()}
    visual = rounded(visual)
    numbers: dict[str, Array] = {"ranks.owners": owners, "ranks.visual": visual}
    for weight in (0.0, 0.2, 0.5, 1.0):
        target, translated = (method.scaled(texts[side] @ visual.T) for side in ("target", "translated"))
        numbers[f"ranks.fused.{weight}"] = method.figures(weight * translated + (1 - weight) * target, owners)
    return numbers | {f"ranks.{side}": value for side, value in texts.items()}


def numbers() -> dict[str, Array]:
    """All of them; the same on every machine but for the last digits."""
    parts = (tower, attention, losses, discriminator, ranks)
    return {name: value for n, part in enumerate(parts) for name, value in part(np.random.default_rng(n)).items()}


if __name__ == "__main__":
    arrays = {n: v if v.dtype.kind == "i" else v.astype(np.float32) for n, v in numbers().items()}
    np.savez_compressed(FILE, **arrays)
    print(f"{FILE}: {FILE.stat().st_size} bytes")
