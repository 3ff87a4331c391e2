"""A Marian, M2M100 or NLLB model of transformers: texts in, hypotheses out."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from crossret.errors import DataError
from crossret_translators.neural.decoding import Decoding, Hypothesis
from crossret_translators.neural.families import Tags

KINDS = ("marian", "m2m_100")


def load_tokenizer(path: Path) -> Any:
    """The tokenizer of a model.

    Raises:
        DataError: it cannot be loaded.
    """
    try:
        return AutoTokenizer.from_pretrained(str(path), local_files_only=True, trust_remote_code=False)
    except Exception as error:  # whatever transformers raises
        raise _unreadable(path, "the tokenizer of this model", error) from error


class GeneratingModel:
    """A loaded model.

    Args:
        path: of its folder.
        tokenizer: of the same.
        device: where it computes: in bfloat16 on a GPU, else in float32.

    Raises:
        DataError: it cannot be loaded, some weights are missing, or it is of another kind.
    """

    def __init__(self, path: Path, tokenizer: Any, device: torch.device) -> None:
        self._path, self._tokenizer, self._device = path, tokenizer, device
        try:
            # Without safetensors, the restricted reader: tensors and plain containers only.
            self._network, report = AutoModelForSeq2SeqLM.from_pretrained(
                str(path),
                local_files_only=True,
                trust_remote_code=False,
                weights_only=True,
                dtype=torch.bfloat16 if device.type == "cuda" else torch.float32,
                output_loading_info=True,
            )
        except Exception as error:  # whatever transformers raises
            raise _unreadable(path, "this model", error) from error
        if self._network.config.model_type not in KINDS:
            raise DataError(
                f"{path}: a model of kind {self._network.config.model_type!r}; expected {' or '.join(KINDS)}"
            )
        if report["missing_keys"]:
            missing = sorted(report["missing_keys"])
            raise DataError(f"{path}: {len(missing)} weights are missing, the first is {missing[0]!r}")
        self._network.to(device).eval()

    @property
    def positions(self) -> int:
        """The longest text and translation it was made for, in tokens."""
        return int(self._network.config.max_position_embeddings)

    def hypotheses(self, texts: Sequence[str], tags: Tags, decoding: Decoding) -> list[list[Hypothesis]]:
        """For every text its translations, best first; none for a text of too many tokens."""
        most = min(decoding.most_tokens, self.positions)
        sources = [self._ids(text, tags) for text in texts]
        asked = sorted((i for i, ids in enumerate(sources) if len(ids) <= most), key=lambda i: len(sources[i]))
        found: list[list[Hypothesis]] = [[] for _ in texts]
        for batch in _batches(asked, sources, decoding):
            for index, hypotheses in zip(
                batch, self._generate([sources[i] for i in batch], tags, decoding, most), strict=True
            ):
                found[index] = hypotheses
        return found

    def _ids(self, text: str, tags: Tags) -> list[int]:
        """Token ids of a text, tag and end included: the tag is never looked for inside the text."""
        # Marian's tokenizer takes what stands between ">>" and "<<" at the beginning for a language.
        harmless = f" {text}" if text.startswith(">>") else text
        pieces = self._tokenizer.tokenize(harmless, split_special_tokens=True)
        tokens = [*filter(None, (tags.before,)), *pieces, self._tokenizer.eos_token]
        return [int(number) for number in self._tokenizer.convert_tokens_to_ids(tokens)]

    @torch.inference_mode()
    def _generate(self, sources: list[list[int]], tags: Tags, decoding: Decoding, most: int) -> list[list[Hypothesis]]:
        padding = int(self._tokenizer.pad_token_id)
        width = max(map(len, sources))
        ids = torch.tensor([source + [padding] * (width - len(source)) for source in sources], device=self._device)
        mask = torch.tensor(
            [[1] * len(source) + [0] * (width - len(source)) for source in sources], device=self._device
        )
        each = decoding.alternatives + 1
        sequences = self._network.generate(
            input_ids=ids, attention_mask=mask, generation_config=self._config(tags, decoding, most)
        )
        scores = self._scores(ids.repeat_interleave(each, 0), mask.repeat_interleave(each, 0), sequences, tags)
        first = _first(tags)
        said = [self._hypothesis(row[first:], score) for row, score in zip(sequences.tolist(), scores, strict=True)]
        groups = [said[start : start + each] for start in range(0, len(said), each)]
        return [sorted(group, key=lambda hypothesis: -hypothesis.score) for group in groups]

    def _config(self, tags: Tags, decoding: Decoding, most: int) -> Any:
        config = copy.deepcopy(self._network.generation_config)
        config.num_beams = decoding.beam
        config.num_return_sequences = decoding.alternatives + 1
        config.do_sample = False
        config.early_stopping = decoding.beam > 1
        config.length_penalty = 1.0
        config.max_length = most
        # The stored configuration may force an end where the limit is, which looks like one of the model's own.
        config.forced_eos_token_id = None
        config.forced_bos_token_id = self._tokenizer.convert_tokens_to_ids(tags.start) if tags.start else None
        return config

    def _scores(self, ids: Tensor, mask: Tensor, sequences: Tensor, tags: Tags) -> list[float]:
        """Mean log-probability of each sequence ``(N, T)``'s tokens, end included, tags and padding not."""
        end = self._tokenizer.eos_token_id
        first = _first(tags)
        said = sequences[:, first:]
        ends = said == end
        kept = ends.cumsum(1) - ends.long() == 0
        logits = self._network(input_ids=ids, attention_mask=mask, decoder_input_ids=sequences[:, :-1]).logits
        logits = logits[:, first - 1 :].float()
        # Tokens that are never said, such as Marian's padding, have no probability either.
        logits[..., self._forbidden()] = -torch.inf
        logs = logits.gather(2, said[:, :, None]).squeeze(2) - logits.logsumexp(2)
        return [float(value) for value in logs.where(kept, 0).sum(1) / kept.sum(1).clamp(min=1)]

    def _forbidden(self) -> list[int]:
        words = self._network.generation_config.bad_words_ids or []
        return [word[0] for word in words if len(word) == 1]

    def _hypothesis(self, row: list[int], score: float) -> Hypothesis:
        text = self._tokenizer.decode(row, skip_special_tokens=True)
        return Hypothesis(text, score, self._tokenizer.eos_token_id in row)


def _first(tags: Tags) -> int:
    """Where the answer begins: behind the decoder's start, and behind the language."""
    return 2 if tags.start else 1


def _batches(order: Sequence[int], sources: Sequence[Sequence[int]], decoding: Decoding) -> Iterator[list[int]]:
    """Texts of growing length in batches; beams count."""
    batch: list[int] = []
    for index in order:
        if batch and len(sources[index]) * (len(batch) + 1) * decoding.beam > decoding.batch_tokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _unreadable(path: Path, what: str, error: Exception) -> DataError:
    reason = str(error).strip().partition("\n")[0]
    return DataError(f"{path}: {what} cannot be loaded: {reason or type(error).__name__}")
