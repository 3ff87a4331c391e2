from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain, combinations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from crossret.contracts.loss import View, Views
from crossret.model.dual_encoder import DualEncoder, TextBatch, text_views
from crossret.model.text_tower import TextTower
from crossret.model.visual_tower import VisualTower
from crossret.recipe.models import TextRecipe, VisualRecipe
from crossret_text.subword import SubwordTiny

WORDS = ("owl", "red", "tree", "of", "small", "ночь", "猫", "été", "sun", "a", "very", "long-winded")
ALL: tuple[View, ...] = ("visual", "source", "target", "back", "cross")
texts = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join), min_size=1, max_size=6)


def small_model(positions: int = 12, dropout: float = 0.0) -> DualEncoder:
    torch.manual_seed(3)
    recipe = TextRecipe(width=16, heads=4, query_width=8, positions=positions, dropout=dropout)
    text = TextTower(SubwordTiny(buckets=256, dimension=12, max_tokens=20), recipe, 10, dropout)
    visual = VisualTower(6, VisualRecipe(hidden=7, dropout=dropout), 10, dropout)
    return DualEncoder(visual, text)


def embed(model: DualEncoder, sentences: list[str]) -> Tensor:
    with torch.inference_mode():
        return model.embed_texts(model.text.encoder.tokenize(sentences))


def run(model: DualEncoder, sentences: Mapping[View, list[str]], wanted: Collection[View]) -> Views:
    needed = text_views(wanted)
    tokens = model.text.encoder.tokenize([text for view in needed for text in sentences[view]])
    count = len(sentences["source"])
    labels = Views({}, {}, torch.arange(count), torch.zeros(count, dtype=torch.int64))
    counts = {view: len(sentences[view]) for view in needed}
    inputs = torch.linspace(-1, 1, count * 6).view(count, 6)
    found: Views = model(inputs, [TextBatch(tokens, counts)], wanted, labels)
    return found


SENTENCES: dict[View, list[str]] = {
    "source": ["a red owl", "sun", "small tree of red sun"],
    "target": ["猫", "very very long-winded owl of ночь", "été"],
    "back": ["owl", "a small sun of ночь", "red red"],
}


@settings(deadline=None, max_examples=40)
@given(sentences=texts)
def test_a_text_is_embedded_the_same_in_any_batch(sentences: list[str]) -> None:
    model = small_model().eval()
    together = embed(model, sentences)
    torch.testing.assert_close(together.norm(dim=1), torch.ones(len(sentences)))
    for row, sentence in zip(together, sentences, strict=True):
        torch.testing.assert_close(row, embed(model, [sentence])[0], rtol=1e-4, atol=1e-5)
    backwards = embed(model, sentences[::-1]).flip(0)
    torch.testing.assert_close(together, backwards, rtol=1e-4, atol=1e-5)


def test_the_order_of_words_matters() -> None:
    """Positions are part of a text: without them the attention block would see a bag of words."""
    found = embed(small_model().eval(), ["red owl tree", "tree owl red"])
    assert (found[0] - found[1]).abs().max() > 1e-3


def test_a_text_longer_than_the_position_table_is_cut() -> None:
    model = small_model(positions=4).eval()
    found = embed(model, ["a red owl of", "a red owl of sun tree", "a red owl"])
    torch.testing.assert_close(found[0], found[1])
    assert (found[0] - found[2]).abs().max() > 1e-3


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 1000))
def test_states_of_padding_never_matter(seed: int) -> None:
    model = small_model().eval()
    generator = torch.Generator().manual_seed(seed)
    tokens = model.text.encoder.tokenize(["a red owl", "sun"])
    plain = model.text.encode(tokens)
    noise = torch.randn(plain.projected.shape, generator=generator) * 50
    projected = torch.where(plain.mask.unsqueeze(2), plain.projected, noise)
    disturbed = type(plain)(plain.raw, projected, plain.mask, model.text.sequence.attention.heads_of(projected))
    torch.testing.assert_close(model.text.pool(plain), model.text.pool(disturbed))
    torch.testing.assert_close(model.text.pool_across(plain, plain), model.text.pool_across(disturbed, disturbed))


