"""Which samples an epoch has, and in which batches: a pure function of seed and epoch, so that a resumed run agrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crossret.contracts.loss import View
from crossret.data.pools import AlignedText, Pool, SubjectTexts, TrainingSet
from crossret.recipe.models import TextsRecipe


@dataclass(frozen=True, slots=True)
class Batch:
    """N samples.

    Attributes:
        items: ``(N,)`` indices into the training split.
        texts: N texts per view.
        subjects: ``(N,)`` indices of subjects.
        languages: ``(N,)`` indices of target languages.
    """

    items: np.ndarray
    texts: dict[View, list[str]]
    subjects: np.ndarray
    languages: np.ndarray


@dataclass(frozen=True, slots=True)
class Sampler:
    """Draws the batches of an epoch.

    The last, smaller batch is left out unless it is the only one: batch statistics and negatives depend on its size.
    """

    training: TrainingSet
    recipe: TextsRecipe
    batch_size: int
    seed: int

    def _anchors(self) -> list[tuple[int, int]]:
        """Samples of an epoch as (subject, sentence); sentence −1: drawn anew each time."""
        if self.recipe.per == "subject":
            return [(subject, -1) for subject in range(len(self.training.subjects))]
        pool = next(iter(self.training.pools.values()))
        return [
            (index, sentence)
            for index, subject in enumerate(self.training.subjects)
            for sentence in range(max(1, len(pool[subject].sentences)))
        ]

    def batches_per_epoch(self) -> int:
        """Number of batches that :meth:`epoch` yields."""
        return max(1, len(self._anchors()) // self.batch_size)

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """The batches of one epoch."""
        rng = np.random.default_rng([self.seed, epoch])
        anchors = self._anchors()
        order = rng.permutation(len(anchors))
        for start in range(self.batches_per_epoch()):
            chosen = order[start * self.batch_size : (start + 1) * self.batch_size]
            yield self._batch([anchors[i] for i in chosen], rng)

    def _batch(self, anchors: list[tuple[int, int]], rng: np.random.Generator) -> Batch:
        languages = rng.integers(len(self.training.languages), size=len(anchors))
        items, texts = [], []
        for (subject, sentence), language in zip(anchors, languages, strict=True):
            items.append(rng.choice(self.training.items_of[subject]))
            texts.append(self._text(self.training.subjects[subject], sentence, self.training.languages[language], rng))
        views: tuple[View, ...] = ("source", "target", "back")
        columns: dict[View, list[str]] = {view: [getattr(text, view) for text in texts] for view in views}
        return Batch(
            np.array(items),
            {view: column for view, column in columns.items() if any(column)},
            np.array([subject for subject, _ in anchors]),
            languages,
        )

    def _text(self, subject: str, sentence: int, language: str, rng: np.random.Generator) -> AlignedText:
        text = self._draw(self.training.pools[language], subject, sentence, rng)
        human = self.training.target_pools.get(language)
        if human is None:
            return text
        return AlignedText(text.source, self._draw(human, subject, -1, rng).target)

    def _draw(self, pool: Pool, subject: str, sentence: int, rng: np.random.Generator) -> AlignedText:
        texts = pool[subject]
        if sentence >= 0 and sentence < len(texts.sentences):
            return texts.sentences[sentence]
        if self._use_fragments(texts, rng):
            most = min(self.recipe.most_fragments, len(texts.fragments))
            chosen = rng.permutation(len(texts.fragments))[: rng.integers(1, most + 1)]
            return AlignedText.joined([texts.fragments[i] for i in chosen])
        return texts.sentences[rng.integers(len(texts.sentences))]

    def _use_fragments(self, texts: SubjectTexts, rng: np.random.Generator) -> bool:
        if not texts.fragments or not texts.sentences:
            return bool(texts.fragments)
        return bool(rng.random() < self.recipe.fragment_share)
