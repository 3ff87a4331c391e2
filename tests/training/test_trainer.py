from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import Tensor

from crossret.contracts.loss import View, Views
from crossret.model.dual_encoder import DualEncoder
from crossret.training import trainer as trainer_module
from crossret.training.trainer import DivergedError, Trainer

from .small_training import StoppedError, trainer, validation


def scores(values: Iterable[float]) -> Callable[[DualEncoder], float]:
    """A validation that returns these scores, one after another."""
    left = iter(values)
    return lambda model: next(left)


@pytest.mark.parametrize("patience", [1, 3, 10])
def test_it_stops_at_the_first_validation_beyond_its_patience(tmp_path: Path, patience: int) -> None:
    falling = [50.0, 60.0, *(40.0 - n for n in range(40))]
    progress = trainer(tmp_path, epochs=40, patience=patience, validate=scores(falling)).run()
    assert len(progress.curve) == 2 + patience + 1
    assert (progress.best_score, progress.best_step) == (60.0, 6)


def test_an_equal_score_is_no_improvement(tmp_path: Path) -> None:
    progress = trainer(tmp_path, epochs=20, patience=2, validate=scores([5.0] * 20)).run()
    assert len(progress.curve) == 4
    assert progress.best_step == 3


def test_without_patience_it_trains_to_the_end(tmp_path: Path) -> None:
    progress = trainer(tmp_path, epochs=14, patience=None, validate=scores(range(14, 0, -1))).run()
    assert progress.epoch == 14
    assert progress.best_step == 3


@pytest.mark.parametrize(("every", "at"), [(1, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (9, [5])])
def test_it_validates_every_so_many_epochs_and_at_the_end(tmp_path: Path, every: int, at: list[int]) -> None:
    progress = trainer(tmp_path, epochs=5, validate_every=every).run()
    assert [point.epoch for point in progress.curve] == at
    assert [point.step for point in progress.curve] == [3 * epoch for epoch in at]


def test_the_best_weights_are_left_in_the_model(tmp_path: Path) -> None:
    seen: list[dict[str, Tensor]] = []
    values = iter([1.0, 3.0, 2.0])

    def validate(model: DualEncoder) -> float:
        seen.append({name: value.clone() for name, value in model.state_dict().items()})
        return next(values)

    run = trainer(tmp_path, validate=validate)
    run.run()
    for name, value in run.model.state_dict().items():
        assert torch.equal(value, seen[1][name]), name
    assert not torch.equal(seen[1]["text.head.linear.weight"], seen[2]["text.head.linear.weight"])


def test_training_improves_retrieval_of_subjects_never_drawn_like_this(tmp_path: Path) -> None:
    untrained = validation()(trainer(tmp_path / "untrained").model)
    longer = {"epochs": 60, "patience": None, "schedule": "cosine", "validate_every": 10, "checkpoint_seconds": 1000}
    progress = trainer(tmp_path / "trained", per="caption", **longer).run()
    assert progress.best_score > untrained + 100
    assert progress.curve[-1].loss < progress.curve[0].loss


def test_the_loss_of_a_point_is_the_mean_of_its_steps_and_the_sum_of_its_terms(tmp_path: Path) -> None:
    losses: list[float] = []
    run = trainer(tmp_path, epochs=2, validate_every=2)
    objective = run.objective
    call = type(objective).__call__

    class Watched(type(objective)):  # type: ignore[misc]
        def __call__(self, views: Views) -> tuple[Tensor, dict[str, Tensor]]:
            total, terms = call(self, views)
            losses.append(total.item())
            return total, terms

    watched = Trainer(run.model, Watched(objective.terms, objective.weights), run.setting, run.accelerator)
    (point,) = watched.run().curve
    assert len(losses) == 6
    assert point.loss == pytest.approx(sum(losses) / 6, rel=1e-5)
    weighted = [value for name, value in point.terms.items() if name != "adversarial.discriminator"]
    assert point.loss == pytest.approx(sum(weighted), rel=1e-5)


def test_every_step_has_the_rate_of_the_schedule_and_a_clipped_gradient(tmp_path: Path) -> None:
    run = trainer(tmp_path, schedule="cosine", warmup=0.4, clip=0.01)
    rates, norms = [], []
    step = run.optimiser.optimizer.step

    def watched(*args: object, **kwargs: object) -> object:
        rates.append(run.optimiser.param_groups[0]["lr"])
        norms.append(math.sqrt(sum(p.grad.square().sum().item() for p in run.parameters if p.grad is not None)))
        return step(*args, **kwargs)

    run.optimiser.optimizer.step = watched
    run.run()
    assert rates == [run.state.schedule.rate(step) for step in range(9)]
    assert max(norms) == pytest.approx(0.01, rel=1e-3)


def test_published_optimiser(tmp_path: Path) -> None:
    group = trainer(tmp_path).optimiser.param_groups[0]
    assert (group["betas"], group["eps"], group["weight_decay"]) == ((0.9, 0.999), 1e-8, 0)


class Opponent:
    """Notes when it is asked what."""

    views: frozenset[View] = frozenset(("source", "target"))

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, views: Views) -> Tensor:
        self.asked.append("loss")
        assert views.states["target"].states.requires_grad
        return views.states["target"].states.square().mean()

    def auxiliary_step(self, views: Views) -> dict[str, Tensor]:
        self.asked.append("step")
        return {}

    def auxiliary_state(self) -> dict[str, Tensor]:
        return {}

    def load_auxiliary_state(self, state: object) -> None:
        return None


