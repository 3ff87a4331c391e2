"""``python -m crossret_emoji.builder``: the steps that make the data folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from crossret.errors import CrossretError, DataError
from crossret_emoji.builder.catalogue import make_catalogue, write_concepts
from crossret_emoji.builder.documents import copy_documents
from crossret_emoji.builder.inventory import write_manifest
from crossret_emoji.builder.quality import report
from crossret_emoji.builder.rendering import write_images
from crossret_emoji.builder.sheets import write_sheets
from crossret_emoji.builder.sources import Packages, fetch
from crossret_emoji.builder.texts import write_texts
from crossret_emoji.builder.translate import translate_all
from crossret_emoji.builder.translation_table import write_translations
from crossret_emoji.layout import DESIGNS
from crossret_emoji.verification import verify

_FOLDER: Final = click.Path(file_okay=False, path_type=Path)
_PACKAGES: Final = "npm"

Option = Callable[[Callable[..., Any]], Callable[..., Any]]
work_option: Option = click.option("--work", type=_FOLDER, required=True, help="Folder for packages and work files.")
out_option: Option = click.option("--out", type=_FOLDER, required=True, help="The data folder to make.")
workers_option: Option = click.option("--workers", type=click.IntRange(1), default=1, help="Processes for rendering.")
order_option: Option = click.option("--order-check", is_flag=True, help="Count answers that change with the order.")


class Steps(click.Group):
    """Shows the project's errors as click shows its own: one line, no traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a step.

        Raises:
            click.ClickException: the step failed.
        """
        try:
            return super().invoke(ctx)
        except CrossretError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Steps)
def main() -> None:
    """Make the data folder of crossret_emoji from pinned packages."""


@main.command("fetch")
@work_option
def fetch_step(work: Path) -> None:
    """Download, check and unpack the pinned npm packages."""
    for source in fetch(work / _PACKAGES):
        click.echo(f"{source.name} {source.version} ({source.licence})")


@main.command("concepts")
@work_option
@out_option
def concepts_step(work: Path, out: Path) -> None:
    """Write concepts.csv: the concepts, who draws them, and both divisions."""
    write_concepts(make_catalogue(Packages(work / _PACKAGES)), out)


@main.command("images")
@work_option
@out_option
@workers_option
def images_step(work: Path, out: Path, workers: int) -> None:
    """Render the drawings into one zip per design."""
    packages = Packages(work / _PACKAGES)
    write_images(packages, make_catalogue(packages), out, workers)


@main.command("texts")
@work_option
@out_option
def texts_step(work: Path, out: Path) -> None:
    """Write names and keywords of all usable languages; needs concepts.csv."""
    click.echo(f"{len(write_texts(Packages(work / _PACKAGES), out))} languages")


@main.command("translate")
@work_option
@out_option
@order_option
def translate_step(work: Path, out: Path, order_check: bool) -> None:
    """Translate with Apertium and write the one table; needs concepts and texts. Can be resumed."""
    translate_all(work, out, order_check)
    write_translations(work, out)


@main.command("manifest")
@out_option
def manifest_step(out: Path) -> None:
    """Copy the documents, write the manifest and verify the folder against it."""
    copy_documents(out)
    write_manifest(out)
    problems = verify(out)
    if problems:
        raise DataError("\n".join(f"{problem.where}: {problem.message}" for problem in problems))


@main.command("all")
@work_option
@out_option
@workers_option
@order_option
@click.pass_context
def all_steps(ctx: click.Context, work: Path, out: Path, workers: int, order_check: bool) -> None:
    """Run every step that the data folder needs."""
    ctx.invoke(fetch_step, work=work)
    ctx.invoke(concepts_step, work=work, out=out)
    ctx.invoke(images_step, work=work, out=out, workers=workers)
    ctx.invoke(texts_step, work=work, out=out)
    ctx.invoke(translate_step, work=work, out=out, order_check=order_check)
    ctx.invoke(manifest_step, out=out)


@main.command("quality")
@work_option
@out_option
def quality_step(work: Path, out: Path) -> None:
    """Print the quality of the translations as Markdown tables; needs the step translate."""
    click.echo(report(work, out))


@main.command("sheets")
@out_option
@click.option("--design", type=click.Choice(DESIGNS), required=True, help="The design to check.")
@click.option("--pages", type=_FOLDER, required=True, help="Folder for the PNG files.")
def sheets_step(out: Path, design: str, pages: Path) -> None:
    """Draw contact sheets to check by eye which picture was joined to which concept."""
    for path in write_sheets(out, design, pages):
        click.echo(str(path))


if __name__ == "__main__":
    main(prog_name="python -m crossret_emoji.builder")
