"""Which samples an epoch has, and in which batches: a pure function of seed and epoch, so that a resumed run agrees."""

from __future__ import annotations

import random
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
        texts: N texts per view; ``other`` is the target itself where there is no other translation.
        subjects: ``(N,)`` indices of subjects.
        languages: ``(N,)`` indices of target languages.
        confidence: ``(N,)`` float32, how far each translation can be trusted.
    """

    items: np.ndarray
    texts: dict[View, list[str]]
    subjects: np.ndarray
    languages: np.ndarray
    confidence: np.ndarray

    def part(self, start: int, stop: int) -> Batch:
        """Samples ``start`` to ``stop``."""
        return Batch(
            self.items[start:stop],
            {view: column[start:stop] for view, column in self.texts.items()},
            self.subjects[start:stop],
            self.languages[start:stop],
            self.confidence[start:stop],
        )

    def taken(self, order: np.ndarray) -> Batch:
        """Those samples, in that order."""
        return Batch(
            self.items[order],
            {view: [column[sample] for sample in order] for view, column in self.texts.items()},
            self.subjects[order],
            self.languages[order],
            self.confidence[order],
        )


@dataclass(frozen=True, slots=True)
class _Sample:
    subject: int
    item: int
    text: AlignedText
    language: int

    def length(self) -> int:
        """Characters of all views: what padding depends on."""
        return len(self.text.source) + len(self.text.target) + len(self.text.back)


@dataclass(frozen=True, slots=True)
class Sampler:
    """Draws the batches of an epoch.

    Attributes:
        smallest: a last batch with fewer samples is left out unless it is the only one; ``None``: every batch is full,
            as batch statistics and negatives depend on the size.
    """

    training: TrainingSet
    recipe: TextsRecipe
    batch_size: int
    seed: int
    smallest: int | None = None

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
        full, rest = divmod(len(self._anchors()), self.batch_size)
        return max(1, full + (rest >= (self.smallest or self.batch_size)))

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """The batches of one epoch."""
        # Python's generator draws single numbers ten times faster than numpy's, and a text seeds it alike everywhere.
        rng = random.Random(f"{self.seed}/{epoch}")
        anchors = self._anchors()
        rng.shuffle(anchors)
        samples = [self._sample(subject, sentence, rng) for subject, sentence in anchors]
        for batch in self._batches(samples, rng):
            yield _columns(batch)

    def _batches(self, samples: list[_Sample], rng: random.Random) -> Iterator[list[_Sample]]:
        """Samples of similar length share a batch: sorted inside a window of batches, then the batches are shuffled."""
        size, count = self.batch_size, self.batches_per_epoch()
        window = self.recipe.length_window * size
        kept = samples[: count * size]
        parts = [sorted(kept[start : start + window], key=_Sample.length) for start in range(0, len(kept), window)]
        ordered = [sample for part in parts for sample in part]
        for index in rng.sample(range(count), count):
            yield ordered[index * size : (index + 1) * size]

    def _sample(self, subject: int, sentence: int, rng: random.Random) -> _Sample:
        languages = self.training.languages
        language = rng.randrange(len(languages))
        item = rng.choice(self.training.items_of[subject])
        text = self._text(self.training.subjects[subject], sentence, languages[language], rng)
        return _Sample(subject, item, text, language)

    def _text(self, subject: str, sentence: int, language: str, rng: random.Random) -> AlignedText:
        text = self._draw(self.training.pools[language], subject, sentence, rng)
        human = self.training.target_pools.get(language)
        if human is None:
            return text
        return AlignedText(text.source, self._draw(human, subject, -1, rng).target)

    def _draw(self, pool: Pool, subject: str, sentence: int, rng: random.Random) -> AlignedText:
        texts = pool[subject]
        if sentence >= 0 and sentence < len(texts.sentences):
            return texts.sentences[sentence].drawn(rng)
        if self._use_fragments(texts, rng):
            most = min(self.recipe.most_fragments, len(texts.fragments))
            return AlignedText.joined([f.drawn(rng) for f in rng.sample(texts.fragments, rng.randint(1, most))])
        return rng.choice(texts.sentences).drawn(rng)

    def _use_fragments(self, texts: SubjectTexts, rng: random.Random) -> bool:
        if not texts.fragments or not texts.sentences:
            return bool(texts.fragments)
        return rng.random() < self.recipe.fragment_share


def _columns(samples: list[_Sample]) -> Batch:
    views: tuple[View, ...] = ("source", "target", "back")
    texts: dict[View, list[str]] = {view: [getattr(sample.text, view) for sample in samples] for view in views}
    texts["other"] = [sample.text.other or sample.text.target for sample in samples]
    return Batch(
        np.array([sample.item for sample in samples]),
        {view: column for view, column in texts.items() if any(column)},
        np.array([sample.subject for sample in samples]),
        np.array([sample.language for sample in samples]),
        np.array([sample.text.confidence for sample in samples], dtype=np.float32),
    )
