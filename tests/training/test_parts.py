"""Seeds, running means, inputs and the step: the parts of the loop on their own."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crossret.contracts.optimiser_state import load_optimiser_tensors, optimiser_tensors
from crossret.contracts.visual import Frames
from crossret.data.ragged import Ragged
from crossret.training import step as step_module
from crossret.training.running_means import RunningMeans
from crossret.training.seeds import random_state, restore_random_state, seed_everything
from crossret.training.step import InputBank

from .small_training import TERMS, trainer

CPU = torch.device("cpu")


def drawn() -> tuple[float, float, float]:
    return random.random(), float(np.random.random()), torch.rand(()).item()


def test_one_seed_decides_all_random_numbers() -> None:
    seed_everything(3)
    first = drawn()
    seed_everything(3)
    assert drawn() == first
    seed_everything(4)
    assert not set(drawn()) & set(first)


def test_random_numbers_continue_where_the_state_was_taken() -> None:
    seed_everything(3)
    torch.rand(5)
    state = random_state(CPU)
    expected = torch.rand(7)
    torch.rand(100)
    restore_random_state(state, CPU)
    assert torch.equal(torch.rand(7), expected)


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=1, max_size=20), st.data())
def test_means_are_means_also_when_continued_from_a_state(rows: list[tuple[float, float]], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows)))
    means, continued = RunningMeans(), RunningMeans()
    for number, (a, b) in enumerate(rows):
        if number == at:
            continued.load({name: value.clone() for name, value in means.state().items()}, CPU)
            means = continued
        means.add({"a": torch.tensor(a), "b.c": torch.tensor(b)})
    expected = {"a": np.mean([a for a, _ in rows]), "b.c": np.mean([b for _, b in rows])}
    assert means.means() == pytest.approx(expected, rel=1e-4, abs=1e-4)
    means.reset()
    assert means.means() == {}


def test_added_figures_are_copied() -> None:
    means, figure = RunningMeans(), torch.tensor(1.0)
    means.add({"a": figure})
    figure.fill_(100)
    assert means.means() == {"a": 1.0}


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_the_figure_that_was_no_number_first_is_told(bad: float) -> None:
    means = RunningMeans()
    assert means.first_unfinite() == ()
    means.add({"a": torch.tensor(1.0), "b": torch.tensor(1.0)})
    assert means.first_unfinite() == ()
    means.add({"a": torch.tensor(1.0), "b": torch.tensor(bad)})
    means.add({"a": torch.tensor(bad), "b": torch.tensor(bad)})
    assert means.first_unfinite() == ("b",)
    means.reset()
    assert means.first_unfinite() == ()


@pytest.mark.parametrize("resident", [0, 1 << 30])
def test_inputs_are_those_of_the_items_whether_they_are_kept_on_the_device_or_not(
    resident: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step_module, "RESIDENT_BYTES", resident)
    inputs = np.arange(60, dtype=np.uint8).reshape(10, 2, 3)
    inputs.flags.writeable = False
    bank = InputBank(inputs, CPU)
    items = np.array([7, 0, 7, 3])
    taken = bank.take(items)
    np.testing.assert_array_equal(taken.numpy(), inputs[items])
    taken.zero_()
    np.testing.assert_array_equal(bank.take(items).numpy(), inputs[items])


@pytest.mark.parametrize("resident", [0, 1 << 30])
def test_frames_are_padded_to_the_longest_clip_of_the_batch(resident: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_module, "RESIDENT_BYTES", resident)
    lengths = np.array([1, 4, 2, 3])
    values = np.arange(1, 31, dtype=np.float32).reshape(10, 3)
    values.flags.writeable = False
    taken = InputBank(Ragged([(values, lengths)]), CPU).take(np.array([3, 0, 3]))
    assert isinstance(taken, Frames)
    assert taken.mask.tolist() == [[True] * 3, [True, False, False], [True] * 3]
    np.testing.assert_array_equal(taken.states[taken.mask], values[[7, 8, 9, 0, 7, 8, 9]])
    assert not taken.states[~taken.mask].any()


def test_a_step_tokenises_and_encodes_only_the_texts_that_a_term_reads(tmp_path: Path) -> None:
    run = trainer(tmp_path, terms={"source": TERMS["source"]})
    batch = next(iter(run.setting.sampler.epoch(0)))
    views = run.step.views(batch, run.forward)
    assert set(batch.texts) == {"source", "target", "back", "other"}
    assert set(views.embeddings) == {"visual", "source"}
    assert set(views.states) == {"source"}
    assert views.subjects.tolist() == batch.subjects.tolist()
    assert views.languages.tolist() == batch.languages.tolist()


@pytest.mark.parametrize("steps", [0, 1, 3])
@pytest.mark.parametrize("optimiser", [torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop])
def test_an_optimiser_continues_from_its_tensors(optimiser: type[torch.optim.Optimizer], steps: int) -> None:
    def made() -> tuple[torch.nn.Linear, torch.optim.Optimizer]:
        torch.manual_seed(0)
        layer = torch.nn.Linear(3, 2)
        return layer, optimiser(layer.parameters(), lr=0.1)  # type: ignore[call-arg]

    def train(layer: torch.nn.Linear, optimiser: torch.optim.Optimizer, numbers: range) -> None:
        for number in numbers:
            optimiser.zero_grad()
            layer(torch.full((1, 3), float(number + 1))).square().sum().backward()
            optimiser.step()

    (whole, of_whole), (other, of_other) = made(), made()
    train(whole, of_whole, range(steps))
    other.load_state_dict(whole.state_dict())
    tensors = {name: value.clone() for name, value in optimiser_tensors(of_whole).items()}
    assert bool(tensors) == bool(steps)
    load_optimiser_tensors(of_other, tensors)
    for layer, current in ((whole, of_whole), (other, of_other)):
        train(layer, current, range(steps, steps + 3))
    assert torch.equal(whole.weight, other.weight)
    assert torch.equal(whole.bias, other.bias)


def test_a_name_that_is_no_optimiser_tensor_is_refused() -> None:
    layer = torch.nn.Linear(1, 1)
    with pytest.raises(ValueError, match="exp_avg"):
        load_optimiser_tensors(torch.optim.Adam(layer.parameters()), {"exp_avg.0": torch.zeros(1)})
