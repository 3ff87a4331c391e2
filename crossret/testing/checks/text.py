"""Text encoders: :mod:`crossret.contracts.text`."""

from __future__ import annotations

import random
from typing import Any

import torch

from crossret.contracts.text import PreparesTexts, TextEncoder, TokenStates
from crossret.errors import DataError
from crossret.testing.observing import all_texts
from crossret.testing.outcomes import ConformanceError, NotApplicableError, expect
from crossret.testing.probes import LONG, ODD_TEXTS, texts_in
from crossret.testing.rows import KeptRows
from crossret.testing.subject import Subject

# A unit in the last place of half precision, in which frozen states may be kept.
STATE_TOLERANCE = 2**-10
PREPARED_TOLERANCE = 2e-2


def _encoded(encoder: Any, texts: list[str]) -> TokenStates:
    encoder.eval()
    with torch.no_grad():
        found: TokenStates = encoder(encoder.tokenize(texts))
    return found


def states_have_shape_and_type(subject: Subject) -> None:
    """States are finite float32 of (N, L, D) with D its dimension, and the mask is bool of (N, L)."""
    encoder, texts = subject.build(), all_texts(subject)
    out = _encoded(encoder, texts)
    wanted = (len(texts), out.mask.shape[-1], encoder.dimension)
    expect(out.states.dtype == torch.float32, "float32 states", out.states.dtype)
    expect(out.mask.dtype == torch.bool, "a bool mask", out.mask.dtype)
    expect(out.states.shape == wanted, f"states of shape {wanted}", tuple(out.states.shape))
    expect(out.mask.shape == wanted[:2], f"a mask of shape {wanted[:2]}", tuple(out.mask.shape))
    expect(bool(out.mask.any(1).all()), "a real token in every text", "a text without one")
    expect(bool(out.states[out.mask].isfinite().all()), "finite states", "nan or inf")


def meta_tells_its_dimension(subject: Subject) -> None:
    """The dimension in its meta is that of its states."""
    told = subject.component.meta.dimension
    if told is None:
        raise NotApplicableError("its meta tells no dimension")
    dimension = subject.build().dimension
    expect(told == dimension, f"the dimension {told} of its meta", dimension)


def tokens_are_tensors_on_the_cpu(subject: Subject) -> None:
    """Tokens are named tensors on the CPU, and states come out on the tokens' device."""
    encoder = subject.build()
    tokens = encoder.tokenize(all_texts(subject))
    wrong = [name for name, t in tokens.items() if not isinstance(t, torch.Tensor) or t.device.type != "cpu"]
    expect(bool(tokens) and not wrong, "named tensors on the CPU", f"others: {', '.join(wrong) or 'no tokens at all'}")
    out = _encoded(encoder, all_texts(subject))
    expect(out.states.device.type == out.mask.device.type == "cpu", "states on the CPU", out.states.device)


def states_do_not_depend_on_padding(subject: Subject) -> None:
    """A text has the same states alone and padded to the length of a longer text."""
    encoder = subject.build()
    for text in _short_texts(subject):
        _compare(encoder, text, [text, LONG.format(text)], "beside a longer text, which pads it")


def states_do_not_depend_on_the_batch(subject: Subject) -> None:
    """A text has the same states alone and in a batch with others, whatever their order."""
    encoder, texts = subject.build(), all_texts(subject)
    shuffled = random.Random(0).sample(texts, len(texts))
    for text in _short_texts(subject):
        _compare(encoder, text, [text, *(other for other in shuffled if other != text)], "in a batch with others")


def _compare(encoder: TextEncoder, text: str, batch: list[str], where: str) -> None:
    alone, beside = _encoded(encoder, [text]), _encoded(encoder, batch)
    first, second = alone.states[0][alone.mask[0]], beside.states[0][beside.mask[0]]
    expect(first.shape == second.shape, f"{len(first)} real tokens {where}, as alone", f"{len(second)} ({text!r})")
    gap = float((first - second).abs().max())
    allowed = STATE_TOLERANCE * max(1.0, float(first.abs().max()))
    expect(gap <= allowed, f"the same states {where}", f"a difference of {gap:.2g} ({text!r})")


def _short_texts(subject: Subject) -> list[str]:
    return [texts[0] for texts in texts_in(subject.component.meta.languages).values()]


def tells_texts_apart(subject: Subject) -> None:
    """Different texts of every language have different states (Latin, Cyrillic and Han scripts)."""
    encoder = subject.build()
    for lang, texts in texts_in(subject.component.meta.languages).items():
        out = _encoded(encoder, texts)
        lengths = out.mask.sum(1, keepdim=True)
        means = (out.states * out.mask.unsqueeze(2)).sum(1) / lengths
        gaps = torch.cdist(means, means) + torch.eye(len(texts))
        closest = int(gaps.argmin())
        pair = texts[closest // len(texts)], texts[closest % len(texts)]
        expect(float(gaps.min()) > 1e-7, f"different states of different texts in {lang!r}", f"equal ones of {pair}")


def reads_any_unicode(subject: Subject) -> None:
    """Emoji, right-to-left letters, markup and very long texts are read, and their states are finite."""
    encoder = subject.build()
    out = _encoded(encoder, [*ODD_TEXTS, "word " * 2000])
    expect(bool(out.states[out.mask].isfinite().all()), "finite states of odd texts", "nan or inf")
    expect(bool(out.mask.any(1).all()), "a real token in every text that is not blank", "a text without one")


def refuses_blank_texts(subject: Subject) -> None:
    """A blank text is a DataError."""
    encoder = subject.build()
    for blank in ("", "  "):
        try:
            encoder.tokenize(["red", blank])
        except DataError:
            continue
        except Exception as error:
            raise ConformanceError(f"DataError for the text {blank!r}", f"{type(error).__name__}: {error}") from error
        raise ConformanceError(f"DataError for the text {blank!r}", "no error")


def preparing_changes_nothing(subject: Subject) -> None:
    """States of texts that were prepared equal those of texts that were not, to the precision that it keeps."""
    encoder = subject.build(seed=1)
    if not isinstance(encoder, PreparesTexts):
        raise NotApplicableError("it prepares nothing")
    texts = all_texts(subject)
    plain = _encoded(encoder, texts)
    encoder.prepare(texts, KeptRows())
    prepared = _encoded(encoder, texts)
    one, other = _means(plain), _means(prepared)
    gap = float((one - other).abs().max() / one.abs().max().clamp_min(1e-6))
    expect(gap <= PREPARED_TOLERANCE, "the same states after preparing", f"a relative difference of {gap:.2g}")


def _means(out: TokenStates) -> torch.Tensor:
    """Prepared tokens may come in another order."""
    return (out.states * out.mask.unsqueeze(2)).sum(1) / out.mask.sum(1, keepdim=True)


CHECKS = (
    states_have_shape_and_type,
    meta_tells_its_dimension,
    tokens_are_tensors_on_the_cpu,
    states_do_not_depend_on_padding,
    states_do_not_depend_on_the_batch,
    tells_texts_apart,
    reads_any_unicode,
    refuses_blank_texts,
    preparing_changes_nothing,
)
