"""Errors a user can act on: one line that says what, where, what was expected and the nearest valid name."""

from __future__ import annotations

import difflib
import sysconfig
import traceback
from collections.abc import Iterable
from pathlib import Path


class CrossretError(Exception):
    """A failure while doing what was asked (exit code 1).

    Attributes:
        place: ``file:line`` of what is wrong, if it is not where the error is raised.
    """

    exit_code = 1
    place = ""


class UsageError(CrossretError):
    """What was asked cannot be meant: an unknown name, key or value (exit code 2)."""

    exit_code = 2


class DataError(CrossretError):
    """A data file is missing, malformed or inconsistent."""


class ComponentError(CrossretError):
    """A component cannot be loaded or breaks its contract."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error line: ``; did you mean 'x'?`` or the list of what is known."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    if not names:
        return "; none is known"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"; known: {shown}"


def unknown(what: str, name: str, known: Iterable[str]) -> UsageError:
    """A :class:`UsageError` for a name that is not among the known ones."""
    return UsageError(f"unknown {what} {name!r}{nearest(name, known)}")


def reason(error: BaseException) -> str:
    """What an error says, in one line: an error that is not ours with its type."""
    if isinstance(error, CrossretError):
        return " ".join(str(error).split())
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return " ".join(f"{type(error).__name__}: {said}".split())


def raised_at(error: BaseException) -> str:
    """``file:line`` that raised, in the code that crossret called; empty if none of it took part.

    The last line that is neither crossret's core nor the standard library's counts: an author can mend that one.
    """
    if isinstance(error, CrossretError) and error.place:
        return error.place
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return shown_place(error.filename, error.lineno)
    own = Path(__file__).parent
    standard = Path(sysconfig.get_path("stdlib"))
    installed = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    pluggy = {folder / "pluggy" for folder in installed}

    def foreign(file: Path) -> bool:
        inside = set(file.parents)
        if str(file).startswith("<") or own in inside or inside & pluggy:
            return False
        return bool(inside & installed) or standard not in inside

    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if foreign(Path(frame.filename))]
    return shown_place(frames[-1].filename, frames[-1].lineno) if frames else ""


def shown_place(file: str, line: int | None) -> str:
    """``file:line``; the file relative to the working folder if it is in there."""
    path, here = Path(file), Path.cwd()
    return f"{path.relative_to(here) if here in path.parents else file}:{line}"
