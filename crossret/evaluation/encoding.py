"""Embeds many texts or items with a trained model, in batches and without a graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from crossret.data.input_batches import Inputs, input_batch
from crossret.makers import broken
from crossret.model.dual_encoder import DualEncoder
from crossret.model.token_states import tokens_of


@torch.inference_mode()
def embed_texts(model: DualEncoder, texts: Sequence[str], batch_size: int, device: torch.device) -> Tensor:
    """Texts → unit vectors ``(N, D)`` in their order.

    The tower's treatment of padding decides which texts share a batch.
    """
    order = model.text.sequence.padding.batch_order([len(text) for text in texts])
    rows: list[Tensor] = []
    for start in range(0, len(order), batch_size):
        part = [texts[index] for index in order[start : start + batch_size]]
        tokens = tokens_of(model.text.encoder, part)
        rows.append(model.embed_texts({name: tensor.to(device) for name, tensor in tokens.items()}).float())
        if len(rows[-1]) != len(part):
            raise broken(model.text.encoder, f"states of {len(part)} texts", f"those of {len(rows[-1])}")
    embedded = torch.cat(rows)
    result = torch.empty_like(embedded)
    result[torch.tensor(order, device=device)] = embedded
    return result


@torch.inference_mode()
def embed_items(model: DualEncoder, inputs: Inputs, batch_size: int, device: torch.device) -> Tensor:
    """Features, pixels or frames of N items → unit vectors ``(N, D)``."""
    batches = (np.arange(start, min(start + batch_size, len(inputs))) for start in range(0, len(inputs), batch_size))
    return torch.cat([model.embed_items(input_batch(inputs, items, device)).float() for items in batches])
