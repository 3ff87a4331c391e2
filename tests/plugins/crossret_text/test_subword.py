from __future__ import annotations

import copy
import pickle
import random
import time

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crossret.contracts.text import TextEncoder
from crossret.errors import DataError
from crossret_text.subword import SubwordTiny, thinned

TEXTS = ["cara sonriente", "笑脸", "وجه مبتسم مع عيون", "ใบหน้ายิ้ม", "हँसता हुआ चेहरा", "😀", "?", "a"]


@pytest.fixture(scope="module")
def encoder() -> SubwordTiny:
    torch.manual_seed(0)
    return SubwordTiny(buckets=4096, dimension=32)


def test_follows_the_contract(encoder: SubwordTiny) -> None:
    assert isinstance(encoder, TextEncoder)
    found = encoder(encoder.tokenize(TEXTS))
    lengths = found.mask.sum(1)
    assert found.states.shape == (len(TEXTS), int(lengths.max()), 32)
    assert found.states.dtype == torch.float32
    assert found.mask.dtype == torch.bool
    assert lengths.tolist() == [2, 2, 4, 7, 3, 1, 1, 1]


def test_states_are_zero_where_the_mask_is_false(encoder: SubwordTiny) -> None:
    found = encoder(encoder.tokenize(TEXTS))
    assert not found.states[~found.mask].any()
    assert found.states[found.mask].abs().sum(1).min() > 0


def test_states_do_not_depend_on_the_other_texts(encoder: SubwordTiny) -> None:
    batch = encoder(encoder.tokenize(TEXTS))
    for row, text in enumerate(TEXTS):
        alone = encoder(encoder.tokenize([text]))
        torch.testing.assert_close(batch.states[row, : alone.states.shape[1]], alone.states[0], rtol=0, atol=0)
        assert int(batch.mask[row].sum()) == alone.mask.shape[1]


def test_states_start_near_zero_so_that_learning_outweighs_chance() -> None:
    torch.manual_seed(0)
    encoder = SubwordTiny(dimension=128)
    for word in ("我", "dog", "internationalisation"):
        found = encoder(encoder.tokenize([word]))
        assert 0 < float(found.states.detach().std()) < 2 / 128


def test_word_order_is_kept(encoder: SubwordTiny) -> None:
    forth, back = encoder(encoder.tokenize(["red dog", "dog red"])).states
    torch.testing.assert_close(forth, back.flip(0))
    assert not torch.allclose(forth[0], forth[1])


def test_case_and_width_do_not_matter(encoder: SubwordTiny) -> None:
    states = encoder(encoder.tokenize(["Red Dog", "ｒｅｄ ＤＯＧ"])).states
    torch.testing.assert_close(states[0], states[1])


def test_long_text_is_cut() -> None:
    encoder = SubwordTiny(buckets=64, dimension=4, max_tokens=3)
    assert encoder.tokenize(["a b c d e"])["mask"].shape == (1, 3)
    long, short = encoder(encoder.tokenize(["a b c d e", "a b c"])).states
    torch.testing.assert_close(long, short)


def test_gradient_reaches_used_buckets_only(encoder: SubwordTiny) -> None:
    encoder.zero_grad()
    tokens = encoder.tokenize(["dog", "red cat"])
    encoder(tokens).states.square().sum().backward()
    gradient = encoder.table.weight.grad
    assert gradient is not None
    assert set(gradient.abs().sum(1).nonzero().flatten().tolist()) == set(tokens["ids"].tolist())


@pytest.mark.parametrize("blank", ["", "  \n", "\u3000"])
def test_blank_text_is_an_error(encoder: SubwordTiny, blank: str) -> None:
    with pytest.raises(DataError, match="text 1 of 2 is blank"):
        encoder.tokenize(["dog", blank])


def test_no_texts_give_no_states(encoder: SubwordTiny) -> None:
    assert encoder(encoder.tokenize([])).states.shape == (0, 0, 32)


@pytest.mark.parametrize("option", ["buckets", "dimension", "max_tokens"])
def test_sizes_must_be_positive(option: str) -> None:
    with pytest.raises(ValueError, match=f"{option}=0"):
        SubwordTiny(**{option: 0})


