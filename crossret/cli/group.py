"""Command groups that import a command when it is called, and that turn errors into one line."""

from __future__ import annotations

import errno
import importlib
import os
import shlex
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import click

from crossret import __version__
from crossret.cli.options import plugin_files
from crossret.errors import CrossretError

COMMAND_LINE = "crossret.command_line"
DEBUG = "crossret.debug"
USAGE = 2
# Commands whose work the processes that a launcher (torchrun, say) starts do together.
SHARED = ("train", "evaluate")


class CommandGroup(click.Group):
    """A group whose failures are one line on stderr: exit code 2 for usage, 1 for failure."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Remember the command line, for records and table footers."""
        words = list(args)
        context = super().make_context(info_name, args, parent, **extra)
        context.meta.setdefault(COMMAND_LINE, shlex.join([info_name or "crossret", *words]))
        return context

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run the command line."""
        words = list(sys.argv[1:] if args is None else args)
        extra |= {"standalone_mode": False}
        try:
            code = super().main(words, *rest, **extra)
        except Exception as error:
            _end(error, debug="--debug" in words)
        except KeyboardInterrupt as error:
            _end(error, debug="--debug" in words)
        sys.exit(code if isinstance(code, int) else 0)


def _end(error: BaseException, *, debug: bool) -> NoReturn:
    """Print what went wrong and leave."""
    if isinstance(error, click.exceptions.Exit):
        sys.exit(error.exit_code)
    if isinstance(error, BrokenPipeError):
        # The reader (head, say) has seen enough; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    if debug:
        traceback.print_exception(error)
    line, code = _explained(error)
    if not _told_by_another(error, code):
        click.echo(f"crossret: {line}", err=True)
    sys.exit(code)


def _told_by_another(error: BaseException, code: int) -> bool:
    """Whether the first of a machine's processes, started by a launcher, ends with the same line."""
    everywhere = code == USAGE or isinstance(error, KeyboardInterrupt)
    return everywhere and os.environ.get("LOCAL_RANK", "0") != "0"


def _explained(error: BaseException) -> tuple[str, int]:
    """One line and the exit code."""
    if isinstance(error, CrossretError):
        return str(error), error.exit_code
    if isinstance(error, click.ClickException):
        return " ".join(error.format_message().split()), error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return "stopped; what is finished is kept, and the same command goes on from there", 1
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        full = "; free some space, then run the same command again" if error.errno == errno.ENOSPC else ""
        return f"{where}{error.strerror or error}{full}", 1
    return f"{type(error).__name__}: {' '.join(str(error).split())} (unexpected; --debug shows where)", 1


class LazyGroup(CommandGroup):
    """A group whose commands are given as ``module:attribute`` and imported when they are used."""

    def __init__(self, name: str, targets: Mapping[str, str], help: str) -> None:
        super().__init__(
            name,
            help=help,
            params=[click.Option(["--debug"], is_flag=True, help="Show tracebacks."), _version_option()],
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        plugin_files(self)
        self.targets = targets
        self._has_plugins = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        """First-party commands in their own order, then those of plugins."""
        self._add_plugins()
        return [*self.targets, *sorted(set(super().list_commands(ctx)) - set(self.targets))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or find it among those of plugins."""
        target = self.targets.get(cmd_name)
        if target is None:
            self._add_plugins()
            return super().get_command(ctx, cmd_name)
        module, _, attribute = target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def _add_plugins(self) -> None:
        """Let plugins add commands; not before they are asked for, so that what goes wrong is told in one line."""
        if not self._has_plugins:
            from crossret.plugins import plugins

            self._has_plugins = True
            plugins().add_commands(self)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command."""
        from crossret.errors import unknown

        named = bool(args) and not args[0].startswith("-")
        if named and args[0] not in self.targets and args[0] not in self.list_commands(ctx):
            raise unknown("command", args[0], self.list_commands(ctx))
        if named and "LOCAL_RANK" in os.environ and args[0] not in SHARED:
            _refuse_several(args[0])
        return super().resolve_command(ctx, args)


def _refuse_several(command: str) -> None:
    """For a command that would do the same in each process that a launcher starts.

    Raises:
        UsageError: there are several.
    """
    from crossret.bench.devices import launched
    from crossret.errors import UsageError

    count = launched()
    if count > 1:
        raise UsageError(
            f"{command!r} was started in {count} processes at once, which only {' and '.join(SHARED)} can share"
        )


def _version_option() -> click.Option:
    def show(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            click.echo(f"crossret {__version__}")
            ctx.exit()

    return click.Option(
        ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=show, help="Show the version."
    )


def command_line() -> str:
    """The command line as the user typed it."""
    return str(click.get_current_context().find_root().meta[COMMAND_LINE])
