"""Queries that an index is measured with: captions where there are some, noisy vectors of its own otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crossret.bench.asking import device_of
from crossret.bench.checkpoints import Checkpoint
from crossret.contracts.data import Dataset
from crossret.errors import CrossretError, DataError, reason
from crossret.evaluation.encoding import embed_texts
from crossret.index.gallery_shards import ALL
from crossret.index.vectors import FloatArray, Vectors

MOST = 400
SEED = 0
# Of a unit vector and noise of this length the cosine is 0.8.
NOISE = 0.75


@dataclass(frozen=True)
class Questions:
    """Unit vectors ``(Q, D)``, and what they are."""

    vectors: FloatArray
    what: str


def questions_for(
    checkpoint: Checkpoint, vectors: Vectors, dataset: Dataset, protocol: str, gallery: str | None
) -> Questions:
    """Test captions of a data set in the languages that the model was trained on, drawn at random.

    Args:
        checkpoint: reads them.
        vectors: of the index; asked for with noise if there are no captions.
        dataset: the one that is indexed, or that of the model.
        protocol: of the data set.
        gallery: whose captions; ``None`` or ``all``: the first.
    """
    try:
        texts, languages = _captions(checkpoint, dataset, protocol, gallery)
    except (CrossretError, OSError) as error:
        return noisy_vectors(vectors, f"there are no captions: {reason(error)}")
    batch = checkpoint.assembly.recipe.evaluation.batch_size
    found = embed_texts(checkpoint.model, texts, batch, device_of(checkpoint)).cpu().numpy()
    return Questions(found, f"test captions in {', '.join(languages)}")


def _captions(
    checkpoint: Checkpoint, dataset: Dataset, protocol: str, gallery: str | None
) -> tuple[list[str], list[str]]:
    name = dataset.protocols[protocol].galleries[0] if gallery in (None, ALL) else str(gallery)
    known = dataset.test_languages(protocol)
    languages = [lang for lang in checkpoint.languages if lang in known] or [dataset.source_language]
    texts = [caption.text for lang in languages for caption in dataset.captions(protocol, name, lang)]
    unique = sorted({text for text in texts if text.strip()})
    if len(unique) < 2:
        raise DataError(f"gallery {name!r} has none in {', '.join(languages)}")
    chosen = np.random.default_rng(SEED).permutation(len(unique))[:MOST]
    return [unique[number] for number in chosen], languages


def noisy_vectors(vectors: Vectors, why: str, most: int = MOST) -> Questions:
    """Vectors of the index itself, drawn at random and turned by some 37 degrees."""
    rng = np.random.default_rng(SEED)
    rows = vectors.take(np.sort(rng.choice(vectors.count, max(2, min(most, vectors.count)), replace=vectors.count < 2)))
    noise = rng.standard_normal(rows.shape).astype(np.float32)
    noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    turned = rows + noise
    return Questions(turned / np.linalg.norm(turned, axis=1, keepdims=True), f"its own vectors with noise; {why}")
