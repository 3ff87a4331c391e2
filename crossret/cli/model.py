"""``crossret train``, ``evaluate`` and ``search``: one model at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crossret.cli.options import data_options, device, memory, out, plugin_files, sets, table_format

if TYPE_CHECKING:
    from crossret.bench.checkpoints import Checkpoint

checkpoint_path = click.argument("checkpoint", type=click.Path(exists=True, path_type=Path))


def _read(path: Path, device: str) -> Checkpoint:
    from crossret.bench.checkpoints import read_checkpoint
    from crossret.bench.devices import accelerator_for
    from crossret.plugins import registry

    return read_checkpoint(path, registry(), str(accelerator_for(device, "no").device))


@click.command(short_help="Train one model of a suite.")
@click.argument("method")
@click.option("--suite", default="emoji", show_default=True, help="Suite or YAML file that defines the method.")
@click.option("--lang", "language", required=True, help="Target language, BCP-47.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@sets
@plugin_files
@device
@out
def train(
    method: str, suite: str, language: str, seed: int, overrides: tuple[str, ...], device: str, out: Path
) -> None:
    """Train METHOD for one language and print where the model lies; goes on where it was stopped."""
    from crossret.bench.folders import training_folder
    from crossret.bench.needs import needs_of_training
    from crossret.bench.plan import Selection, make_plan
    from crossret.bench.runner import exclusive
    from crossret.cli.display import TrainingDisplay
    from crossret.cli.translation_display import translate_visibly
    from crossret.errors import UsageError
    from crossret.plugins import plugins
    from crossret.recipe.reading import read_suite

    plan = make_plan(read_suite(suite), Selection((language,), (method,), seed + 1, overrides), plugins())
    planned = next((unit.training for unit in plan.units if unit.id.seed == seed and unit.training), None)
    if planned is None:
        raise UsageError(f"method {method!r} is a baseline: there is nothing to train")
    # Heavy: what cannot be meant is told before it is imported.
    from crossret.bench.checkpoints import MODEL_FILE
    from crossret.bench.training_job import trained

    folder = training_folder(out, planned.key)
    with exclusive(out):
        if not (folder / MODEL_FILE).exists():
            translate_visibly(needs_of_training(planned, plugins().registry))
        with TrainingDisplay(f"{method} {language} seed {seed}") as display:
            checkpoint = trained(planned, folder, plugins().registry, device, display.report)
    progress, figure = checkpoint.progress, checkpoint.assembly.conventions.selection.figure
    click.echo(
        f"best validation {figure} {progress.best_score:.1f} at step {progress.best_step} of {progress.step}, "
        f"{progress.seconds:.0f} s",
        err=True,
    )
    click.echo(folder)


@click.command(short_help="Evaluate a trained model on the test galleries.")
@checkpoint_path
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
    device: str,
    memory_mb: float | None,
    format_: str,
) -> None:
    """Print every figure of CHECKPOINT, per gallery and direction."""
    from crossret.bench.asking import on_other_data, rank_all_galleries
    from crossret.cli.printing import plain_table, show
    from crossret.errors import UsageError
    from crossret.recipe.models import DataRecipe
    from crossret.retrieval.metrics import direction_metrics, sumr

    if dataset is None and (protocol or options):
        raise UsageError("--protocol and --data-option describe another data set: name it with --data")
    found = _read(checkpoint, device)
    assembly = found.assembly
    if dataset is not None:
        assembly = on_other_data(found, DataRecipe(dataset=dataset, protocol=protocol, options=options))
    changes = {"query": query} | ({} if memory_mb is None else {"memory_mb": memory_mb})
    recipe = found.assembly.recipe.evaluation.model_copy(update=changes)
    rows = []
    for ranks in rank_all_galleries(found, assembly, language, recipe):
        both = {"t2v": direction_metrics(ranks.t2v), "v2t": direction_metrics(ranks.v2t)}
        for direction, m in both.items():
            figures = (f"{m.r1:.1f}", f"{m.r5:.1f}", f"{m.r10:.1f}", f"{m.medr:g}", f"{m.meanr:.1f}", f"{m.map:.3f}")
            rows.append((ranks.gallery.split.name, direction, str(m.queries), *figures, f"{sumr(*both.values()):.1f}"))
    columns = ("gallery", "direction", "queries", "R@1", "R@5", "R@10", "MedR", "MeanR", "mAP", "SumR")
    where = f", {dataset}" if dataset else ""
    title = f"{checkpoint}{where}, {language}, {query} queries"
    show((plain_table(title, columns, rows),), format_)


@click.command(short_help="Find pictures for a text.")
@click.argument("query")
@click.option("--lang", "language", required=True, help="Language of the query, BCP-47.")
@click.option("--checkpoint", type=click.Path(exists=True, path_type=Path), help="Default: the best one in --out.")
@click.option(
    "--query",
    "asked",
    type=click.Choice(["target", "translated"]),
    default="target",
    show_default=True,
    help="Ask with the text itself, or with its translation into the source language.",
)
@click.option("--gallery", help="Where to search; default: the protocol's first gallery.")
@click.option("--top", type=click.IntRange(min=1), default=5, show_default=True, help="How many to show.")
@plugin_files
@out
@device
@table_format()
def search(
    query: str,
    language: str,
    checkpoint: Path | None,
    asked: str,
    gallery: str | None,
    top: int,
    out: Path,
    device: str,
    format_: str,
) -> None:
    """Print the ids and scores of the pictures nearest to QUERY."""
    from crossret.bench.asking import best_checkpoint
    from crossret.bench.searcher import Searcher
    from crossret.cli.printing import plain_table, show
    from crossret.plugins import registry
    from crossret.results.store import read_all

    folder = checkpoint or best_checkpoint(out, read_all([out]), language, registry())
    found = _read(folder, device)
    searcher = Searcher(found)
    text = searcher.asked_as(query, language, "translated" if asked == "translated" else "target")
    hits = searcher.pictures(text, gallery, top)
    rows = [(str(hit.rank), hit.item.id, f"{hit.score:.4f}", hit.caption) for hit in hits]
    notes = [f"model: {folder}, trained on {', '.join(found.languages) or 'source captions only'}"]
    if text != query:
        notes.insert(0, f"asked as: {text}")
    show((plain_table(query, ("rank", "item", "score", "shows"), rows, notes),), format_)
