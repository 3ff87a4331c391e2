"""Trains the model of a planned training, or finds it finished."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crossret.bench.assembly import Assembly
from crossret.bench.checkpoints import MODEL_FILE, Checkpoint, read_checkpoint, write_checkpoint
from crossret.bench.devices import accelerator_for, peak_memory_mb
from crossret.bench.fingerprints import fingerprints_of
from crossret.bench.making import making_of
from crossret.bench.payload import Origin
from crossret.bench.plan import Training
from crossret.bench.preparation import prepare_training
from crossret.bench.probing import first_texts, probe_encoder
from crossret.bench.validation import validation
from crossret.data.sampling import Sampler
from crossret.errors import DataError
from crossret.objective.objective import build_objective
from crossret.registry import Registry
from crossret.training.resume import STATE_FILE
from crossret.training.seeds import seed_everything
from crossret.training.sharing import ALONE, Sharing
from crossret.training.step import InputBank
from crossret.training.trainer import Setting, Trainer

ReportLoss = Callable[[float, float], None]


def trained(
    training: Training,
    folder: Path,
    registry: Registry,
    device: str,
    origin: Origin,
    report: ReportLoss,
    sharing: Sharing = ALONE,
) -> Checkpoint:
    """The model of a training: read if it is finished, continued if it was stopped, else trained from the start.

    Args:
        training: what is trained.
        folder: has the model, or what was kept of it, and gets it.
        registry: knows the components.
        device: where it is trained.
        origin: of the run, for the model card.
        report: told the share done and the loss.
        sharing: the processes that train it.

    Raises:
        UsageError: the model cannot be trained by several processes.
        DataError: several processes do not see the same data, versions or folder.
    """
    _check_alike(training, sharing)
    if not sharing.of_first(lambda: float((folder / MODEL_FILE).exists())):
        _train(training, folder, registry, device, origin, report, sharing)
    return read_checkpoint(folder, registry, _torch_device(device))


def _torch_device(device: str) -> str:
    return str(accelerator_for(device, "no").device)


def _check_alike(training: Training, sharing: Sharing) -> None:
    """Processes on different machines may have other data or versions; the key holds all of them."""
    number = int(training.key[:12], 16)
    expected = sharing.of_first(lambda: number)

    def check() -> None:
        if number != expected:
            raise DataError("other data, translations or versions than in process 0, so this would be another training")

    sharing.each(check)


def _train(
    training: Training,
    folder: Path,
    registry: Registry,
    device: str,
    origin: Origin,
    report: ReportLoss,
    sharing: Sharing,
) -> None:
    recipe = training.recipe
    accelerator = accelerator_for(device, recipe.training.precision)
    assembly = Assembly(recipe, registry, str(accelerator.device))
    inputs = assembly.training_inputs()
    model = assembly.model(training.seed)
    assembly.fit_principal_components(model, inputs)
    objective = build_objective(recipe.terms(), registry, model.text.encoder.dimension, training.languages)
    texts = assembly.training_set(training.languages)
    model.to(accelerator.device)
    prepare_training(model, texts, objective.views)
    probe_encoder(model.text.encoder, first_texts(texts), accelerator.device)
    smallest = assembly.conventions.smallest_batch
    setting = Setting(
        recipe.training,
        Sampler(texts, recipe.texts, recipe.training.batch_size, training.seed, smallest),
        InputBank(inputs, accelerator.device),
        validation(assembly, training.languages, accelerator.device),
        report,
        folder,
        assembly.conventions.batching,
        sharing,
    )
    seed_everything(training.seed)
    progress = Trainer(model, objective, setting, accelerator).run()
    components = fingerprints_of(assembly, training.languages, model.text.encoder)
    finished = Checkpoint(
        model,
        assembly,
        progress,
        training.languages,
        training.seed,
        training.key,
        components,
        peak_memory_mb(),
        making_of(assembly, texts, accelerator.device, origin),
    )
    sharing.each(lambda: _keep(folder, finished) if sharing.rank == 0 else None)


def _keep(folder: Path, finished: Checkpoint) -> None:
    write_checkpoint(folder, finished)
    (folder / STATE_FILE).unlink(missing_ok=True)
