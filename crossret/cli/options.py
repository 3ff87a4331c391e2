"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class CommaList(click.ParamType[tuple[str, ...]]):
    """``fr,es`` → ``("fr", "es")``."""

    name = "a,b,…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Split at commas; blanks around names do not count."""
        if isinstance(value, tuple):
            return value
        return tuple(dict.fromkeys(part.strip() for part in str(value).split(",") if part.strip()))


class DeviceName(click.ParamType[str]):
    """A device that exists somewhere; whether this machine has it shows when it is used."""

    name = "device"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the name."""
        from crossret.bench.devices import check_name

        check_name(str(value))
        return str(value)


class MemorySize(click.ParamType[float]):
    """``512MB`` → MiB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the unit."""
        from crossret.recipe.sizes import mebibytes

        try:
            size = mebibytes(value)
        except ValueError as error:
            self.fail(f"{error}, found {value!r}", param, ctx)
        if not size > 0:
            self.fail(f"expected more than no memory, found {value!r}", param, ctx)
        return size


class Assignment(click.ParamType[tuple[str, Any]]):
    """``root=/data`` → ``("root", "/data")``, ``clean=false`` → ``("clean", False)``, as ``--set`` reads values.

    A value in brackets or braces is a list or a mapping.
    """

    name = "key=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        """Split at the first equals sign."""
        from yaml import YAMLError, safe_load

        if isinstance(value, tuple):
            return value
        key, equals, rest = str(value).partition("=")
        if not key or not equals:
            self.fail(f"{value!r}: expected key=value, e.g. root=/data/photos", param, ctx)
        try:
            parsed = safe_load(rest)
        except YAMLError:
            return key, rest
        whole = isinstance(parsed, bool | int | float) or (rest[:1] in ("[", "{") and isinstance(parsed, list | dict))
        return key, parsed if whole else rest


def _load_files(ctx: click.Context, _: click.Parameter, paths: tuple[Path, ...]) -> None:
    if ctx.resilient_parsing or not paths:
        return
    from crossret.errors import ComponentError
    from crossret.plugins import broken_file, plugins

    for row in [plugins().load_file(path) for path in paths]:
        if row.error and ctx.info_name not in SHOW_BROKEN:
            raise ComponentError(broken_file(row))


LIST = CommaList()
SHOW_BROKEN = ("plugins", "doctor")

plugin_files = click.option(
    "--plugin",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    expose_value=False,
    is_eager=True,
    callback=_load_files,
    metavar="FILE.py",
    help="Also load the plugin in this file; a folder means its crossret_plugins.py. May be given several times.",
)
lang = click.option("--lang", "languages", type=LIST, default=(), help="Languages, BCP-47; default: all of the suite.")
sets = click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change the recipe of every method.")
device = click.option("--device", type=DeviceName(), default="auto", show_default=True, help="auto, cpu, cuda or mps.")
memory = click.option(
    "--memory",
    "memory_mb",
    type=MemorySize(),
    metavar="SIZE",
    help="Memory that scores may take while ranks are counted, e.g. 512MB; sets evaluation.memory_mb.",
)
out = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs"),
    show_default=True,
    help="Folder for records, models and tables.",
)
runs = click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))


def data_options(name: str) -> Callable[[Command], Command]:
    """Options of a data set, as a mapping."""
    return click.option(
        name,
        "options",
        type=Assignment(),
        multiple=True,
        metavar="KEY=VALUE",
        callback=lambda _, __, pairs: dict(pairs),
        help="Option of the data set, e.g. root=FOLDER; may be given several times.",
    )


def table_format(default: str = "rich") -> Callable[[Command], Command]:
    """``--format``, with the renderers that plugins offer."""
    return click.option(
        "--format",
        "format_",
        default=default,
        show_default=True,
        help="rich, md, latex, csv, html, json or a plugin's.",
    )
