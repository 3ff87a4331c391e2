"""The text side of a model as a module of sentence-transformers; needs ``crossret[sentence-transformers]``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule
from torch import Tensor

from crossret.interchange.text_side import TextSide, read_text_side, write_text_side
from crossret.interchange.whole_folder import whole_folder
from crossret.model.token_states import tokens_of
from crossret.plugins import registry

WEIGHTS: Final = "crossret.safetensors"
EMBEDDING: Final = "sentence_embedding"


class CrossretText(InputModule):  # type: ignore[misc]
    """Texts → unit vectors, from the encoder to the head.

    Prompts are put before every text.

    Args:
        side: the text side of a model.
    """

    def __init__(self, side: TextSide) -> None:
        super().__init__()
        self.tower, self.recipe = side.tower, side.recipe

    def preprocess(self, inputs: Sequence[str], prompt: str | None = None, **_: Any) -> dict[str, Tensor]:
        """What the text encoder reads."""
        return dict(tokens_of(self.tower.encoder, [(prompt or "") + text for text in inputs]))

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Adds the unit vectors ``(N, D)``."""
        tokens = {name: value for name, value in features.items() if isinstance(value, Tensor)}
        return {**features, EMBEDDING: self.tower(tokens)}

    def get_embedding_dimension(self) -> int:
        """D."""
        return self.recipe.model.common

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Write weights and recipe as one file."""
        write_text_side(Path(output_path) / WEIGHTS, TextSide(self.tower, self.recipe))

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **options: Any) -> Self:
        """Read what :meth:`save` wrote, from a folder or a hub."""
        where = {name: options.get(name) for name in ("token", "cache_folder", "revision")}
        local = bool(options.get("local_files_only"))
        path = cls.load_file_path(model_name_or_path, WEIGHTS, subfolder, local_files_only=local, **where)
        return cls(read_text_side(Path(str(path)), registry()))


def sentence_transformer(side: TextSide, device: str = "cpu") -> Any:
    """The text side as a ``SentenceTransformer``."""
    return SentenceTransformer(modules=[CrossretText(side)], device=device, similarity_fn_name="cosine")


def write_sentence_transformer(folder: Path, side: TextSide) -> None:
    """Write a new folder; ``SentenceTransformer(folder, trust_remote_code=True)`` reads it where crossret is installed.

    Raises:
        UsageError: the folder is there already, and not empty.
    """
    with whole_folder(folder) as written:
        sentence_transformer(side).save(str(written), create_model_card=False)
