"""``crossret index``: search in millions of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crossret.cli.options import MemorySize, data_options, device, plugin_files, table_format

if TYPE_CHECKING:
    from crossret.contracts.rendering import Table
    from crossret.index.manifest import Manifest
    from crossret.index.parts import Part


@click.command(short_help="Embed pictures and build an index to search in.")
@click.argument("checkpoint", type=click.Path(exists=True, path_type=Path))
@click.argument("dataset")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="FOLDER", help="Of the index."
)
@click.option(
    "--kind",
    type=click.Choice(["auto", "flat", "hnsw", "ivfpq"]),
    default="auto",
    show_default=True,
    help="auto: flat up to 50,000 vectors, hnsw up to a million, ivfpq beyond.",
)
@click.option("--protocol", help="Of a data set; default: the first.")
@click.option("--gallery", help="Of a data set: a split, or all; default: the protocol's first gallery.")
@data_options("--data-option")
@click.option(
    "--recall",
    type=click.FloatRange(0, 1),
    default=0.95,
    show_default=True,
    help="Search as hard as it takes to find this share of the 10 best.",
)
@click.option(
    "--stored",
    type=click.Choice(["float32", "float16"]),
    default="float32",
    show_default=True,
    help="Precision of the embeddings on disk.",
)
@click.option(
    "--memory",
    "memory_mb",
    type=MemorySize(),
    default="1GB",
    show_default=True,
    metavar="SIZE",
    help="That one index file may take while it is built, and scores while recall is measured.",
)
@click.option(
    "--shard-size",
    type=click.IntRange(min=1),
    metavar="N",
    help="Most vectors of one index file; default: as many as --memory holds.",
)
@plugin_files
@device
@table_format()
def index(
    checkpoint: Path,
    dataset: str,
    out: Path,
    kind: str,
    protocol: str | None,
    gallery: str | None,
    options: dict[str, Any],
    recall: float,
    stored: str,
    memory_mb: float,
    shard_size: int | None,
    device: str,
    format_: str,
) -> None:
    """Embed DATASET with CHECKPOINT and build a FAISS index that crossret search and serve can search in.

    DATASET is a registered data set, or WebDataset shards of pictures: a folder of .tar files, or a pattern such as
    'shards-{000..099}.tar'. Stopped, the same command goes on with the first shard that is missing.
    """
    from crossret.cli.checkpoint import read_on
    from crossret.cli.printing import show
    from crossret.index.embedding import Progress
    from crossret.index.kinds import faiss
    from crossret.index.making import Order, make_index

    faiss()
    found = read_on(checkpoint, device)
    order = Order(
        dataset,
        options,
        protocol,
        gallery,
        None if kind == "auto" else kind,  # type: ignore[arg-type]
        stored,  # type: ignore[arg-type]
        shard_size,
        memory_mb,
        recall,
    )
    made = make_index(found, checkpoint, order, out, Progress(_say, _say_shard))
    show((_table(made, out),), format_)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _say_shard(number: int, count: int, part: Part, old: bool) -> None:
    what = "kept" if old else "embedded"
    skipped = f", {part.skipped:,} skipped" if part.skipped else ""
    _say(f"{number} of {count}: {part.shard}: {part.count:,} {what}{skipped}")


def _table(made: Manifest, out: Path) -> Table:
    from crossret.cli.printing import plain_table
    from crossret.index.making import size_of

    recall = [f"{made.recall.at[k]:.3f}" for k in sorted(made.recall.at)]
    sizes = [f"{size / 10**6:,.1f} MB" for size in size_of(made)]
    seconds = [f"{made.seconds[name]:.1f} s" for name in ("embedding", "building")]
    row = (made.kind, f"{made.count:,}", *recall, f"{made.recall.milliseconds:.2f} ms", *seconds, *sizes)
    columns = (
        "kind",
        "vectors",
        *(f"recall@{k}" for k in sorted(made.recall.at)),
        "per query",
        "embedding",
        "building",
        "embeddings",
        "index",
    )
    notes = [f"recall against exact search, of {made.recall.count} queries: {made.recall.queries}"]
    if made.effort:
        what = "candidates per search" if made.kind == "hnsw" else f"of {made.lists:,} lists per search"
        notes.append(f"effort: {made.effort:,} {what}")
    skipped = sum(part.skipped for part in made.parts)
    if skipped:
        examples = [f"{name} ({why})" for part in made.parts for name, why in part.examples.items()][:3]
        notes.append(f"skipped {skipped:,} that cannot be read: {', '.join(examples)}{', …' if skipped > 3 else ''}")
    return plain_table(str(out), columns, [row], notes)
