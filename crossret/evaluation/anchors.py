"""Texts and items compared by the training subjects that they resemble.

Semantic matching (Rasiwasia et al., "A New Approach to Cross-Modal Multimedia Retrieval", ACM MM 2010) with every
training subject as a class, and no classifier of its own: a subject is where the model puts its training items, and a
softmax over cosines says how much an item or a text resembles it. A text also resembles the subjects whose training
texts are written like it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Tensor
from torch.nn import functional

from crossret.contracts.baseline import Baseline
from crossret.data.pools import SubjectTexts, TrainingSet
from crossret.recipe.models import AnchorsRecipe

Side = Literal["source", "target"]

# Texts whose likeness to every training text is held in memory at once.
ROWS = 256


@dataclass(frozen=True)
class KnownTexts:
    """K training texts of one language.

    Attributes:
        texts: as the model read them.
        anchors: ``(K,)`` number of the subject that each describes.
    """

    texts: tuple[str, ...]
    anchors: np.ndarray


@dataclass(frozen=True)
class Anchors:
    """A training subjects in a model's common space.

    Attributes:
        centres: ``(A, D)`` unit vectors, the mean direction of each subject's training items.
        known: training texts by language side; a side that the model never read is missing.
        likeness: says how alike two texts are written; ``None``: only the model's cosines count.
    """

    recipe: AnchorsRecipe
    centres: Tensor
    known: Mapping[Side, KnownTexts]
    likeness: Baseline | None = None

    def of_items(self, embedded: Tensor) -> Tensor:
        """Unit vectors ``(M, D)`` → resemblance ``(M, A)``; rows add to 1."""
        return torch.softmax(embedded @ self.centres.T / self.recipe.temperature, 1)

    def of_texts(self, texts: Sequence[str], embedded: Tensor, side: Side) -> Tensor:
        """Texts and their unit vectors ``(N, D)`` → resemblance ``(N, A)``; rows add to 1."""
        found = self.of_items(embedded)
        if self.likeness is None or side not in self.known:
            return found
        share = self.recipe.lexical_share
        return (1 - share) * found + share * self._as_written(texts, self.known[side], self.likeness)

    def _as_written(self, texts: Sequence[str], known: KnownTexts, likeness: Baseline) -> Tensor:
        # Vectors of letters are nearly empty: multiplied as sparse matrices they cost a twentieth.
        queries, described = (csr_array(vectors) for vectors in likeness.embed(texts, known.texts))
        anchors = torch.from_numpy(known.anchors)
        parts = []
        for start in range(0, len(texts), ROWS):
            alike = torch.from_numpy((queries[start : start + ROWS] @ described.T).toarray())
            weights = torch.softmax(alike / self.recipe.lexical_temperature, 1)
            parts.append(weights.new_zeros(len(weights), len(self.centres)).index_add_(1, anchors, weights))
        return torch.cat(parts).to(self.centres.device)


def centres_of(training: TrainingSet, embedded: Tensor) -> Tensor:
    """Embedded training items ``(M, D)`` → mean direction of each subject ``(A, D)``, in their order."""
    means = [embedded[list(items)].mean(0) for items in training.items_of]
    return functional.normalize(torch.stack(means), dim=1)


def known_texts(training: TrainingSet, language: str) -> dict[Side, KnownTexts]:
    """The training texts of both sides for queries in a language; what was not trained on is left out."""
    pool = training.pools.get(language) or next(iter(training.pools.values()))
    heard = training.target_pools.get(language) or training.pools.get(language) or {}
    sides: dict[Side, KnownTexts] = {"source": _collected(training, pool, "source")}
    if heard:
        sides["target"] = _collected(training, heard, "target")
    return sides


def _collected(training: TrainingSet, pool: Mapping[str, SubjectTexts], side: Side) -> KnownTexts:
    texts: list[str] = []
    anchors: list[int] = []
    for number, subject in enumerate(training.subjects):
        for text in (*pool[subject].sentences, *pool[subject].fragments):
            # Variants share their source.
            said = dict.fromkeys(getattr(variant, side) for variant in text.all_variants())
            texts.extend(said)
            anchors.extend([number] * len(said))
    return KnownTexts(tuple(texts), np.array(anchors))
