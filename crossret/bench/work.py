"""What a worker does with a job; the one function that executors are given.

The process that hands it out imports this module, too: what is heavy is imported by the worker alone.
"""

from __future__ import annotations

from pathlib import Path

from crossret.bench.folders import training_folder
from crossret.bench.payload import Payload
from crossret.contracts.execution import Event, Job, Report
from crossret.plugins import check_files, check_versions, registry
from crossret.results.store import Store, read_all

# Evaluation is a small part of a job; this share of the bar is left for it.
TRAINING_SHARE = 0.9


def work(job: Job, report: Report) -> None:
    """Train (or find) the job's model, evaluate its units and write each record at once."""
    from crossret.bench.training_job import trained
    from crossret.bench.unit import evaluate_baseline, evaluate_model

    payload: Payload = job.payload
    assert job.folder is not None
    check_files(payload.plugin_files)
    pending = [unit for unit in payload.job.units if unit.key in payload.units]
    for unit in pending:
        check_versions(unit.made_by)
    store = Store(job.folder)
    checkpoint = None
    if payload.job.training is not None:
        folder = training_folder(job.folder, payload.job.training.key)

        def report_loss(done: float, loss: float) -> None:
            report(Event(job.id, "progress", done * TRAINING_SHARE, f"loss {loss:.3f}"))

        checkpoint = trained(payload.job.training, folder, registry(), payload.device, payload.origin, report_loss)
    for index, unit in enumerate(pending, start=1):
        if checkpoint is None:
            record, ranks = evaluate_baseline(unit, registry(), payload.origin, payload.device)
        else:
            record, ranks = evaluate_model(unit, checkpoint, payload.origin)
        store.write(record, ranks)
        if payload.job.training is not None:
            _renew_card(training_folder(job.folder, payload.job.training.key), payload, store)
        share = TRAINING_SHARE + (1 - TRAINING_SHARE) * index / len(pending)
        report(Event(job.id, "unit", share, str(unit.id)))


def _renew_card(folder: Path, payload: Payload, store: Store) -> None:
    """The model card tells of every evaluation that is done."""
    from crossret.bench.checkpoints import read_card_facts
    from crossret.bench.model_card import write_card

    files = [store.path_of(payload.origin.suite, unit.id, unit.key) for unit in payload.job.units]
    found = read_all([file for file in files if file.exists()])
    write_card(folder, read_card_facts(folder), registry(), [stored.record for stored in found])
