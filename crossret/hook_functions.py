"""Whether a function that a plugin marks as a hook is one."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from crossret import hookspecs
from crossret.errors import ComponentError, CrossretError, shown_place, unknown

HOOK_PREFIX = "register_"


def hook_names() -> tuple[str, ...]:
    """Every hook, sorted."""
    return tuple(name for name in dir(hookspecs) if name.startswith(HOOK_PREFIX))


def check_hook(name: str, function: Callable[..., object]) -> None:
    """Refuse a function that crossret cannot call as a hook; the error knows where it stands.

    Raises:
        UsageError: there is no such hook.
        ComponentError: it takes other arguments.
    """
    if name not in hook_names():
        raise _placed(unknown("hook", name, hook_names()), function)
    expected = list(inspect.signature(getattr(hookspecs, name)).parameters)
    try:
        inspect.signature(function).bind(**dict.fromkeys(expected))
    except TypeError as error:
        taken = ", ".join(inspect.signature(function).parameters)
        said = f"hook {name!r} takes ({taken}); expected ({', '.join(expected)})"
        raise _placed(ComponentError(said), function) from error


def _placed(error: CrossretError, function: Callable[..., object]) -> CrossretError:
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is not None:
        error.place = shown_place(code.co_filename, code.co_firstlineno)
    return error
