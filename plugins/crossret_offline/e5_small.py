"""``e5-small``: multilingual-E5-small (Wang et al., 2024) from a package, its 4-bit weights decoded."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel
from transformers.initialization import no_init_weights

from crossret.errors import UsageError
from crossret_offline.e5_file import E5File, read_e5
from crossret_offline.e5_tokenizer import xlmr_tokenizer
from crossret_offline.packaged import E5_SMALL
from crossret_text.layers import TrainLayers
from crossret_text.network import NetworkEncoder, Reading

EMBEDDINGS = {
    "word_embeddings.weight": "emb.word",
    "position_embeddings.weight": "emb.pos",
    "token_type_embeddings.weight": "emb.type",
    "LayerNorm.weight": "emb.ln.w",
    "LayerNorm.bias": "emb.ln.b",
}
LAYER = {
    "attention.self.query.weight": "q.w",
    "attention.self.query.bias": "q.b",
    "attention.self.key.weight": "k.w",
    "attention.self.key.bias": "k.b",
    "attention.self.value.weight": "v.w",
    "attention.self.value.bias": "v.b",
    "attention.output.dense.weight": "ao.w",
    "attention.output.dense.bias": "ao.b",
    "attention.output.LayerNorm.weight": "aln.w",
    "attention.output.LayerNorm.bias": "aln.b",
    "intermediate.dense.weight": "fi.w",
    "intermediate.dense.bias": "fi.b",
    "output.dense.weight": "fo.w",
    "output.dense.bias": "fo.b",
    "output.LayerNorm.weight": "oln.w",
    "output.LayerNorm.bias": "oln.b",
}


class E5Small(NetworkEncoder):
    """Token states of multilingual-E5-small, about 100 languages, 384 wide.

    Args:
        layers: keep only the first of the 12 layers; 0: the word vectors alone, without positions.
        train_layers: ``all`` (embeddings too), ``none``, or the numbers of the layers that train: a list, or a range
            such as ``5-11``.
        max_tokens: tokens kept of a text, special ones and those of the prefix included.
        prefix: put before every text; the model was trained with ``"query: "`` and ``"passage: "``.
        keep_prefix: whether the states of the prefix's tokens are kept.
        cache_states: how states below the first trained layer are kept once computed: ``float16``, ``float32``,
            ``none``, or ``auto``: in float16 if no layer trains, else not.

    Raises:
        UsageError: there are no such layers, fewer positions than ``max_tokens``, or no such precision.
        ComponentError: the package is not installed, or its file is another one.
    """

    def __init__(
        self,
        layers: int = 12,
        train_layers: TrainLayers = "none",
        max_tokens: int = 64,
        prefix: str = "query: ",
        keep_prefix: bool = False,
        cache_states: str = "auto",
    ) -> None:
        file = read_e5(E5_SMALL.path())
        if not 0 <= layers <= file.sizes.layers:
            raise UsageError(f"layers is {layers}; text encoder 'e5-small' has 0 to {file.sizes.layers}")
        super().__init__(
            "e5-small",
            _bert(file, layers) if layers else WordVectors(file),
            xlmr_tokenizer(file.pieces, file.sizes.positions),
            train_layers=train_layers,
            from_scratch=False,
            reading=Reading(max_tokens, prefix, keep_prefix),
            cache_states=cache_states,
        )


class WordVectors(nn.Module):
    """The bare rows of the embedding table, behind the interface of a transformers model."""

    def __init__(self, file: E5File) -> None:
        super().__init__()
        self.config = _config(file, layers=0)
        vocabulary, width = file.sizes.vocabulary, file.sizes.hidden
        self.table = nn.Embedding(vocabulary, width, _weight=_tensor(file, "emb.word", vocabulary, width))
        self.layers = nn.ModuleList()

    def forward(self, input_ids: Tensor, **unread: Tensor) -> SimpleNamespace:
        """Ids ``(N, L)`` → ``last_hidden_state`` ``(N, L, D)``."""
        return SimpleNamespace(last_hidden_state=self.table(input_ids))


def _bert(file: E5File, layers: int) -> Any:
    stored = {f"embeddings.{name}": source for name, source in EMBEDDINGS.items()}
    for number in range(layers):
        stored |= {f"encoder.layer.{number}.{name}": f"l{number}.{source}" for name, source in LAYER.items()}
    with no_init_weights():
        network = BertModel(_config(file, layers), add_pooling_layer=False)
    for name, parameter in network.named_parameters():
        parameter.data = _tensor(file, stored[name], *parameter.shape)
    return network


def _config(file: E5File, layers: int) -> BertConfig:
    sizes = file.sizes
    return BertConfig(
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.hidden,
        num_hidden_layers=layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.feed_forward,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.types,
        layer_norm_eps=sizes.epsilon,
    )


def _tensor(file: E5File, name: str, *shape: int) -> Tensor:
    values: np.ndarray = file.tensor(name)
    return torch.from_numpy(values).view(*shape)
