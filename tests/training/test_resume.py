"""A training that was interrupted and continued leaves the same numbers, bit for bit, as one that was not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_data import DoubtfulTranslator
from torch import Tensor, nn

from crossret.contracts.loss import Views
from crossret.errors import DataError
from crossret.model.dual_encoder import DualEncoder
from crossret.recipe.models import TermRecipe, TranslationRecipe
from crossret.training.resume import STATE_FILE
from crossret.training.tensor_files import read_tensors, write_tensors
from crossret.training.trainer import Trainer
from crossret.translation.pooling import Translators

from .small_training import TERMS, StoppedError, outcome, trainer, validation

Outcome = tuple[dict[str, Tensor], dict[str, Any]]
STEPS = 9


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    torch.set_num_threads(1)
    run = trainer(tmp_path_factory.mktemp("unbroken"))
    progress = run.run()
    assert progress.step == STEPS
    assert len(progress.curve) == 3
    assert run.accelerator.device.type == "cpu"
    return outcome(run)


def assert_same(found: Outcome, expected: Outcome) -> None:
    assert found[1] == expected[1]
    assert found[0].keys() == expected[0].keys()
    for name, value in expected[0].items():
        assert torch.equal(found[0][name], value), name


def interrupt(folder: Path, at: int, **changes: Any) -> Trainer:
    run = trainer(folder, end_at=at, **changes)
    with pytest.raises(StoppedError):
        run.run()
    return run


def test_the_training_is_one_in_which_a_mistake_would_show(unbroken: Outcome, tmp_path: Path) -> None:
    """Dropout, sampling and the opponent all depend on the seed's random numbers: another run of them differs."""
    tensors, facts = unbroken
    assert any(name.startswith("adversarial/adam.") for name in tensors)
    assert facts["curve"][0]["terms"].keys() == {*TERMS, "adversarial.discriminator"}
    run = trainer(tmp_path)
    torch.manual_seed(6)
    run.run()
    assert not torch.equal(outcome(run)[0]["adam/0.exp_avg"], tensors["adam/0.exp_avg"])


@pytest.mark.parametrize("at", range(1, STEPS + 1))
def test_continued_after_an_interruption_in_any_step(unbroken: Outcome, tmp_path: Path, at: int) -> None:
    interrupted = interrupt(tmp_path, at)
    assert interrupted.state.progress.step == at - 1
    resumed = trainer(tmp_path)
    if at > 1:
        torch.manual_seed(99)  # The saved state brings its own random numbers.
    resumed.run()
    assert_same(outcome(resumed), unbroken)


VARIED = {
    "translators": Translators(
        DoubtfulTranslator(), recipe=TranslationRecipe(variants={"routes": 2}, confidence="round-trip")
    ),
    "ngram_dropout": 0.3,
    "terms": {
        "source": TERMS["source"],
        "target": TermRecipe(loss="infonce", between=("visual", "target"), options={"weighted": True}),
        "other": TermRecipe(loss="infonce", between=("target", "other"), weight=0.3),
    },
}


@pytest.mark.parametrize("at", [2, 5])
def test_drawn_variants_weights_and_ngrams_are_those_of_an_unbroken_run(tmp_path: Path, at: int) -> None:
    whole = trainer(tmp_path / "whole", **VARIED)
    whole.run()
    interrupt(tmp_path / "broken", at, **VARIED)
    resumed = trainer(tmp_path / "broken", **VARIED)
    torch.manual_seed(99)
    resumed.run()
    assert_same(outcome(resumed), outcome(whole))


def test_a_state_over_another_text_encoder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(tmp_path, 2)
    monkeypatch.setattr("crossret_text.subword.VERSION", -1)
    with pytest.raises(DataError, match=r"text encoder has the fingerprint \w+, found \w+\); delete it to"):
        trainer(tmp_path).run()


def test_frozen_weights_are_no_part_of_the_state(tmp_path: Path) -> None:
    run = trainer(tmp_path, terms={"source": TERMS["source"]})
    run.model.text.encoder.requires_grad_(False)
    run.state.save(run.state_file)
    tensors, _ = read_tensors(run.state_file)
    assert not any("text.encoder" in name for name in tensors)
    run.state.load(run.state_file)


def test_continued_several_times(unbroken: Outcome, tmp_path: Path) -> None:
    for at in (3, 1, 2, 4):
        interrupt(tmp_path, at)
    resumed = trainer(tmp_path)
    resumed.run()
    assert_same(outcome(resumed), unbroken)


def test_continued_after_an_interruption_in_a_validation(unbroken: Outcome, tmp_path: Path) -> None:
    validate, calls = validation(), []

    def second_fails(model: DualEncoder) -> float:
        calls.append(model)
        if len(calls) == 2:
            raise StoppedError
        return validate(model)

    with pytest.raises(StoppedError):
        trainer(tmp_path, validate=second_fails).run()
    resumed = trainer(tmp_path)
    resumed.run()
    assert_same(outcome(resumed), unbroken)


def test_a_finished_training_does_not_train_again(unbroken: Outcome, tmp_path: Path) -> None:
    trainer(tmp_path).run()
    again = trainer(tmp_path, end_at=1)
    again.run()
    assert_same(outcome(again), unbroken)


