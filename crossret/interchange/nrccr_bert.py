"""The BERT of an NRCCR checkpoint: its sizes from the shapes of its tensors, and its configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crossret.errors import DataError
from crossret.interchange.nrccr_tensors import Found, Part, Shape

# A buffer that newer versions of transformers no longer save, and a part that token states do not pass.
LEFT_OUT = ("embeddings.position_ids", "pooler.")
HEAD_WIDTH = 64


@dataclass(frozen=True)
class Sizes:
    """What a BERT is built by."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    token_types: int

    def config(self) -> dict[str, Any]:
        """A ``config.json`` of transformers; dropout as the published code sets it."""
        return {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "vocab_size": self.vocabulary,
            "hidden_size": self.width,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "intermediate_size": self.inner,
            "max_position_embeddings": self.positions,
            "type_vocab_size": self.token_types,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1,
            "layer_norm_eps": 1e-12,
            "pad_token_id": 0,
        }

    def shapes(self) -> dict[str, Shape]:
        """Every tensor, without the pooler."""
        width, square = (self.width,), (self.width, self.width)
        shapes: dict[str, Shape] = {
            "embeddings.word_embeddings.weight": (self.vocabulary, self.width),
            "embeddings.position_embeddings.weight": (self.positions, self.width),
            "embeddings.token_type_embeddings.weight": (self.token_types, self.width),
            "embeddings.LayerNorm.weight": width,
            "embeddings.LayerNorm.bias": width,
        }
        for number in range(self.layers):
            layer = f"encoder.layer.{number}"
            for module in ("attention.self.query", "attention.self.key", "attention.self.value"):
                shapes |= {f"{layer}.{module}.weight": square, f"{layer}.{module}.bias": width}
            shapes |= {
                f"{layer}.attention.output.dense.weight": square,
                f"{layer}.attention.output.dense.bias": width,
                f"{layer}.attention.output.LayerNorm.weight": width,
                f"{layer}.attention.output.LayerNorm.bias": width,
                f"{layer}.intermediate.dense.weight": (self.inner, self.width),
                f"{layer}.intermediate.dense.bias": (self.inner,),
                f"{layer}.output.dense.weight": (self.width, self.inner),
                f"{layer}.output.dense.bias": width,
                f"{layer}.output.LayerNorm.weight": width,
                f"{layer}.output.LayerNorm.bias": width,
            }
        return shapes


MULTILINGUAL = Sizes(119547, 768, 12, 12, 3072, 512, 2)
"""``bert-base-multilingual-cased``."""


def sizes_of(bert: Part, heads: int | None) -> Sizes:
    """Sizes from shapes; heads are not among them: by default one per 64 columns, as every published BERT has.

    Raises:
        DataError: a tensor is missing, or the width does not split into the heads.
    """
    layers = {name.split(".")[2] for name in bert.tensors if name.startswith("encoder.layer.")}
    width = bert.size("embeddings.word_embeddings.weight", 1)
    heads = heads or max(1, width // HEAD_WIDTH)
    if width % heads:
        raise DataError(f"{bert.label}: width {width} does not split into {heads} heads; give --bert-heads")
    return Sizes(
        bert.size("embeddings.word_embeddings.weight", 0),
        width,
        len(layers),
        heads,
        bert.size("encoder.layer.0.intermediate.dense.weight", 0),
        bert.size("embeddings.position_embeddings.weight", 0),
        bert.size("embeddings.token_type_embeddings.weight", 0),
    )


def tensors_of(bert: Part, sizes: Sizes) -> dict[str, Found]:
    """The encoder's tensors, under our names.

    Raises:
        DataError: a tensor is missing, has another shape, or belongs to nothing.
    """
    shapes = sizes.shapes()
    modules = {name.rpartition(".")[0]: name.rpartition(".")[0] for name in shapes}
    return bert.without(*LEFT_OUT).renamed(modules, shapes)
