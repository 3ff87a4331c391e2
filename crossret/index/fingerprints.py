"""What the embeddings of a trained model depend on, as one hash."""

from __future__ import annotations

import hashlib
import json

import torch

from crossret.bench.checkpoints import Checkpoint
from crossret.model.trained_weights import trained_state


def fingerprint_of(checkpoint: Checkpoint) -> str:
    """Hash of the trained weights, the backbone, the text encoder and how the recipe puts them together."""
    recipe = checkpoint.assembly.recipe
    facts = {
        "model": recipe.model.model_dump(mode="json"),
        "reference": recipe.reference,
        "backbone": checkpoint.assembly.backbone.fingerprint(),
        "text encoder": checkpoint.components.get("text-encoder", ""),
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name, tensor in sorted(trained_state(checkpoint.model).items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()[:24]
