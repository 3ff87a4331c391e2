"""A trained model as mteb measures models: texts and pictures; needs ``crossret[mteb]``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from mteb.models import ModelMeta
from torch import Tensor

from crossret.bench.asking import device_of
from crossret.bench.checkpoints import Checkpoint, read_checkpoint
from crossret.errors import UsageError
from crossret.evaluation.encoding import embed_items, embed_texts
from crossret.plugins import registry

TEXT: Final = "text"
PICTURE: Final = "image"


class MtebModel:
    """Follows ``mteb.models.EncoderProtocol`` for texts and pictures.

    Args:
        model_name: a folder with a trained model, or its file.
        revision: a name for this state of it; ``None``: its key.
        device: where it computes; ``None``: the CPU.

    Raises:
        DataError: no trained model there.
    """

    def __init__(self, model_name: str, revision: str | None = None, *, device: str | None = None, **_: Any) -> None:
        path = Path(model_name)
        self.checkpoint = read_checkpoint(path, registry(), device or "cpu")
        self._meta = _meta(path.resolve().name, revision, self.checkpoint)

    @property
    def mteb_model_meta(self) -> Any:
        """What mteb writes beside the scores."""
        return self._meta

    def encode(self, inputs: Iterable[Mapping[str, Any]], **_: Any) -> np.ndarray:
        """Batches of texts, or of pictures → unit vectors ``(N, D)``.

        Raises:
            UsageError: an input is neither, or both at once, or the model cannot see new pictures.
        """
        texts: list[str] = []
        rows: list[Tensor] = []
        for batch in inputs:
            if (TEXT in batch) == (PICTURE in batch):
                found = ", ".join(sorted(batch)) or "nothing"
                raise UsageError(f"a crossret model reads texts or pictures, one at a time; the inputs have: {found}")
            if TEXT in batch:
                texts.extend(batch[TEXT])
            else:
                rows.append(self._pictures(batch[PICTURE]))
        if texts:
            checkpoint = self.checkpoint
            batch_size = checkpoint.assembly.recipe.evaluation.batch_size
            rows.append(embed_texts(checkpoint.model, texts, batch_size, device_of(checkpoint)))
        return torch.cat(rows).cpu().numpy()

    def _pictures(self, pictures: Iterable[Any]) -> Tensor:
        visual = self.checkpoint.assembly.visual
        seen = np.concatenate([visual.of_picture(picture.convert("RGB")) for picture in pictures])
        return embed_items(self.checkpoint.model, seen, len(seen), device_of(self.checkpoint))

    def similarity(self, embeddings1: Any, embeddings2: Any) -> Tensor:
        """Cosines ``(N, M)`` of unit vectors ``(N, D)`` and ``(M, D)``."""
        left, right = torch.as_tensor(embeddings1), torch.as_tensor(embeddings2)
        return left @ right.T

    def similarity_pairwise(self, embeddings1: Any, embeddings2: Any) -> Tensor:
        """Cosines ``(N,)`` of unit vectors, row by row."""
        return (torch.as_tensor(embeddings1) * torch.as_tensor(embeddings2)).sum(-1)


def load(checkpoint: str | Path, device: str = "cpu") -> MtebModel:
    """A trained model for ``mteb.evaluate``.

    Raises:
        DataError: no trained model there.
    """
    return MtebModel(str(checkpoint), device=device)


def _meta(name: str, revision: str | None, checkpoint: Checkpoint) -> Any:
    return ModelMeta(
        loader=MtebModel,
        name=f"crossret/{name}",
        revision=revision or checkpoint.key[:16],
        release_date=None,
        languages=None,
        n_parameters=sum(weights.numel() for weights in checkpoint.model.parameters()),
        memory_usage_mb=None,
        max_tokens=None,
        embed_dim=checkpoint.assembly.recipe.model.common,
        license=None,
        open_weights=None,
        public_training_code=None,
        public_training_data=None,
        framework=["PyTorch"],
        similarity_fn_name="cosine",
        use_instructions=False,
        training_datasets=None,
        modalities=["text", "image"],
    )
