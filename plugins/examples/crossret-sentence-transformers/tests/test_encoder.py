from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from pathlib import Path

import crossret_sentence_transformers
import numpy as np
import pytest
import torch
from conftest import write_model
from crossret_sentence_transformers.encoder import SentenceEncoder
from sentence_transformers import SentenceTransformer

from crossret.contracts.text import PreparesTexts, TextEncoder, TokenStates
from crossret.errors import ComponentError, DataError, UsageError

TEXTS = ["black cat", "gato", "кот", "黒猫", "a very long sentence about nothing"]


class Kept:
    """A cache in memory that counts what is computed."""

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray] = {}
        self.computed = 0

    def __call__(
        self, kind: str, key: str, shape: tuple[int, ...], dtype: str, blocks: Callable[[], Iterable[np.ndarray]]
    ) -> np.ndarray:
        if key not in self.arrays:
            self.arrays[key] = np.concatenate(list(blocks())).astype(dtype)
            self.computed += 1
        assert self.arrays[key].shape == shape
        return self.arrays[key]


def states(encoder: SentenceEncoder, texts: list[str]) -> TokenStates:
    return encoder(encoder.tokenize(texts))


def rows(encoder: SentenceEncoder, texts: list[str]) -> list[torch.Tensor]:
    found = states(encoder, texts)
    return [of[mask] for of, mask in zip(found.states, found.mask, strict=True)]


def test_it_follows_the_contract(model: Path) -> None:
    encoder = SentenceEncoder(str(model))
    assert isinstance(encoder, TextEncoder)
    assert isinstance(encoder, PreparesTexts)
    found = states(encoder, TEXTS)
    assert found.states.shape == (5, found.mask.shape[1], encoder.dimension)
    assert found.mask.dtype == torch.bool
    assert found.states.dtype == torch.float32


def test_the_mean_of_the_states_is_the_librarys_own_sentence_vector(model: Path) -> None:
    expected = SentenceTransformer(str(model), device="cpu").encode(TEXTS, convert_to_tensor=True)
    means = torch.stack([of.mean(0) for of in rows(SentenceEncoder(str(model)), TEXTS)])
    torch.testing.assert_close(means, expected.cpu(), rtol=1e-4, atol=1e-5)


def test_a_texts_states_do_not_depend_on_the_others(model: Path) -> None:
    encoder = SentenceEncoder(str(model))
    for text, together in zip(TEXTS, rows(encoder, TEXTS), strict=True):
        torch.testing.assert_close(rows(encoder, [text])[0], together, rtol=1e-4, atol=1e-5)


def test_prepared_states_are_those_that_would_be_computed_and_are_computed_once(model: Path) -> None:
    encoder, cache = SentenceEncoder(str(model)), Kept()
    expected = rows(encoder, TEXTS)
    encoder.prepare(TEXTS, cache)
    encoder.prepare(TEXTS, cache)
    assert "states" in encoder.tokenize(TEXTS[1:3])
    assert "input_ids" in encoder.tokenize(["never seen", TEXTS[0]])
    for before, after in zip(expected, rows(encoder, TEXTS), strict=True):
        torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-5)
    SentenceEncoder(str(model)).prepare(TEXTS, cache)
    assert cache.computed == 1


def test_prepared_states_are_forgotten_with_the_weights_that_made_them(model: Path) -> None:
    encoder = SentenceEncoder(str(model))
    encoder.prepare(TEXTS, Kept())
    encoder.load_state_dict(encoder.state_dict())
    assert "input_ids" in encoder.tokenize(TEXTS)


def test_frozen_it_neither_trains_nor_drops_out(model: Path) -> None:
    encoder = SentenceEncoder(str(model)).train()
    assert not any(parameter.requires_grad for parameter in encoder.parameters())
    assert not any(module.training for module in encoder.transformer.modules())
    assert torch.equal(states(encoder, TEXTS).states, states(encoder, TEXTS).states)


def test_trained_it_gets_gradients_and_is_never_looked_up(model: Path) -> None:
    encoder, cache = SentenceEncoder(str(model), trains=True), Kept()
    encoder.prepare(TEXTS, cache)
    assert not cache.arrays
    encoder.train()
    states(encoder, TEXTS).states.square().mean().backward()
    assert all(p.grad is not None for n, p in encoder.named_parameters() if "pooler" not in n)


def test_the_fingerprint_tells_weights_and_options_apart(model: Path, tmp_path: Path) -> None:
    same = SentenceEncoder(str(model)).fingerprint()
    assert SentenceEncoder(str(model)).fingerprint() == same
    others = {
        SentenceEncoder(str(model), max_tokens=8).fingerprint(),
        SentenceEncoder(str(model), prompt="q: ").fingerprint(),
        SentenceEncoder(str(write_model(tmp_path, seed=1))).fingerprint(),
    }
    assert len(others | {same}) == 4


def test_prompt_and_length(model: Path) -> None:
    plain, asked = SentenceEncoder(str(model)), SentenceEncoder(str(model), prompt="q: ")
    assert asked.tokenize(["gato"])["input_ids"].shape[1] > plain.tokenize(["gato"])["input_ids"].shape[1]
    assert SentenceEncoder(str(model), max_tokens=5).tokenize(TEXTS)["input_ids"].shape[1] == 5


def test_blank_texts_are_refused(model: Path) -> None:
    with pytest.raises(DataError, match="text 1 of 2 is blank"):
        SentenceEncoder(str(model)).tokenize(["gato", "  "])


def test_more_tokens_than_positions_are_refused(model: Path) -> None:
    with pytest.raises(UsageError, match=r"max_tokens is 99; the model in .* takes 1 to 32"):
        SentenceEncoder(str(model), max_tokens=99)


def test_what_is_no_model_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ComponentError, match="no such folder"):
        SentenceEncoder(str(tmp_path / "gone"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ComponentError, match="cannot be loaded: ") as ended:
        SentenceEncoder(str(tmp_path / "empty"))
    assert "\n" not in str(ended.value)
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled" / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ComponentError, match=r"pytorch_model.bin is a pickle; expected model.safetensors"):
        SentenceEncoder(str(tmp_path / "pickled"))


def test_only_public_modules_of_crossret_are_imported() -> None:
    public = ("crossret.contracts", "crossret.hookspecs", "crossret.errors")
    for file in Path(crossret_sentence_transformers.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert all(name.startswith(public) for name in names if name.partition(".")[0] == "crossret"), file
