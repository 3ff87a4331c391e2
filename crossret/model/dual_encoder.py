"""Both towers, and the views of one training step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from torch import Tensor, nn

from crossret.contracts.loss import View, Views
from crossret.contracts.text import Tokens, TokenStates
from crossret.contracts.visual import Frames
from crossret.makers import broken
from crossret.model.frame_tower import FrameTower
from crossret.model.text_tower import EncodedTexts, TextTower
from crossret.model.visual_tower import VisualTower

# The published order in which the heads see the views; each call has batch statistics of its own.
VIEW_ORDER: tuple[View, ...] = ("visual", "source", "target", "cross", "back", "other")


def text_views(views: Collection[View]) -> tuple[View, ...]:
    """Texts that must be encoded so that the views can be computed, in a fixed order."""
    needed = set(views) | ({"source", "target"} if "cross" in views else set())
    return tuple(view for view in ("source", "target", "back", "other") if view in needed)


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Texts of one or several views that pass the encoder together.

    Attributes:
        tokens: view after view, in the order of ``counts``.
        counts: number of texts per view.
    """

    tokens: Tokens
    counts: Mapping[View, int]


@dataclass(frozen=True, slots=True)
class Pooled:
    """Everything of N samples that needs no other sample; what the heads add has batch statistics.

    Attributes:
        vectors: ``(N, W)`` per view that a term reads.
        states: token states of every text that was encoded.
    """

    vectors: Mapping[View, Tensor]
    states: Mapping[View, TokenStates]


class DualEncoder(nn.Module):
    """Computes just the views that the active loss terms read."""

    def __init__(self, visual: VisualTower | FrameTower, text: TextTower) -> None:
        super().__init__()
        self.visual = visual
        self.text = text

    def forward(
        self, inputs: Tensor | Frames, texts: Sequence[TextBatch], wanted: Collection[View], labels: Views
    ) -> Views:
        """One step.

        Args:
            inputs: features, pixels or frames of N items.
            texts: the sentences of every view that is encoded.
            wanted: views that a term reads.
            labels: carries subjects, languages and confidence; its embeddings and states are empty.
        """
        encoded = self._encoded(texts)
        # Pooling and head in turns: this is the order in which dropout draws its random numbers.
        embeddings: dict[View, Tensor] = {
            view: self.visual(inputs) if view == "visual" else self.text.head(self._pooled(view, inputs, encoded))
            for view in VIEW_ORDER
            if view in wanted
        }
        return _with_labels(embeddings, _states(encoded), labels)

    def pool(self, inputs: Tensor | Frames, texts: Sequence[TextBatch], wanted: Collection[View]) -> Pooled:
        """A step of some samples as far as it depends on no other sample; arguments as for :meth:`forward`."""
        encoded = self._encoded(texts)
        vectors = {view: self._pooled(view, inputs, encoded) for view in VIEW_ORDER if view in wanted}
        return Pooled(vectors, _states(encoded))

    def views_of(self, pooled: Pooled, labels: Views) -> Views:
        """The rest of the step, for all samples of a batch."""
        embeddings: dict[View, Tensor] = {
            view: (self.visual if view == "visual" else self.text).head(rows) for view, rows in pooled.vectors.items()
        }
        return _with_labels(embeddings, pooled.states, labels)

    def _encoded(self, texts: Sequence[TextBatch]) -> dict[View, EncodedTexts]:
        encoded: dict[View, EncodedTexts] = {}
        for batch in texts:
            found = self.text.encode(batch.tokens)
            asked = sum(batch.counts.values())
            if len(found.mask) != asked:
                raise broken(self.text.encoder, f"states of {asked} texts", f"those of {len(found.mask)}")
            encoded |= zip(batch.counts, found.split(list(batch.counts.values())), strict=True)
        return encoded

    def _pooled(self, view: View, inputs: Tensor | Frames, encoded: Mapping[View, EncodedTexts]) -> Tensor:
        if view == "visual":
            return self.visual.pool(inputs)  # type: ignore[arg-type]
        if view == "cross":
            return self.text.pool_across(encoded["source"], encoded["target"])
        return self.text.pool(encoded[view])

    def embed_items(self, inputs: Tensor | Frames) -> Tensor:
        """Features, pixels or frames → unit vectors ``(N, D)``."""
        return cast(Tensor, self.visual(inputs))

    def embed_texts(self, tokens: Tokens) -> Tensor:
        """Tokens → unit vectors ``(N, D)``."""
        return cast(Tensor, self.text(tokens))


def _states(encoded: Mapping[View, EncodedTexts]) -> dict[View, TokenStates]:
    return {view: sentences.raw for view, sentences in encoded.items()}


def _with_labels(embeddings: Mapping[View, Tensor], states: Mapping[View, TokenStates], labels: Views) -> Views:
    return Views(embeddings, states, labels.subjects, labels.languages, labels.confidence)