def test_an_opponent_steps_before_the_model_is_judged_by_it(tmp_path: Path) -> None:
    run = trainer(tmp_path)
    opponent = Opponent()
    objective = type(run.objective)({"opponent": opponent}, {"opponent": 1.0})
    Trainer(run.model, objective, run.setting, run.accelerator).run()
    assert opponent.asked == ["step", "loss"] * 9


class Exploding:
    """A loss that is no number from its n-th step on."""

    views: frozenset[View] = frozenset(("visual", "target"))

    def __init__(self, after: int, value: float) -> None:
        self.left, self.value = after, value

    def __call__(self, views: Views) -> Tensor:
        self.left -= 1
        loss = (views.embeddings["visual"] * views.embeddings["target"]).sum()
        return loss * self.value if self.left < 0 else loss


def exploding(folder: Path, after: int, value: float) -> Trainer:
    run = trainer(folder)
    objective = type(run.objective)({"bad": Exploding(after, value)}, {"bad": 1.0})
    return Trainer(run.model, objective, run.setting, run.accelerator)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("after", [0, 2, 4])
def test_a_loss_that_is_no_number_ends_the_training_in_one_line(tmp_path: Path, after: int, value: float) -> None:
    with pytest.raises(DivergedError, match=r"the loss is (nan|-?inf) at step \d+; .*training.learning_rate") as ended:
        exploding(tmp_path, after, value).run()
    assert "\n" not in str(ended.value)


def test_a_loss_that_is_no_number_ends_a_long_epoch_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "REPORT_SECONDS", 0)
    with pytest.raises(DivergedError, match="at step 2"):
        exploding(tmp_path, 1, float("nan")).run()


def test_progress_is_reported_with_the_share_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "REPORT_SECONDS", 0)
    reports: list[tuple[float, float]] = []
    trainer(tmp_path, report=lambda done, loss: reports.append((done, loss))).run()
    assert [done for done, _ in reports] == pytest.approx([step / 9 for step in range(1, 10)])
    assert all(math.isfinite(loss) for _, loss in reports)


def curve_in_log(folder: Path, name: str) -> dict[int, float]:
    log = EventAccumulator(str(folder / "events"))
    log.Reload()
    points = [(event.step, event.value) for event in log.Scalars(name)]
    assert len(points) == len(dict(points)), f"a step of {name} stands twice in the log"
    return dict(points)


@pytest.mark.parametrize("at", [1, 5, 8])
def test_the_event_log_of_a_continued_training_is_the_curve(tmp_path: Path, at: int) -> None:
    with pytest.raises(StoppedError):
        trainer(tmp_path, end_at=at).run()
    progress = trainer(tmp_path).run()
    assert curve_in_log(tmp_path, "validation") == pytest.approx({p.step: p.score for p in progress.curve})
    assert curve_in_log(tmp_path, "loss") == pytest.approx({p.step: p.loss for p in progress.curve})
    assert curve_in_log(tmp_path, "terms/cycle") == pytest.approx({p.step: p.terms["cycle"] for p in progress.curve})


def test_a_training_stopped_before_its_first_state_starts_its_log_anew(tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        trainer(tmp_path, end_at=8, checkpoint_seconds=1000).run()
    progress = trainer(tmp_path).run()
    assert set(curve_in_log(tmp_path, "validation")) == {p.step for p in progress.curve}


def test_time_adds_up_over_parts(tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        trainer(tmp_path, end_at=8).run()
    resumed = trainer(tmp_path)
    resumed.state.load(resumed.state_file)
    spent = resumed.state.progress.seconds
    assert spent > 0
    assert resumed.run().seconds > spent
