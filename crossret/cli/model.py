"""``crossret train`` and ``search``: one model at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from crossret.cli.options import device, out, plugin_files, sets, table_format

if TYPE_CHECKING:
    from crossret.bench.searcher import Asked
    from crossret.index.asking import StoredIndex


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
    """Train METHOD for one language and print where the model lies; goes on where it was stopped.

    Under torchrun or accelerate launch, all processes train the one model.
    """
    from crossret.bench.folders import training_folder
    from crossret.bench.launched import joined
    from crossret.bench.needs import needs_of_training
    from crossret.bench.payload import Origin
    from crossret.bench.plan import Selection, make_plan
    from crossret.cli.display import NoDisplay, TrainingDisplay
    from crossret.cli.group import command_line
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

    folder, origin = training_folder(out, planned.key), Origin(plan.suite, command_line())

    def translate() -> None:
        if not (folder / MODEL_FILE).exists():
            translate_visibly(needs_of_training(planned, plugins().registry))

    with joined(device, out) as sharing:
        sharing.each(translate if sharing.rank == 0 else lambda: None)
        with TrainingDisplay(f"{method} {language} seed {seed}") if sharing.rank == 0 else NoDisplay() as display:
            checkpoint = trained(planned, folder, plugins().registry, device, origin, display.report, sharing)
        if sharing.rank:
            return
    progress, figure = checkpoint.progress, checkpoint.assembly.conventions.selection.figure
    click.echo(
        f"best validation {figure} {progress.best_score:.1f} at step {progress.best_step} of {progress.step}, "
        f"{progress.seconds:.0f} s",
        err=True,
    )
    click.echo(folder)


@click.command(short_help="Find pictures for a text.")
@click.argument("query")
@click.option("--lang", "language", help="Language of the query, BCP-47; with --index only to translate it.")
@click.option("--checkpoint", type=click.Path(exists=True, path_type=Path), help="Default: the best one in --out.")
@click.option(
    "--index",
    "index_folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Search in what crossret index made; default checkpoint: the one that made it.",
)
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
    language: str | None,
    checkpoint: Path | None,
    index_folder: Path | None,
    asked: str,
    gallery: str | None,
    top: int,
    out: Path,
    device: str,
    format_: str,
) -> None:
    """Print the ids and scores of the pictures nearest to QUERY, by cosine."""
    from crossret.cli.printing import plain_table, show
    from crossret.errors import UsageError

    if language is None and (index_folder is None or asked == "translated"):
        raise UsageError("missing option '--lang'")
    if index_folder is not None and gallery is not None:
        raise UsageError("--gallery and --index are two places to search in; give one")
    from crossret.bench.asking import best_checkpoint
    from crossret.bench.searcher import Searcher
    from crossret.cli.checkpoint import read_on
    from crossret.plugins import registry
    from crossret.results.store import read_all

    stored = None if index_folder is None else _stored_index(index_folder)
    if stored is not None:
        folder = checkpoint or stored.checkpoint()
    else:
        folder = checkpoint or best_checkpoint(out, read_all([out]), str(language), registry())
    found = read_on(folder, device)
    searcher = Searcher(found)
    text = query if language is None else searcher.asked_as(query, language, cast("Asked", asked))
    if stored is not None:
        stored.check_made_by(found)
        rows = [
            (str(hit.rank), hit.id, f"{hit.score:.4f}", hit.shows) for hit in stored.pictures(found, [text], top)[0]
        ]
    else:
        (hits,) = searcher.pictures([text], gallery, top)
        rows = [(str(hit.rank), hit.item.id, f"{hit.score:.4f}", hit.caption) for hit in hits]
    notes = [f"model: {folder}, trained on {', '.join(found.languages) or 'source captions only'}"]
    if stored is not None:
        facts = stored.manifest
        notes.append(f"index: {index_folder}, {facts.kind} of {facts.count:,}, recall@10 {facts.recall.at[10]:.3f}")
    if text != query:
        notes.insert(0, f"asked as: {text}")
    show((plain_table(query, ("rank", "item", "score", "shows"), rows, notes),), format_)


def _stored_index(folder: Path) -> StoredIndex:
    from crossret.index.asking import StoredIndex
    from crossret.plugins import registry

    return StoredIndex(folder, registry())
