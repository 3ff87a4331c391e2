"""One training step: batch → views → opponents → total loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from crossret.contracts.loss import View, Views
from crossret.contracts.visual import Frames
from crossret.data.input_batches import Inputs, ResidentArray, ResidentFrames, input_batch
from crossret.data.ragged import Ragged
from crossret.data.sampling import Batch
from crossret.model.dual_encoder import DualEncoder, TextBatch, text_views
from crossret.model.token_states import tokens_of
from crossret.objective.objective import Objective
from crossret.training.batching import Batching
from crossret.training.buckets import buckets_of, together

RESIDENT_BYTES = 1 << 30


class InputBank:
    """Visual inputs of the training items; kept on the device if they are small, else read from disk batch by batch."""

    def __init__(self, inputs: Inputs, device: torch.device) -> None:
        self._inputs = inputs
        self._device = device
        self._resident = _resident(inputs, device) if inputs.nbytes <= RESIDENT_BYTES else None

    def take(self, items: np.ndarray) -> Tensor | Frames:
        """Inputs ``(N, …)`` of some items, or their frames."""
        if self._resident is not None:
            return self._resident.take(items)
        return input_batch(self._inputs, items, self._device)


def _resident(inputs: Inputs, device: torch.device) -> ResidentArray | ResidentFrames:
    return ResidentFrames(inputs, device) if isinstance(inputs, Ragged) else ResidentArray(inputs, device)


@dataclass(frozen=True)
class Step:
    """Computes the views that the objective reads, and no others."""

    model: DualEncoder
    objective: Objective
    bank: InputBank
    device: torch.device
    batching: Batching

    def views(self, batch: Batch, forward: torch.nn.Module) -> Views:
        """Run the model; ``forward`` is the model, possibly wrapped for several processes."""
        if self.batching.buckets > 1:
            return self._views_of_buckets(batch)
        texts, labels = self.texts(batch), self.labels(batch)
        found: Views = forward(self.bank.take(batch.items), texts, self.objective.views, labels)
        return found

    def _views_of_buckets(self, batch: Batch) -> Views:
        wanted = self.objective.views
        ordered, parts = buckets_of(batch, text_views(wanted), self.batching.buckets)
        pooled = [self.model.pool(self.bank.take(part.items), self.texts(part), wanted) for part in parts]
        return self.model.views_of(together(pooled), self.labels(ordered))

    def texts(self, batch: Batch) -> list[TextBatch]:
        """Tokens of every text that must be encoded, on the device."""
        return [self._encoded(batch, group) for group in self.batching.groups(text_views(self.objective.views))]

    def labels(self, batch: Batch) -> Views:
        """Subjects, languages and confidence of the samples, on the device; no embeddings and no states."""
        subjects = torch.from_numpy(self.batching.subjects(batch)).to(self.device)
        languages, confidence = (torch.from_numpy(n).to(self.device) for n in (batch.languages, batch.confidence))
        return Views({}, {}, subjects, languages, confidence)

    def _encoded(self, batch: Batch, group: tuple[View, ...]) -> TextBatch:
        tokens = tokens_of(self.model.text.encoder, [text for view in group for text in batch.texts[view]])
        on_device = {name: tensor.to(self.device, non_blocking=True) for name, tensor in tokens.items()}
        return TextBatch(on_device, {view: len(batch.texts[view]) for view in group})
