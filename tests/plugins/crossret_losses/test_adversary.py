from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from step_views import full, step
from torch import Tensor

from crossret.contracts.loss import AdversarialTerm, LossContext, Views
from crossret.contracts.text import TokenStates
from crossret_losses.adversary import LanguageAdversary
from crossret_losses.discriminators import HEADS

HEAD_NAMES = sorted(HEADS)


def adversary(*languages: str, head: str = "mlp", seed: int = 0) -> LanguageAdversary:
    torch.manual_seed(seed)
    context = LossContext(state_dimension=8, target_languages=languages)
    return LanguageAdversary(context, head=head, learning_rate=0.01)  # type: ignore[arg-type]


def random_step(seed: int, languages: list[int]) -> Views:
    generator = torch.Generator().manual_seed(seed)
    count = len(languages)
    source, target = (torch.randn(count, length, 8, generator=generator) for length in (3, 5))
    return step({}, states={"source": full(source), "target": full(target + 1)}, languages=languages)


def logsumexp_loss(logits: Tensor, classes: list[int]) -> float:
    rows = logits.detach().double().numpy()
    return float(np.mean([np.log(np.exp(row).sum()) - row[chosen] for row, chosen in zip(rows, classes, strict=True)]))


def test_several_languages_are_classes_of_one_cross_entropy() -> None:
    term = adversary("es", "fr", "pt")
    languages = [0, 2, 1, 1, 2, 0]
    views = random_step(1, languages)
    on_source = term.discriminator(views.states["source"])
    on_target = term.discriminator(views.states["target"])
    assert on_target.shape == (6, 4)
    expected = (logsumexp_loss(on_source, [0] * 6) + logsumexp_loss(on_target, [n + 1 for n in languages])) / 2
    assert term(views).item() == pytest.approx(logsumexp_loss(on_target, [0] * 6), rel=1e-5)
    assert term.auxiliary_step(views)["discriminator"].item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("languages", [("es",), ("es", "fr")])
@pytest.mark.parametrize("head", HEAD_NAMES)
def test_the_discriminator_learns_and_the_encoder_learns_to_fool_it(head: str, languages: tuple[str, ...]) -> None:
    term = adversary(*languages, head=head)
    numbers = [index % len(languages) for index in range(6)]
    views = random_step(2, numbers)
    losses = [term.auxiliary_step(views)["discriminator"].item() for _ in range(60)]
    assert losses[-1] < losses[0] * 0.8
    states = views.states["target"].states.clone().requires_grad_()
    fooled = Views({}, {**views.states, "target": full(states)}, views.subjects, views.languages)
    before = term(fooled)
    before.backward()
    assert states.grad is not None
    moved = Views({}, {**views.states, "target": full(states.detach() - 10 * states.grad)}, *labels(views))
    assert term(moved).item() < before.item()


def labels(views: Views) -> tuple[Tensor, Tensor]:
    return views.subjects, views.languages


@pytest.mark.parametrize("head", HEAD_NAMES)
def test_what_stands_in_padding_is_ignored(head: str) -> None:
    term = adversary("es", head=head)
    states = torch.randn(2, 4, 8)
    mask = torch.tensor([[True] * 4, [True, True, False, False]])
    other = states.clone()
    other[1, 2:] = 1e3
    plain, disturbed = (term.discriminator(TokenStates(s, mask)) for s in (states, other))
    torch.testing.assert_close(plain, disturbed)
    alone = term.discriminator(full(states[1:, :2]))
    torch.testing.assert_close(plain[1:], alone, rtol=1e-5, atol=1e-6)


@settings(deadline=None, max_examples=12)
@given(head=st.sampled_from(HEAD_NAMES), before=st.integers(0, 3), several=st.booleans())
def test_a_restored_opponent_continues_exactly(head: str, before: int, several: bool) -> None:
    languages = ("es", "fr") if several else ("es",)
    numbers = [index % len(languages) for index in range(4)]
    unbroken, resumed = adversary(*languages, head=head), adversary(*languages, head=head, seed=99)
    for number in range(before):
        unbroken.auxiliary_step(random_step(number, numbers))
    resumed.load_auxiliary_state(copy.deepcopy(unbroken.auxiliary_state()))
    for number in range(before, before + 3):
        figures = [term.auxiliary_step(random_step(number, numbers)) for term in (unbroken, resumed)]
        assert figures[0] == figures[1]
    expected, found = unbroken.auxiliary_state(), resumed.auxiliary_state()
    assert expected.keys() == found.keys()
    assert any(name.startswith("adam.") for name in expected)
    for name, value in expected.items():
        assert torch.equal(value, found[name]), name


def test_it_has_the_contract_of_an_adversarial_term() -> None:
    assert isinstance(adversary("es"), AdversarialTerm)


def test_the_step_works_where_gradients_are_off() -> None:
    term = adversary("es")
    weights = copy.deepcopy(term.discriminator.state_dict())
    with torch.no_grad():
        term.auxiliary_step(random_step(0, [0, 0]))
    assert any(not torch.equal(weights[name], value) for name, value in term.discriminator.state_dict().items())
