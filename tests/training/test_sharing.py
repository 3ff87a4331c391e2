"""Several real processes train what one process trains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from gloo_processes import SECONDS, GlooProcesses
from torch import Tensor

from crossret.contracts.text import Tokens, TokenStates
from crossret.errors import CrossretError, UsageError
from crossret.model.dual_encoder import DualEncoder
from crossret.recipe.models import TermRecipe
from crossret.retrieval.peers import Peers
from crossret.training.sharing import ALONE, AmongPeers, Sharing, share
from crossret.training.trainer import Trainer

from .gradients import Gradients, assert_close, gradients
from .small_training import CPU, TERMS, StoppedError, outcome, power_off, stop, trainer

SOURCE = TermRecipe(loss="infonce", between=("visual", "source"))
INFONCE = {"source": SOURCE, "target": TERMS["target"]}
TRIPLET = {
    "source": TERMS["source"],
    "target": TermRecipe(loss="triplet", between=("visual", "target"), options={"negatives": "all"}),
}
STATES = TERMS | {"strong": TermRecipe(loss="language-adversary", options={"head": "convolutional"})}


def among_peers() -> AmongPeers:
    return AmongPeers(Peers(None, CPU), CPU)


def losses_of(run: Trainer) -> list[dict[str, float]]:
    """Train; what was logged at every step."""
    seen: list[dict[str, float]] = []
    add = run.state.means.add

    def watched(figures: dict[str, Tensor]) -> None:
        seen.append({name: float(value) for name, value in figures.items()})
        add(figures)

    run.state.means.add = watched  # type: ignore[method-assign]
    run.run()
    return seen


def validating(sharing: Sharing) -> Callable[[DualEncoder], float]:
    """Validation by the first process alone, which draws random numbers and finds an improvement every time.

    Real figures would differ: the gradient of a bias before batch normalisation is zero but for its rounding, of which
    Adam makes whole steps. No loss depends on them, embeddings in evaluation mode do.
    """
    scores = iter(range(1, 100))

    def validate(model: DualEncoder) -> float:
        assert sharing.rank == 0
        torch.rand(7)
        return float(next(scores))

    return validate


Outcome = tuple[list[dict[str, float]], dict[str, Tensor], dict[str, Any]]


def trained(folder: Path, given: dict[str, Any], together: bool) -> Outcome:
    """The figures of every step, and what the training left."""
    sharing = among_peers() if together else ALONE
    run = trainer(folder, sharing=sharing, validate=validating(sharing), **given)
    return losses_of(run), *outcome(run)


def stopped(folder: Path, given: dict[str, Any], at: int, together: bool) -> None:
    """Train until a step."""
    sharing = among_peers() if together else ALONE
    with pytest.raises(StoppedError):
        trainer(folder, end_at=at, sharing=sharing, validate=validating(sharing), **given).run()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GlooProcesses]:
    found = GlooProcesses(2, tmp_path_factory.mktemp("gloo"))
    yield found
    found.end()


def assert_alike(found: list[dict[str, float]], expected: list[dict[str, float]], tolerance: float = 1e-5) -> None:
    assert len(found) == len(expected)
    for step, (figures, others) in enumerate(zip(found, expected, strict=True)):
        assert figures == pytest.approx(others, rel=tolerance, abs=tolerance), f"step {step}"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"terms": STATES, "dropout": 0.0}, id="all terms and opponents"),
        pytest.param({"terms": INFONCE, "dropout": 0.0}, id="infonce"),
        pytest.param({"terms": TRIPLET, "dropout": 0.0}, id="triplet"),
        pytest.param({"terms": STATES, "dropout": 0.0, "batch_size": 5}, id="uneven shares"),
        pytest.param({"terms": STATES, "dropout": 0.0, "batch_size": 7, "micro_batch": 2}, id="shares in parts"),
    ],
)
def test_two_processes_have_the_losses_of_one(two: GlooProcesses, given: dict[str, Any], tmp_path: Path) -> None:
    expected = two.first(trained, tmp_path / "one", given, False)
    both = two(trained, [(tmp_path / "two", given, True)] * 2)
    for losses, _, facts in both:
        assert_alike(losses, expected[0])
        assert [point["score"] for point in facts["curve"]] == [1, 2, 3]
        assert facts["best_step"] == facts["step"] == expected[2]["step"]
    (_, weights, _), (_, others, _) = both
    assert weights.keys() == others.keys() == expected[1].keys()
    assert all(torch.equal(value, others[name]) for name, value in weights.items())
    assert len(list((tmp_path / "two" / "events").iterdir())) == 1


def first_gradients(folder: Path, given: dict[str, Any], together: bool) -> Gradients:
    return gradients(trainer(folder, sharing=among_peers() if together else ALONE, **given))


def test_dropout_is_that_of_one_process_whose_parts_are_the_shares(two: GlooProcesses, tmp_path: Path) -> None:
    given = {"terms": STATES, "dropout": 0.3, "ngram_dropout": 0.1, "batch_size": 6}
    expected = two.first(first_gradients, tmp_path / "one", given | {"micro_batch": 3}, False)
    for found in two(first_gradients, [(tmp_path, given, True)] * 2):
        assert_close(found, expected)
    other, figures = two.first(first_gradients, tmp_path / "one", given | {"micro_batch": 2}, False)
    assert not torch.allclose(other["text.head.linear.weight"], expected[0]["text.head.linear.weight"], rtol=1e-2)
    assert not torch.allclose(figures["loss"], expected[1]["loss"], rtol=1e-2)


def test_a_training_goes_on_with_another_number_of_processes(two: GlooProcesses, tmp_path: Path) -> None:
    given = {"dropout": 0.0}
    expected, *_ = two.first(trained, tmp_path / "one", given, False)
    two.first(stopped, tmp_path / "grown", given, 5, False)
    for found, *_ in two(trained, [(tmp_path / "grown", given, True)] * 2):
        assert_alike(found, expected[4:])
    for error in two(stopped, [(tmp_path / "shrunk", given, 5, True)] * 2):
        assert error is None
    found, *_ = two.first(trained, tmp_path / "shrunk", given, False)
    assert_alike(found, expected[4:])


def short_of_memory(folder: Path, rank: int, texts: int) -> tuple[int | None, Gradients]:
    """One process has no memory for more texts than so many where a graph is kept."""
    sharing = among_peers()
    run = trainer(folder, sharing=sharing, dropout=0.0, batch_size=10)
    encoder = run.model.text.encoder
    forward = encoder.forward

    def limited(tokens: Tokens) -> TokenStates:
        if sharing.rank == rank and len(tokens["mask"]) > texts and torch.is_grad_enabled():
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        return forward(tokens)

    encoder.forward = limited
    found = gradients(run)
    return run.gradients.at_once, found


@pytest.mark.parametrize("rank", [0, 1])
def test_without_memory_in_one_process_all_halve_their_parts(two: GlooProcesses, tmp_path: Path, rank: int) -> None:
    expected = two.first(first_gradients, tmp_path / "one", {"dropout": 0.0, "batch_size": 10}, False)
    for at_once, (found, figures) in two(short_of_memory, [(tmp_path, rank, 3 * 2)] * 2):
        assert at_once == 2
        torch.testing.assert_close(found, expected[0], rtol=1e-4, atol=1e-5)
        # The opponent moved once.
        for name, value in expected[1].items():
            if not name.startswith(("text", "visual")):
                torch.testing.assert_close(figures[name], value, rtol=1e-4, atol=1e-5)
    errors = two(short_of_memory, [(tmp_path, rank, 0)] * 2)
    assert all(isinstance(error, CrossretError) for error in errors)
    assert str(errors[rank]).startswith("out of memory with 5 samples a process (CUDA out of memory), and one sample")


def failing(folder: Path, rank: int, at: int, end: Callable[[], None] = stop) -> None:
    sharing = among_peers()
    trainer(folder, end_at=at if sharing.rank == rank else 0, end=end, sharing=sharing, dropout=0.0).run()


def test_what_fails_in_one_process_ends_the_other(two: GlooProcesses, tmp_path: Path) -> None:
    failed, told = two(failing, [(tmp_path, 0, 3)] * 2)
    assert isinstance(failed, StoppedError)
    assert isinstance(told, CrossretError)
    assert str(told) == "process 0 of 2: StoppedError:"


def test_when_a_process_dies_the_other_ends(tmp_path: Path) -> None:
    both = GlooProcesses(2, tmp_path)
    for pipe in both.pipes:
        pipe.send((failing, (tmp_path, 1, 3, power_off)))
    assert both.pipes[0].poll(SECONDS)
    told = both.pipes[0].recv()
    for process in both.processes:
        process.kill()
    assert isinstance(told, CrossretError)
    assert str(told) == "another process has ended or cannot be reached; its own message says why"


def with_statistics(folder: Path) -> None:
    run = trainer(folder, sharing=among_peers())
    run.model.visual.projection.append(torch.nn.BatchNorm1d(8))
    run.run()


def test_statistics_of_the_batch_below_the_heads_are_refused(two: GlooProcesses, tmp_path: Path) -> None:
    for error in two(with_statistics, [(tmp_path,)] * 2):
        assert isinstance(error, UsageError)
        assert str(error).startswith("2 processes: visual.projection.2 has statistics of the whole batch; train this")


def test_a_batch_with_fewer_samples_than_processes_is_refused() -> None:
    assert [list(share(5, rank, 3)) for rank in range(3)] == [[0], [1, 2], [3, 4]]
    with pytest.raises(UsageError, match=r"^a batch of 2 samples cannot be shared by 3 processes; start at most 2$"):
        share(2, 0, 3)
