"""Errors a user can act on: one line that says what, where, what was expected and the nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CrossretError(Exception):
    """A failure while doing what was asked (exit code 1)."""

    exit_code = 1


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
