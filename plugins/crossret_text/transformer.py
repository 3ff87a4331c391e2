"""``hf:MODEL``: the text encoders of transformers (BERT, XLM-R and their families)."""

from __future__ import annotations

from crossret_text.layers import TrainLayers
from crossret_text.loading import Source
from crossret_text.network import NetworkEncoder, Reading


class TransformerEncoder(NetworkEncoder):
    """Last hidden states of a transformers model.

    Args:
        model: a name on the hub, or a folder with ``config.json``, ``model.safetensors`` and the tokenizer's files.
        train_layers: ``all`` (embeddings too), ``none``, or the numbers of the encoder layers that train: a list, or a
            range such as ``5-11``.
        random_init: take the architecture but not its weights.
        max_tokens: tokens kept of a text, special ones and those of the prefix included.
        lowercase: lower-case every text first.
        strip_accents: leave out combining marks after canonical decomposition, as uncased BERT tokenizers do and as the
            published code does to a cased one (method section 1.7). It costs Latin letters their accents and Japanese
            kana their voicing marks.
        prefix: put before every text, e.g. ``"query: "`` for E5.
        keep_prefix: whether the states of the prefix's tokens are kept.
        revision: branch, tag or commit on the hub.
        local_files_only: never go online.
        cache_states: how states below the first trained layer are kept once computed: ``float16``, ``float32``,
            ``none``, or ``auto``: in float16 if no layer trains, else not.

    Raises:
        UsageError: the model has no such layers, fewer positions than ``max_tokens``, or there is no such precision.
        ComponentError: the model cannot be loaded.
    """

    def __init__(
        self,
        model: str,
        train_layers: TrainLayers = "all",
        random_init: bool = False,
        max_tokens: int = 64,
        lowercase: bool = False,
        strip_accents: bool = False,
        prefix: str = "",
        keep_prefix: bool = True,
        revision: str | None = None,
        local_files_only: bool = False,
        cache_states: str = "auto",
    ) -> None:
        source = Source(model, revision, local_files_only)
        tokenizer = source.tokenizer()
        super().__init__(
            f"hf:{model}",
            source.random_network() if random_init else source.network(),
            tokenizer,
            train_layers=train_layers,
            from_scratch=random_init,
            reading=Reading(max_tokens, prefix, keep_prefix, lowercase, strip_accents),
            cache_states=cache_states,
        )
