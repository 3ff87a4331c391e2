from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret.recipe.models import TrainingRecipe
from crossret.training.schedule import Schedule

RATE = 1e-3


def schedule(kind: str, steps: int, warmup: float = 0.0) -> Schedule:
    recipe = TrainingRecipe(schedule=kind, learning_rate=RATE, warmup=warmup)  # type: ignore[arg-type]
    return Schedule(recipe, steps, 10)


def test_cosine_falls_from_the_full_rate_through_half_of_it_to_nothing() -> None:
    rates = [schedule("cosine", 1000).rate(step) for step in range(1000)]
    assert rates[0] == RATE
    assert rates[500] == pytest.approx(RATE / 2)
    assert 0 <= rates[-1] < RATE * 1e-4
    assert rates == sorted(rates, reverse=True)


@given(kind=st.sampled_from(["plateau", "cosine"]), steps=st.integers(1, 500), warmup=st.floats(0, 0.99))
def test_a_rate_is_positive_up_to_the_full_one_and_rises_in_a_straight_line(
    kind: str, steps: int, warmup: float
) -> None:
    made = schedule(kind, steps, warmup)
    rates = [made.rate(step) for step in range(steps)]
    assert all(0 < rate <= RATE for rate in rates)
    rising = [step for step in range(steps) if step + 1 < warmup * steps]
    for step in rising:
        assert rates[step] == pytest.approx(RATE * (step + 1) / (warmup * steps))
    after = rates[len(rising) + 1 :]
    assert after == sorted(after, reverse=True)


def test_plateau_decays_a_little_every_epoch() -> None:
    made = schedule("plateau", 100)
    for epoch in range(5):
        assert made.rate(epoch * 10) == pytest.approx(RATE * 0.99**epoch)
        assert made.rate(epoch * 10 + 9) == made.rate(epoch * 10)
        made.epoch_ended()


def test_plateau_halves_only_if_more_than_two_epochs_passed_since_it_last_did() -> None:
    made = schedule("plateau", 200)
    halved = []
    for epoch in range(1, 12):
        before = made.factor
        made.not_improved(epoch)
        if made.factor != before:
            assert made.factor == before / 2
            halved.append(epoch)
    assert halved == [3, 6, 9]


def test_cosine_ignores_validation() -> None:
    made = schedule("cosine", 100)
    before = [made.rate(step) for step in range(100)]
    for epoch in range(1, 11):
        made.epoch_ended()
        made.not_improved(epoch)
    assert [made.rate(step) for step in range(100)] == before