def test_a_rarely_saved_state_repeats_steps_to_the_same_end(unbroken: Outcome, tmp_path: Path) -> None:
    interrupt(tmp_path, 4)
    interrupt(tmp_path, 4, checkpoint_seconds=1000)
    assert read_tensors(tmp_path / STATE_FILE)[1]["progress"]["step"] == 3
    resumed = trainer(tmp_path, checkpoint_seconds=1000)
    resumed.run()
    assert_same(outcome(resumed), unbroken)


@pytest.mark.parametrize("at", [6])
def test_continued_in_another_process_after_a_kill(unbroken: Outcome, tmp_path: Path, at: int) -> None:
    tests = Path(__file__).parents[1]
    killed = subprocess.run(
        [sys.executable, "-m", "training.small_training", str(tmp_path), str(at)],
        cwd=tests,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert read_tensors(tmp_path / STATE_FILE)[1]["progress"]["step"] == at - 1
    resumed = trainer(tmp_path)
    resumed.run()
    assert_same(outcome(resumed), unbroken)


@pytest.mark.parametrize(
    "changes",
    [
        {"schedule": "cosine", "warmup": 0.3, "validate_every": 2},
        {"per": "caption", "batch_size": 5, "patience": 1},
        {"terms": {"adversarial": TERMS["adversarial"], "target": TERMS["target"]}},
    ],
    ids=["cosine", "captions", "two terms"],
)
def test_other_recipes_continue_exactly_too(tmp_path: Path, changes: dict[str, Any]) -> None:
    whole = trainer(tmp_path / "whole", **changes)
    whole.run()
    interrupt(tmp_path / "parts", 5, **changes)
    resumed = trainer(tmp_path / "parts", **changes)
    resumed.run()
    assert_same(outcome(resumed), outcome(whole))


def test_the_halvings_of_a_plateau_are_remembered(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"epochs": 7, "validate": lambda model: 1.0}
    whole = trainer(tmp_path / "whole", **changes)
    whole.run()
    assert whole.state.schedule.factor == pytest.approx(0.99**7 / 4)
    interrupt(tmp_path / "parts", 11, **changes)
    resumed = trainer(tmp_path / "parts", **changes)
    resumed.run()
    assert_same(outcome(resumed), outcome(whole))


class LearnedScale(nn.Module):
    """A term with a parameter that trains with the model."""

    views = frozenset(("visual", "target"))

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, views: Views) -> Tensor:
        logits = views.embeddings["visual"] @ views.embeddings["target"].T * self.scale.exp()
        return nn.functional.cross_entropy(logits, torch.arange(len(logits)))


def with_learned_scale(folder: Path, end_at: int = 0) -> tuple[Trainer, LearnedScale]:
    run = trainer(folder, end_at=end_at)
    learned = LearnedScale()
    objective = type(run.objective)({**run.objective.terms, "scaled": learned}, {**run.objective.weights, "scaled": 1})
    return Trainer(run.model, objective, run.setting, run.accelerator), learned


def test_parameters_of_terms_train_and_continue(tmp_path: Path) -> None:
    whole, learned = with_learned_scale(tmp_path / "whole")
    whole.run()
    assert learned.scale.item() != 2.0
    interrupted, _ = with_learned_scale(tmp_path / "parts", end_at=6)
    with pytest.raises(StoppedError):
        interrupted.run()
    resumed, scale = with_learned_scale(tmp_path / "parts")
    resumed.run()
    assert scale.scale.item() == learned.scale.item()
    assert_same(outcome(resumed), outcome(whole))


def damage_cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def damage_header(path: Path) -> None:
    path.write_bytes(b"not tensors at all")


def damage_empty(path: Path) -> None:
    path.write_bytes(b"")


def damage_facts(path: Path) -> None:
    tensors, facts = read_tensors(path)
    write_tensors(path, tensors, {key: value for key, value in facts.items() if key != "progress"})


def damage_tensor(path: Path) -> None:
    tensors, facts = read_tensors(path)
    del tensors["means/count"]
    write_tensors(path, tensors, facts)


def damage_shape(path: Path) -> None:
    tensors, facts = read_tensors(path)
    tensors["model/text.head.linear.weight"] = torch.zeros(1, 1)
    write_tensors(path, tensors, facts)


@pytest.mark.parametrize("damage", [damage_cut, damage_header, damage_empty, damage_facts, damage_tensor, damage_shape])
def test_a_damaged_state_is_one_line_that_names_the_file(tmp_path: Path, damage: Any) -> None:
    interrupt(tmp_path, 3)
    damage(tmp_path / STATE_FILE)
    with pytest.raises(DataError) as refused:
        trainer(tmp_path).run()
    assert str(tmp_path / STATE_FILE) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "delete it" in str(refused.value)


def test_the_state_of_another_model_is_refused(tmp_path: Path) -> None:
    interrupt(tmp_path, 3)
    other = {"target": TermRecipe(loss="language-adversary", options={"head": "weak"})}
    with pytest.raises(DataError, match="not the state of this training"):
        trainer(tmp_path, terms=other).run()
