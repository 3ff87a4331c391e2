from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from crossret.contracts.text import PreparesTexts, TokenStates
from crossret.data.array_cache import cached_rows
from crossret.errors import UsageError

transformers = pytest.importorskip("transformers")

from crossret_text.transformer import TransformerEncoder  # noqa: E402

SENTENCES = ["a smiling face with red eyes", "dogs", "cara con ojos", "笑脸 眼睛", "हँसता हुआ चेहरा", "?"]
OTHERS = ["two dogs", "red eyes run on the beach"]
# Float16 keeps 11 bits of states of size 1.
ROUNDED = {"rtol": 2e-3, "atol": 2e-3}
EXACT = {"rtol": 1e-5, "atol": 1e-5}


@pytest.fixture(params=["bert", "xlmr"])
def folder(request: pytest.FixtureRequest) -> str:
    path: str = request.getfixturevalue(request.param)
    return path


def build(folder: str, **options: object) -> TransformerEncoder:
    return TransformerEncoder(folder, **{"max_tokens": 20, **options}).eval()  # type: ignore[arg-type]


def states(encoder: TransformerEncoder, texts: Sequence[str]) -> TokenStates:
    found: TokenStates = encoder(encoder.tokenize(texts))
    return found


def assert_same(found: TokenStates, expected: TokenStates, tolerance: dict[str, float]) -> None:
    assert torch.equal(found.mask, expected.mask)
    torch.testing.assert_close(found.states[found.mask], expected.states[expected.mask], **tolerance)


class CountedCache:
    """The array cache, counting the rows that were computed."""

    def __init__(self) -> None:
        self.rows = 0

    def __call__(
        self, kind: str, key: str, shape: tuple[int, ...], dtype: str, blocks: Callable[[], Iterable[np.ndarray]]
    ) -> np.ndarray:
        def counted() -> Iterable[np.ndarray]:
            for block in blocks():
                self.rows += len(block)
                yield block

        return cached_rows(kind, key, shape, dtype, counted)


@pytest.mark.parametrize("train_layers", ["none", [2]])
@pytest.mark.parametrize("options", [{}, {"prefix": "red eyes ", "keep_prefix": False}], ids=["plain", "prefix"])
@pytest.mark.parametrize(("precision", "tolerance"), [("float32", EXACT), ("float16", ROUNDED)])
def test_prepared_states_equal_computed_ones(
    folder: str, train_layers: object, options: dict[str, object], precision: str, tolerance: dict[str, float]
) -> None:
    plain = build(folder, train_layers=train_layers, cache_states="none", **options)
    encoder = build(folder, train_layers=train_layers, cache_states=precision, **options)
    assert isinstance(encoder, PreparesTexts)
    encoder.prepare(SENTENCES, cached_rows)
    for texts in (SENTENCES, [*SENTENCES, *OTHERS], OTHERS, SENTENCES[1:2]):
        assert_same(states(encoder, texts), states(plain, texts), tolerance)


def test_rounded_states_are_the_same_whether_prepared_or_not(folder: str) -> None:
    encoder, prepared = build(folder, train_layers="none"), build(folder, train_layers="none")
    prepared.prepare(SENTENCES, cached_rows)
    found, expected = states(prepared, SENTENCES), states(encoder, SENTENCES)
    assert torch.equal(found.states.half().float(), found.states)
    assert_same(found, expected, ROUNDED)


def test_gradient_of_trained_layers_is_that_without_a_cache(folder: str) -> None:
    gradients = []
    for cache_states in ("float32", "none"):
        encoder = build(folder, train_layers=[1, 2], cache_states=cache_states)
        encoder.prepare(SENTENCES, cached_rows)
        found = states(encoder, SENTENCES)
        (found.states * found.mask.unsqueeze(2)).square().sum().backward()
        gradients.append({name: p.grad for name, p in encoder.named_parameters() if p.requires_grad})
    assert gradients[0].keys() == gradients[1].keys()
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradient, gradients[1][name], rtol=1e-3, atol=1e-4)


def test_dropout_stays_in_trained_layers(bert: str) -> None:
    encoder = build(bert, train_layers=[2], cache_states="float32").train()
    encoder.prepare(SENTENCES, cached_rows)
    assert encoder.training
    tokens = encoder.tokenize(SENTENCES)
    assert not torch.equal(encoder(tokens).states, encoder(tokens).states)


