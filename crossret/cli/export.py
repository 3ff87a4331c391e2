"""``crossret export``: trained models for other libraries."""

from __future__ import annotations

from pathlib import Path

import click

from crossret.cli.options import plugin_files


@click.command(short_help="Write a trained model for another library.")
@click.argument("checkpoint", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["sentence-transformers"]),
    required=True,
    help="sentence-transformers: the text side as a folder for SentenceTransformer.",
)
@plugin_files
def export(checkpoint: Path, out: Path, format_: str) -> None:
    """Write CHECKPOINT into the new folder OUT."""
    from crossret.cli.checkpoint import read_on
    from crossret.errors import ComponentError

    try:
        from crossret.interchange.sentence_module import write_sentence_transformer
    except ModuleNotFoundError as error:
        raise ComponentError(f"export needs {error.name}; try: pip install 'crossret[{format_}]'") from error
    from crossret.interchange.text_side import text_side_of

    write_sentence_transformer(out, text_side_of(read_on(checkpoint, "cpu")))
    click.echo(out)
