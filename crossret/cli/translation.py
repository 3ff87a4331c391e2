"""``crossret translate DATASET`` and its commands ``routes``, ``quality`` and ``cache``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crossret.cli.default_command import DefaultCommandGroup
from crossret.cli.group import command_line
from crossret.cli.options import LIST, Assignment, Command, plugin_files, table_format
from crossret.cli.translation_cache import cache

if TYPE_CHECKING:
    from crossret.recipe.models import TextSources

NO_SPLIT = "none"


@click.group(
    cls=DefaultCommandGroup,
    short_help="Translate a data set's captions; routes, quality, cache.",
    subcommand_metavar="DATASET [OPTIONS]... | COMMAND [ARGS]...",
)
def translate() -> None:
    """Translate the captions of a data set, there and back.

    Start with: crossret translate emoji --to gl --via apertium --back

    All options: crossret translate dataset --help
    """


translate.add_command(cache)


def _translator_options(command: Command) -> Command:
    """``--option``."""
    return click.option(
        "--option",
        "options",
        type=Assignment(),
        multiple=True,
        metavar="KEY=VALUE",
        callback=lambda _, __, pairs: dict(pairs),
        help="Option of the translator; may be given several times.",
    )(command)


def _sources(command: Command) -> Command:
    """Options that say which texts, and who translates them."""
    for option in (
        plugin_files,
        click.option(
            "--set",
            "overrides",
            multiple=True,
            metavar="KEY=VALUE",
            help="As in a recipe, e.g. data.options.root=FOLDER, data.protocol=NAME, translation.options.path=FILE.",
        ),
        _translator_options,
    ):
        command = option(command)
    return command


VIA = "An engine or another translator of crossret components --kind translator."


@translate.command("dataset", short_help="What DATASET alone stands for.")
@click.argument("dataset")
@click.option("--to", "languages", type=LIST, required=True, help="Target languages, BCP-47.")
@click.option("--via", "translator", required=True, metavar="TRANSLATOR", help=VIA)
@click.option("--back", is_flag=True, help="Also translate the translations back.")
@click.option(
    "--split",
    "splits",
    type=LIST,
    default="train",
    show_default=True,
    help="Whose source captions are translated; none: no source captions, only --queries.",
)
@click.option(
    "--queries", is_flag=True, help="Also translate all human captions to test with into the source language."
)
@_sources
@click.option(
    "--out",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV, TSV or JSONL, plain or with .gz behind it; default: translations/DATASET.csv.gz",
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
@table_format()
def dataset_(
    dataset: str,
    languages: tuple[str, ...],
    translator: str,
    back: bool,
    splits: tuple[str, ...],
    queries: bool,
    options: dict[str, Any],
    overrides: tuple[str, ...],
    path: Path | None,
    overwrite: bool,
    format_: str,
) -> None:
    """Translate the source captions of DATASET and write a file that the translator 'file' reads.

    Beside the file stands its provenance. Engines keep what they have translated in a cache: the same command goes on
    where it was stopped, and what is known costs nothing.
    """
    from crossret.bench.translating import origin_of, texts_of, translate, wanted_in
    from crossret.cli.printing import show
    from crossret.cli.translation_display import TranslationDisplay
    from crossret.cli.translation_tables import parts_table
    from crossret.plugins import plugins
    from crossret.translation.output import Output
    from crossret.translation.provenance import provenance_file

    texts = texts_of(_read_sources(dataset, translator, options, overrides), plugins())
    wanted = wanted_in(texts, languages, () if splits == (NO_SPLIT,) else splits, back=back, queries=queries)
    output = Output(path or Path("translations") / f"{dataset}.csv.gz", overwrite)
    output.check()
    with TranslationDisplay() as display:
        parts = translate(texts, wanted, display.watch)
    table = output.write(parts, origin_of(texts, parts, plugins(), command_line()))
    differing = [f"{table.differing} captions had another translation than an equal text before them."]
    show((parts_table(f"Translations of {dataset}", parts, differing if table.differing else ()),), format_)
    click.echo(f"wrote {output.path} ({len(table.rows):,} texts) and {provenance_file(output.path).name}", err=True)


def _read_sources(
    dataset: str, translator: str | None, options: dict[str, Any], overrides: tuple[str, ...]
) -> TextSources:
    from crossret.recipe.models import TextSources
    from crossret.recipe.reading import merged, validated

    named = {"translation": {"translator": translator}} if translator else {}
    content = merged([{"data": {"dataset": dataset}, "translation": {"options": options}}, named], overrides)
    return validated(TextSources, content, "crossret translate")


@translate.command(short_help="BLEU, chrF, unknown and copied words, and what is found without translating.")
@click.argument("dataset")
@click.option("--lang", "languages", type=LIST, default=(), help="Default: all of the data set that there is a way to.")
@click.option(
    "--via", "translator", metavar="TRANSLATOR", help=f"{VIA} Default: the translations that come with the data."
)
@click.option("--split", help="Whose captions are measured; default: train, and the first gallery for the way home.")
@click.option("--sample", type=click.IntRange(min=1), help="Only captions of so many items, always the same ones.")
@click.option("--every-route", is_flag=True, help="All routes of the translator, not only the best of each pair.")
@click.option("--baseline", default="lexical", show_default=True, help="Finds items without translating.")
@_sources
@table_format()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
def quality(
    dataset: str,
    languages: tuple[str, ...],
    translator: str | None,
    split: str | None,
    sample: int | None,
    every_route: bool,
    baseline: str,
    options: dict[str, Any],
    overrides: tuple[str, ...],
    format_: str,
    output: Path | None,
) -> None:
    """Say how noisy the translations of DATASET are.

    Human captions are the references where the data set has any; without, there are round trips and what the engine
    marks itself.
    """
    from crossret.bench.components import build_baseline
    from crossret.bench.translating import languages_in, surveyed_in, texts_of, with_shipped_translations
    from crossret.cli.printing import show, signed
    from crossret.cli.quality_tables import quality_tables
    from crossret.cli.translation_display import TranslationDisplay
    from crossret.plugins import plugins
    from crossret.translation.survey import survey

    sources = _read_sources(dataset, translator, options, overrides)
    texts = texts_of(sources if translator else with_shipped_translations(sources, plugins()), plugins())
    surveyed = surveyed_in(texts, split, sample, every_route)
    judge = build_baseline(baseline, {}, plugins().registry)
    with TranslationDisplay() as display:
        found = list(survey(surveyed, languages_in(texts, languages), texts.translator, judge, display.watch))
    show(signed(quality_tables(dataset, found)), format_, output)


@translate.command(short_help="How the installed engines get from one language to another.")
@click.argument("source")
@click.argument("target")
@click.option("--via", "translator", metavar="TRANSLATOR", help=f"{VIA} Default: every engine.")
@_translator_options
@plugin_files
@table_format()
def routes(source: str, target: str, translator: str | None, options: dict[str, Any], format_: str) -> None:
    """Every route from SOURCE to TARGET (BCP-47 codes), best first.

    Without a route it says which languages are near, and what to install; exit code 1.
    """
    from crossret.bench.engine_routes import routes_of, routes_of_engines
    from crossret.cli.printing import show
    from crossret.cli.translation_tables import routes_table
    from crossret.errors import DataError, UsageError
    from crossret.plugins import plugins

    registry = plugins().registry
    if translator is None and options:
        raise UsageError("--option is for one translator: name it with --via")
    found = (
        routes_of_engines(source, target, registry)
        if translator is None
        else [routes_of(translator, options, source, target, registry)]
    )
    for reason in (one.reason for one in found if not one.routes):
        click.echo(reason, err=True)
    if not any(one.routes for one in found):
        raise DataError(f"no translation route from {source!r} to {target!r}")
    show((routes_table(source, target, found),), format_)
