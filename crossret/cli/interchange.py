"""Commands that read models of other programs."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("import-nrccr", short_help="Convert a checkpoint of the published NRCCR code.")
@click.argument("checkpoint", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--root", help="Folder of the data in the authors' layout; default: the one it was trained in.")
@click.option("--lang", "language", help="Target language, BCP-47; default: the one in its options.")
@click.option(
    "--tokenizer",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the tokenizer of its BERT; default: bert-base-multilingual-cased of the hub.",
)
@click.option(
    "--bert-heads", type=click.IntRange(min=1), help="Attention heads of its BERT; default: one per 64 columns."
)
def import_nrccr(
    checkpoint: Path, out: Path, root: str | None, language: str | None, tokenizer: Path | None, bert_heads: int | None
) -> None:
    """Write CHECKPOINT, a model_best.pth.tar, as a model into the folder OUT, for evaluate and search.

    Nothing that the file contains is run.
    """
    from crossret.interchange.import_nrccr import import_nrccr as convert
    from crossret.interchange.nrccr_options import Wishes

    found = convert(checkpoint, out, Wishes(root, language), tokenizer=tokenizer, bert_heads=bert_heads)
    data = found.recipe.data
    click.echo(
        f"{data.dataset}, {data.protocol}, {found.language}: epoch {found.epoch}, "
        f"best validation {found.best:.1f}, visual inputs {found.recipe.model.visual.backbone}",
        err=True,
    )
    click.echo(out)
