"""Remembers which component made an object, so that an error met much later names who is to mend it."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator, MutableMapping

from crossret.errors import ComponentError, CrossretError, raised_at, reason

_of_object: dict[int, str] = {}
# Of an object that cannot be referred to weakly, and of copies.
_of_class: MutableMapping[type, str] = weakref.WeakKeyDictionary()


def remember(built: object, maker: str) -> None:
    """Note what a component is called that made an object."""
    _of_class[type(built)] = maker
    try:
        gone = weakref.finalize(built, _of_object.pop, id(built), None)
    except TypeError:
        return
    gone.atexit = False
    _of_object[id(built)] = maker


def maker_of(built: object) -> str:
    """``loss 'mean-gap' of plugin 'meangap' (crossret-meangap)``; of an object made otherwise, its class."""
    return _of_object.get(id(built)) or _of_class.get(type(built)) or type(built).__name__


@contextlib.contextmanager
def blamed(built: object) -> Iterator[None]:
    """Whatever is raised inside, in code of a component, names the component and the line.

    Raises:
        ComponentError: in place of an error that is not crossret's.
    """
    try:
        yield
    except CrossretError:
        raise
    except Exception as error:
        # A device without memory is nobody's fault: whoever can do with less tries again.
        if type(error).__name__ == "OutOfMemoryError":
            raise
        place = raised_at(error)
        raise ComponentError(f"{maker_of(built)}: {reason(error)}{f' ({place})' if place else ''}") from error


def broken(built: object, expected: str, found: object) -> ComponentError:
    """The error for an object whose answer breaks its contract."""
    return ComponentError(f"{maker_of(built)}: expected {expected}, found {found}")
