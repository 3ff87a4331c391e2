"""The tokenizer of XLM-R, which E5 shares, built from a list of pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sentencepiece import SentencePieceNormalizer
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

BEGIN, PAD, END, UNKNOWN, MASK = "<s>", "<pad>", "</s>", "<unk>", "<mask>"
NORMALISER_SPEC = 3
CHARACTER_MAP = 2


def xlmr_tokenizer(pieces: list[tuple[str, float]], positions: int) -> Any:
    """A fast tokenizer that wraps a text in ``<s>`` and ``</s>``, padding on the right.

    Args:
        pieces: the unigram vocabulary with log probabilities, in the order of ids.
        positions: most tokens that the model takes.
    """
    ids = {piece: number for number, (piece, _) in enumerate(pieces)}
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=ids[UNKNOWN]))
    tokenizer.normalizer = normalizers.Sequence(
        [
            # The rule of sentencepiece that XLM-R was trained with turned a zero-width joiner into a space.
            normalizers.Replace("\u200d", " "),
            normalizers.Precompiled(_character_map("nmt_nfkc")),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A {END}", special_tokens=[(BEGIN, ids[BEGIN]), (END, ids[END])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=positions,
        padding_side="right",
        bos_token=BEGIN,
        eos_token=END,
        unk_token=UNKNOWN,
        pad_token=PAD,
        mask_token=MASK,
    )


def _character_map(rule: str) -> bytes:
    """The compiled map of one of sentencepiece's normalisation rules."""
    model: bytes = SentencePieceNormalizer(rule_name=rule).serialized_model_proto()
    (spec,) = (content for number, content in _messages(model) if number == NORMALISER_SPEC)
    (mapping,) = (content for number, content in _messages(spec) if number == CHARACTER_MAP)
    return mapping


def _messages(proto: bytes) -> Iterator[tuple[int, bytes]]:
    """The length-delimited fields of a protobuf message, the only kind that sentencepiece writes here."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = proto[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(proto):
        tag = varint()
        if tag & 7 == 2:
            length = varint()
            yield tag >> 3, proto[at : at + length]
            at += length
        else:
            varint()