def test_states_are_computed_once_for_all(bert: str) -> None:
    cache = CountedCache()
    build(bert, train_layers="none").prepare(SENTENCES, cache)
    assert cache.rows > len(SENTENCES)
    computed = cache.rows
    again = build(bert, train_layers="none")
    again.prepare([*reversed(SENTENCES), SENTENCES[0]], cache)
    assert cache.rows == computed
    again.network.forward = None  # type: ignore[assignment]
    assert states(again, SENTENCES).mask.any(1).all()


@pytest.mark.parametrize("options", [{"max_tokens": 4}, {"lowercase": True}, {"train_layers": [2]}, {"prefix": "a "}])
def test_other_options_have_other_states(bert: str, options: dict[str, object]) -> None:
    settings: dict[str, object] = {"train_layers": "none", "cache_states": "float32"}
    build(bert, **settings).prepare(SENTENCES, cache := CountedCache())
    computed = cache.rows
    build(bert, **{**settings, **options}).prepare(SENTENCES, cache)
    assert cache.rows > computed


def test_lists_that_differ_in_one_text_share_most_parts(bert: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossret_text.prepared.PART", 4)
    texts = [f"dogs {number}" for number in range(60)]
    build(bert, train_layers="none").prepare(texts, cache := CountedCache())
    computed = cache.rows
    build(bert, train_layers="none").prepare(texts[:-1], cache)
    assert cache.rows - computed < computed / 4


def test_loaded_frozen_weights_make_new_states(bert: str) -> None:
    encoder, other = build(bert, train_layers="none"), build(bert, train_layers="none", random_init=True)
    encoder.prepare(SENTENCES, cached_rows)
    encoder.load_state_dict(other.state_dict())
    assert_same(states(encoder, SENTENCES), states(other, SENTENCES), EXACT)
    encoder.prepare(SENTENCES, cached_rows)
    assert_same(states(encoder, SENTENCES), states(other, SENTENCES), ROUNDED)


def test_loaded_trained_weights_keep_states(bert: str) -> None:
    encoder = build(bert, train_layers=[2], cache_states="float32")
    encoder.prepare(SENTENCES, cached_rows)
    trained = {name: p * 2 for name, p in encoder.named_parameters() if p.requires_grad}
    encoder.load_state_dict(trained, strict=False)
    assert "states" in encoder.tokenize(SENTENCES)


def test_fingerprint_tells_rounding(bert: str) -> None:
    exact = build(bert, train_layers="none", cache_states="none").fingerprint()
    assert build(bert, train_layers="none", cache_states="float32").fingerprint() == exact
    assert build(bert, train_layers="none").fingerprint() != exact
    assert build(bert, train_layers="all").fingerprint() == exact


def test_nothing_is_kept_if_everything_trains(bert: str, isolated_cache: Path) -> None:
    encoder = build(bert, train_layers="all")
    encoder.prepare(SENTENCES, cached_rows)
    assert "states" not in encoder.tokenize(SENTENCES)
    assert not any(isolated_cache.iterdir())


def test_unknown_precision_is_an_error(bert: str) -> None:
    with pytest.raises(UsageError, match="cache_states is 'half'; expected 'auto', 'none', 'float16' or 'float32'"):
        build(bert, cache_states="half")


def test_network_that_cannot_be_split_is_one_line(bert: str) -> None:
    encoder = build(bert, train_layers=[2], cache_states="float32")
    first: list[torch.Tensor] = []
    encoder.network.embeddings.register_forward_hook(lambda module, inputs, output: first.append(output))
    # A network whose end reads its beginning again, which the upper half does not have.
    encoder.network.encoder.register_forward_hook(
        lambda module, inputs, output: type(output)(last_hidden_state=output.last_hidden_state + first[-1])
    )
    with pytest.raises(UsageError, match="layers of BertModel cannot be run in halves") as caught:
        encoder.prepare(SENTENCES, cached_rows)
    assert "\n" not in str(caught.value)


def test_cache_that_cannot_be_written_costs_time_only(
    bert: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CROSSRET_CACHE", str(tmp_path / "file"))
    encoder = build(bert, train_layers="none")
    with caplog.at_level(logging.WARNING):
        encoder.prepare(SENTENCES, cached_rows)
    assert "cannot be written" in caplog.text
    assert_same(states(encoder, SENTENCES), states(build(bert, train_layers="none"), SENTENCES), ROUNDED)
