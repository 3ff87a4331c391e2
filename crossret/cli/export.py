"""``crossret export``: trained models for other libraries."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crossret.cli.options import plugin_files

if TYPE_CHECKING:
    from crossret.bench.checkpoints import Checkpoint


@click.command(short_help="Write a trained model for another library.")
@click.argument("checkpoint", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["onnx", "sentence-transformers"]),
    required=True,
    help="onnx: both sides and a manifest; sentence-transformers: the text side, for SentenceTransformer.",
)
@plugin_files
def export(checkpoint: Path, out: Path, format_: str) -> None:
    """Write CHECKPOINT into the new folder OUT.

    What is written as ONNX is compared with torch at several sizes; the largest difference is said.
    """
    from crossret.cli.checkpoint import read_on

    write = _onnx() if format_ == "onnx" else _sentence_transformers()
    write(out, read_on(checkpoint, "cpu"))
    click.echo(out)


def _onnx() -> Callable[[Path, Checkpoint], None]:
    with _needs("onnx"):
        from crossret.interchange.onnx_folder import write_onnx_folder

    return lambda out, found: write_onnx_folder(out, found, lambda line: click.echo(line, err=True))


def _sentence_transformers() -> Callable[[Path, Checkpoint], None]:
    with _needs("sentence-transformers"):
        from crossret.interchange.sentence_module import write_sentence_transformer
    from crossret.interchange.text_side import text_side_of

    return lambda out, found: write_sentence_transformer(out, text_side_of(found))


@contextlib.contextmanager
def _needs(extra: str) -> Iterator[None]:
    from crossret.errors import ComponentError

    try:
        yield
    except ModuleNotFoundError as error:
        raise ComponentError(f"export needs {error.name}; try: pip install 'crossret[{extra}]'") from error