def test_the_teacher_sees_both_sides() -> None:
    """The pooled cross vector changes with the source and with the target; no residual carries the source itself."""
    model = small_model().eval()
    encode = model.text.encode
    one, other = (encode(model.text.encoder.tokenize([text])) for text in ("a red owl", "sun tree"))
    pairs = {
        (a, b): model.text.pool_across(x, y)
        for a, x in zip("so", (one, other), strict=True)
        for b, y in zip("so", (one, other), strict=True)
    }
    for first, second in combinations(pairs.values(), 2):
        assert (first - second).abs().max() > 1e-4
    with torch.no_grad():
        model.text.sequence.attention.output.weight.zero_()
    silent = model.text.sequence.attention.attend_across(one.heads, one.mask, other.heads, other.mask)
    assert (silent - silent[:, :1]).abs().max() < 1e-6, "with a silent value path every source token must look alike"


@pytest.mark.parametrize(
    "wanted", list(chain.from_iterable(combinations(ALL, size) for size in range(1, len(ALL) + 1))), ids="+".join
)
def test_only_wanted_views_are_computed(wanted: tuple[View, ...]) -> None:
    model = small_model().train()
    calls = {"encoder": 0, "visual": 0, "head": 0, "rows": 0}

    def count(name: str) -> object:
        def hook(module: nn.Module, args: object, output: object) -> None:
            calls[name] += 1
            if name == "encoder":
                calls["rows"] += len(output.states)  # type: ignore[attr-defined]

        return hook

    model.text.encoder.register_forward_hook(count("encoder"))  # type: ignore[union-attr, arg-type]
    model.visual.register_forward_hook(count("visual"))  # type: ignore[arg-type]
    model.text.head.register_forward_hook(count("head"))  # type: ignore[arg-type]
    views = run(model, SENTENCES, wanted)
    encoded = ({"source", "target"} if "cross" in wanted else set()) | (set(wanted) - {"visual", "cross"})
    assert set(views.embeddings) == set(wanted)
    assert set(views.states) == encoded
    assert calls["visual"] == ("visual" in wanted)
    assert calls["head"] == len(set(wanted) - {"visual"})
    assert calls["encoder"] == 1, "one encoder forward per step"
    assert calls["rows"] == 3 * len(encoded)


def test_heads_see_source_target_cross_back_in_this_order_each_with_its_own_statistics() -> None:
    model = small_model().train()
    seen: list[Tensor] = []
    model.text.head.register_forward_pre_hook(lambda module, args: seen.append(args[0].detach()))
    run(model, SENTENCES, ALL)
    alone = {
        view: model.text.encode(model.text.encoder.tokenize(SENTENCES[view])) for view in ("source", "target", "back")
    }
    expected = [
        model.text.pool(alone["source"]),
        model.text.pool(alone["target"]),
        model.text.pool_across(alone["source"], alone["target"]),
        model.text.pool(alone["back"]),
    ]
    assert len(seen) == 4
    for found, pooled in zip(seen, expected, strict=True):
        torch.testing.assert_close(found, pooled, rtol=1e-4, atol=1e-5)
    mean = torch.zeros(10)
    for pooled in expected:
        mean = 0.9 * mean + 0.1 * model.text.head.linear(pooled).mean(0)
    torch.testing.assert_close(model.text.head.norm.running_mean, mean, rtol=1e-4, atol=1e-5)


def test_a_step_without_dropout_agrees_with_inference_where_statistics_do_not_matter() -> None:
    model = small_model().eval()
    views = run(model, SENTENCES, ALL)
    for view, sentences in SENTENCES.items():
        torch.testing.assert_close(views.embeddings[view], embed(model, sentences), rtol=1e-4, atol=1e-5)
        assert views.states[view].states.shape[0] == views.states[view].mask.shape[0] == 3


def test_every_parameter_gets_a_gradient_from_all_views() -> None:
    model = small_model(dropout=0.1).train()
    views = run(model, SENTENCES, ALL)
    weights = torch.randn(10, generator=torch.Generator().manual_seed(0))
    sum((embedding @ weights).sum() for embedding in views.embeddings.values()).backward()
    # A bias before a softmax or a batch norm cancels; its gradient is rounding at most.
    cancels = {
        "text.sequence.attention.key.bias",
        "text.head.linear.bias",
        "visual.head.linear.bias",
        "visual.projection.0.bias",
    }
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        if name not in cancels:
            assert parameter.grad.abs().max() > 1e-6, name


def test_subjects_and_languages_pass_through() -> None:
    model = small_model().eval()
    views = run(model, SENTENCES, ("visual", "source"))
    assert views.subjects.tolist() == [0, 1, 2]
    assert views.languages.tolist() == [0, 0, 0]