def test_survives_pickling_and_copying(encoder: SubwordTiny) -> None:
    tokens = encoder.tokenize(TEXTS)
    for other in (pickle.loads(pickle.dumps(encoder)), copy.deepcopy(encoder)):
        torch.testing.assert_close(other(other.tokenize(TEXTS)).states, encoder(tokens).states, rtol=0, atol=0)


def test_fingerprint_follows_the_settings() -> None:
    prints = {SubwordTiny(**options).fingerprint() for options in ({}, {"buckets": 64}, {"max_tokens": 8})}
    assert len(prints) == 3
    assert SubwordTiny().fingerprint() in prints


@given(st.lists(st.text(st.characters(), min_size=1).filter(str.strip), min_size=1, max_size=4))
def test_any_text_that_is_not_blank_has_finite_states(texts: list[str]) -> None:
    encoder = SubwordTiny(buckets=97, dimension=3, max_tokens=5)
    found = encoder(encoder.tokenize(texts))
    assert found.mask.any(1).all()
    assert found.mask.sum(1).max() <= 5
    assert found.states.isfinite().all()


def test_keeps_up_with_training() -> None:
    generator = random.Random(0)
    letters = "abcdefghijklmnopqrstuvwxyz"
    lexicon = ["".join(generator.choices(letters, k=generator.randint(2, 10))) for _ in range(3000)]
    texts = [" ".join(generator.choices(lexicon, k=generator.randint(1, 6))) for _ in range(384)]
    encoder = SubwordTiny()
    encoder.tokenize(texts)
    durations = []
    for _ in range(5):
        start = time.process_time()
        encoder.tokenize(texts)
        durations.append(time.process_time() - start)
    # Measured at 1 ms; a cache that misses takes ten times as long.
    assert min(durations) < 0.005


@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=8), share=st.floats(0, 0.99), seed=st.integers(0, 99))
def test_ngrams_left_out_at_random_leave_every_word_some_of_its_own(
    lengths: list[int], share: float, seed: int
) -> None:
    ids = torch.arange(sum(lengths))
    offsets = torch.tensor([0, *lengths]).cumsum(0)
    torch.manual_seed(seed)
    kept, starts = thinned(ids, offsets, share)
    assert len(starts) == len(offsets)
    assert int(starts[-1]) == len(kept)
    for word in range(len(lengths)):
        own = kept[starts[word] : starts[word + 1]].tolist()
        assert own
        assert set(own) <= set(range(int(offsets[word]), int(offsets[word + 1])))
    if share == 0:
        assert torch.equal(kept, ids)


def test_ngrams_are_left_out_in_training_only_and_by_torchs_generator() -> None:
    torch.manual_seed(0)
    plain, thinning = SubwordTiny(4096, 32), SubwordTiny(4096, 32, ngram_dropout=0.4)
    thinning.load_state_dict(plain.state_dict())
    tokens = plain.tokenize(TEXTS)
    assert torch.equal(thinning.eval()(tokens).states, plain(tokens).states)
    thinning.train()
    first, second = thinning(tokens).states, thinning(tokens).states
    assert not torch.equal(first, second)
    torch.manual_seed(5)
    third = thinning(tokens).states
    torch.manual_seed(5)
    assert torch.equal(thinning(tokens).states, third)
    assert torch.equal(third.abs().sum(2) > 0, tokens["mask"])


def test_the_share_of_ngrams_left_out_is_the_one_asked_for() -> None:
    torch.manual_seed(0)
    kept, _ = thinned(torch.arange(40_000), torch.tensor([0, 40_000]), 0.3)
    assert len(kept) / 40_000 == pytest.approx(0.7, abs=0.01)


def test_an_encoder_that_leaves_out_ngrams_is_another_one() -> None:
    assert SubwordTiny().fingerprint() == SubwordTiny(ngram_dropout=0.0).fingerprint()
    assert SubwordTiny().fingerprint() != SubwordTiny(ngram_dropout=0.1).fingerprint()
    with pytest.raises(ValueError, match="ngram_dropout=1"):
        SubwordTiny(ngram_dropout=1)
