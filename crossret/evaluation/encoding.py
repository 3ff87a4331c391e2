"""Embeds many texts or items with a trained model, in batches and without a graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from crossret.data.input_batches import Inputs, input_batch
from crossret.evaluation.spread import IN_ONE_PROCESS, Spread
from crossret.makers import broken
from crossret.model.dual_encoder import DualEncoder
from crossret.model.token_states import tokens_of


@torch.inference_mode()
def embed_texts(
    model: DualEncoder,
    texts: Sequence[str],
    batch_size: int,
    device: torch.device,
    spread: Spread = IN_ONE_PROCESS,
) -> Tensor:
    """Texts → unit vectors ``(N, D)`` in their order.

    The tower's treatment of padding decides which texts share a batch.
    """
    order = model.text.sequence.padding.batch_order([len(text) for text in texts])

    def embed(batch: list[int]) -> Tensor:
        tokens = tokens_of(model.text.encoder, [texts[index] for index in batch])
        found = model.embed_texts({name: tensor.to(device) for name, tensor in tokens.items()}).float()
        if len(found) != len(batch):
            raise broken(model.text.encoder, f"states of {len(batch)} texts", f"those of {len(found)}")
        return found

    embedded = spread.embedded([order[start : start + batch_size] for start in range(0, len(order), batch_size)], embed)
    result = torch.empty_like(embedded)
    result[torch.tensor(order, device=device)] = embedded
    return result


@torch.inference_mode()
def embed_items(
    model: DualEncoder, inputs: Inputs, batch_size: int, device: torch.device, spread: Spread = IN_ONE_PROCESS
) -> Tensor:
    """Features, pixels or frames of N items → unit vectors ``(N, D)``."""
    batches = [np.arange(start, min(start + batch_size, len(inputs))) for start in range(0, len(inputs), batch_size)]
    return spread.embedded(batches, lambda items: model.embed_items(input_batch(inputs, items, device)).float())
