"""``crossret evaluate`` and ``metrics``: figures of a model, or of what any system found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crossret.cli.options import Assignment, data_options, device, memory, plugin_files, table_format

if TYPE_CHECKING:
    from crossret.contracts.rendering import Table
    from crossret.evaluation.gallery import Gallery
    from crossret.evaluation.model_ranks import Compared
    from crossret.interchange.run_figures import RunFigures
    from crossret.results.record import Direction
    from crossret.retrieval.metrics import DirectionMetrics

COLUMNS = ("gallery", "direction", "queries", "R@1", "R@5", "R@10", "MedR", "MeanR", "mAP", "SumR")


@dataclass(frozen=True)
class _Question:
    """What is asked, whoever answers."""

    language: str
    query: str
    dataset: str | None
    protocol: str | None
    options: dict[str, Any]
    run_files: Path | None
    run_format: str
    depth: int
    memory_mb: float | None

    @property
    def evaluation(self) -> dict[str, Any]:
        """Changes to an evaluation recipe."""
        return {"query": self.query} | ({} if self.memory_mb is None else {"memory_mb": self.memory_mb})


@click.command(short_help="Evaluate a model on the test galleries.")
@click.argument("checkpoint", required=False, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--model",
    metavar="NAME",
    help="Instead of CHECKPOINT, one that was trained elsewhere: hf:MODEL or openclip:MODEL:WEIGHTS.",
)
@click.option(
    "--model-option",
    "model_options",
    type=Assignment(),
    multiple=True,
    metavar="KEY=VALUE",
    callback=lambda _, __, pairs: dict(pairs),
    help="Option of --model, e.g. local_files_only=true; may be given several times.",
)
@click.option("--lang", "language", required=True, help="Language of the queries, BCP-47.")
@click.option(
    "--query",
    type=click.Choice(["target", "translated", "fused"]),
    default="target",
    show_default=True,
    help="Human captions, their translation into the source language, or both scores.",
)
@click.option("--data", "dataset", metavar="NAME", help="Another data set than the one it was trained on.")
@click.option("--protocol", help="Protocol of --data; default: the first.")
@data_options("--data-option")
@click.option(
    "--run-files",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Also write what CHECKPOINT found, and the relevance judgements, for trec_eval or ranx.",
)
@click.option("--run-format", type=click.Choice(["trec", "ranx"]), default="trec", show_default=True)
@click.option(
    "--depth", type=click.IntRange(min=1), default=1000, show_default=True, help="Documents per query in --run-files."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs"),
    show_default=True,
    help="Folder for the record of --model.",
)
@plugin_files
@device
@memory
@table_format()
def evaluate(
    checkpoint: Path | None,
    model: str | None,
    model_options: dict[str, Any],
    out: Path,
    device: str,
    format_: str,
    **asked: Any,
) -> None:
    """Print every figure of CHECKPOINT, or of a --model without training, per gallery and direction.

    A --model also gets a record in --out, which leaderboard shows beside those of trained models. Under torchrun or
    accelerate launch, all processes share the work on a CHECKPOINT.
    """
    from crossret.cli.printing import show, signed
    from crossret.errors import UsageError

    question = _Question(**asked)
    if question.dataset is None and (question.protocol or question.options):
        raise UsageError("--protocol and --data-option describe another data set: name it with --data")
    if checkpoint is not None and model is not None:
        raise UsageError("expected a CHECKPOINT or --model, found both")
    if checkpoint is not None:
        table = _of_checkpoint(checkpoint, device, question)
    elif model is not None:
        table = _of_model(model, model_options, out, device, question)
    else:
        raise UsageError("expected a CHECKPOINT or --model")
    if table is not None:
        show(signed((table,)), format_)


def _of_checkpoint(checkpoint: Path, device: str, question: _Question) -> Table | None:
    """The table, told by the first of all launched processes."""
    from crossret.bench.asking import compare_all_galleries, on_other_data
    from crossret.bench.launched import spread_over
    from crossret.cli.checkpoint import read_on
    from crossret.cli.printing import plain_table
    from crossret.evaluation.model_ranks import ranked
    from crossret.recipe.models import DataRecipe
    from crossret.retrieval.metrics import direction_metrics, sumr

    rows, dataset = [], question.dataset
    with spread_over(device) as (spread, first):
        found = read_on(checkpoint, device)
        assembly = found.assembly
        if dataset is not None:
            data = DataRecipe(dataset=dataset, protocol=question.protocol, options=question.options)
            assembly = on_other_data(found, data)
        recipe = found.assembly.recipe.evaluation.model_copy(update=question.evaluation)
        for gallery, sides in compare_all_galleries(found, assembly, question.language, recipe, spread):
            ranks = ranked(gallery, sides, recipe, spread)
            t2v, v2t = direction_metrics(ranks.t2v), direction_metrics(ranks.v2t)
            rows += _rows(gallery.split.name, t2v, v2t, sumr(t2v, v2t))
            if question.run_files is not None and first:
                _write_run(gallery, sides, question, recipe.memory_mb)
    where = f", {dataset}" if dataset else ""
    title = f"{checkpoint}{where}, {question.language}, {question.query} queries"
    return plain_table(title, COLUMNS, rows) if first else None


def _of_model(model: str, options: dict[str, Any], out: Path, device: str, question: _Question) -> Table:
    from crossret.bench.devices import launched
    from crossret.bench.payload import Origin
    from crossret.bench.runner import exclusive
    from crossret.bench.zero_shot import SUITE, zero_shot_unit
    from crossret.cli.group import command_line
    from crossret.cli.printing import plain_table
    from crossret.errors import UsageError
    from crossret.plugins import plugins
    from crossret.recipe.models import DataRecipe

    if question.dataset is None:
        raise UsageError("--model was trained on no data set that crossret knows: name one with --data")
    if launched() > 1:
        raise UsageError("--model is measured by one process; call it without a launcher")
    if question.run_files is not None:
        raise UsageError("--run-files are written of a CHECKPOINT only")
    data = DataRecipe(dataset=question.dataset, protocol=question.protocol, options=question.options)
    unit = zero_shot_unit(model, options, data, question.language, question.evaluation, plugins())
    # Heavy: what cannot be meant is told before it is imported.
    from crossret.bench.unit import evaluate_baseline
    from crossret.results.store import Store

    with exclusive(out):
        record, ranks = evaluate_baseline(unit, plugins().registry, Origin(SUITE, command_line()), device)
        click.echo(f"wrote {Store(out).write(record, ranks)}", err=True)
    rows = [row for s in record.scores if not s.subset for row in _rows(s.gallery, s.t2v, s.v2t, s.sumr)]
    return plain_table(
        f"{unit.label}, {question.dataset}, {question.language}, {question.query} queries", COLUMNS, rows
    )


def _rows(
    gallery: str, t2v: Direction | DirectionMetrics, v2t: Direction | DirectionMetrics, total: float
) -> list[tuple[str, ...]]:
    return [
        (
            gallery,
            direction,
            str(m.queries),
            *(f"{m.r1:.1f}", f"{m.r5:.1f}", f"{m.r10:.1f}", f"{m.medr:g}", f"{m.meanr:.1f}", f"{m.map:.3f}"),
            f"{total:.1f}",
        )
        for direction, m in (("t2v", t2v), ("v2t", v2t))
    ]


def _write_run(gallery: Gallery, sides: Compared, question: _Question, memory_mb: float) -> None:
    from crossret.interchange.run_formats import WRITERS
    from crossret.interchange.runs import judged
    from crossret.results.figures import DIRECTIONS
    from crossret.results.run_files import safe_name

    assert question.run_files is not None
    for direction in DIRECTIONS["both"]:
        stem = question.run_files / safe_name(f"{gallery.split.name}--{question.language}--{direction}")
        found = judged(gallery, sides, direction, question.depth, memory_mb)
        for file in WRITERS[question.run_format](stem, found):
            click.echo(f"wrote {file}", err=True)


@click.command(short_help="Figures of what any system found, from run files.")
@click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--qrels",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Relevance judgements of the queries.",
)
@table_format()
def metrics(runs: Sequence[Path], qrels: Path, format_: str) -> None:
    """Print our figures of RUNS: files of trec_eval, or of ranx (.json), one row per file.

    Every query that has a relevant document counts, whether a run has it or not.
    """
    from crossret.cli.printing import plain_table, show, signed
    from crossret.interchange.run_figures import run_figures
    from crossret.interchange.run_formats import read_qrels, read_run

    relevant = read_qrels(qrels)
    rows = [(run.name, *_of_run(run_figures(read_run(run), relevant))) for run in runs]
    columns = ("run", "queries", "R@1", "R@5", "R@10", "MedR", "MeanR", "mAP", "MRR", "nDCG@10", "not found")
    notes = ("not found: relevant documents that a run does not hold; ranks behind its end are not known",)
    show(signed((plain_table(f"judged by {qrels.name}", columns, rows, notes),)), format_)


def _of_run(figures: RunFigures) -> tuple[str, ...]:
    from crossret.interchange.run_figures import NOT_FOUND

    m = figures.direction
    recalls = (f"{m.r1:.1f}", f"{m.r5:.1f}", f"{m.r10:.1f}")
    median = f"{m.medr:g}" if m.medr < NOT_FOUND / 2 else "–"
    mean = "–" if figures.unfound else f"{m.meanr:.1f}"
    return (
        str(m.queries),
        *recalls,
        median,
        mean,
        f"{m.map:.3f}",
        f"{figures.mrr:.3f}",
        f"{figures.ndcg10:.3f}",
        str(figures.unfound),
    )
