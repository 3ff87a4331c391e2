"""``crossret evaluate`` and ``metrics``: figures of a model, or of what any system found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crossret.cli.options import data_options, device, memory, plugin_files, table_format

if TYPE_CHECKING:
    from crossret.evaluation.gallery import Gallery, GalleryRanks
    from crossret.evaluation.model_ranks import Compared
    from crossret.interchange.run_figures import RunFigures

COLUMNS = ("gallery", "direction", "queries", "R@1", "R@5", "R@10", "MedR", "MeanR", "mAP", "SumR")


@click.command(short_help="Evaluate a trained model on the test galleries.")
@click.argument("checkpoint", type=click.Path(exists=True, path_type=Path))
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
    help="Also write what was found, and the relevance judgements, for trec_eval or ranx.",
)
@click.option("--run-format", type=click.Choice(["trec", "ranx"]), default="trec", show_default=True)
@click.option(
    "--depth", type=click.IntRange(min=1), default=1000, show_default=True, help="Documents per query in --run-files."
)
@plugin_files
@device
@memory
@table_format()
def evaluate(
    checkpoint: Path,
    language: str,
    query: str,
    dataset: str | None,
    protocol: str | None,
    options: dict[str, Any],
    run_files: Path | None,
    run_format: str,
    depth: int,
    device: str,
    memory_mb: float | None,
    format_: str,
) -> None:
    """Print every figure of CHECKPOINT, per gallery and direction.

    Under torchrun or accelerate launch, all processes share the work.
    """
    from crossret.bench.asking import compare_all_galleries, on_other_data
    from crossret.bench.launched import spread_over
    from crossret.cli.checkpoint import read_on
    from crossret.cli.printing import plain_table, show, signed
    from crossret.errors import UsageError
    from crossret.evaluation.model_ranks import ranked
    from crossret.recipe.models import DataRecipe

    if dataset is None and (protocol or options):
        raise UsageError("--protocol and --data-option describe another data set: name it with --data")
    rows = []
    with spread_over(device) as (spread, first):
        found = read_on(checkpoint, device)
        assembly = found.assembly
        if dataset is not None:
            assembly = on_other_data(found, DataRecipe(dataset=dataset, protocol=protocol, options=options))
        changes = {"query": query} | ({} if memory_mb is None else {"memory_mb": memory_mb})
        recipe = found.assembly.recipe.evaluation.model_copy(update=changes)
        for gallery, sides in compare_all_galleries(found, assembly, language, recipe, spread):
            rows += _figures(ranked(gallery, sides, recipe, spread))
            if run_files is not None and first:
                stem = run_files / f"{gallery.split.name}--{language}"
                _write_run(gallery, sides, stem, run_format, depth, recipe.memory_mb)
        if not first:
            return
    where = f", {dataset}" if dataset else ""
    table = plain_table(f"{checkpoint}{where}, {language}, {query} queries", COLUMNS, rows)
    show(signed((table,)), format_)


def _figures(ranks: GalleryRanks) -> list[tuple[str, ...]]:
    from crossret.retrieval.metrics import direction_metrics, sumr

    both = {"t2v": direction_metrics(ranks.t2v), "v2t": direction_metrics(ranks.v2t)}
    total = f"{sumr(*both.values()):.1f}"
    return [
        (
            ranks.gallery.split.name,
            direction,
            str(m.queries),
            *(f"{m.r1:.1f}", f"{m.r5:.1f}", f"{m.r10:.1f}", f"{m.medr:g}", f"{m.meanr:.1f}", f"{m.map:.3f}", total),
        )
        for direction, m in both.items()
    ]


def _write_run(gallery: Gallery, sides: Compared, stem: Path, format_: str, depth: int, memory_mb: float) -> None:
    from crossret.interchange.run_formats import WRITERS
    from crossret.interchange.runs import judged
    from crossret.results.figures import DIRECTIONS
    from crossret.results.run_files import safe_name

    for direction in DIRECTIONS["both"]:
        named = stem.with_name(f"{safe_name(stem.name)}--{direction}")
        for file in WRITERS[format_](named, judged(gallery, sides, direction, depth, memory_mb)):
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
