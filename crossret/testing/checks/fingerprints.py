"""Fingerprints: caches and records trust that equal fingerprints mean equal results."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from typing import Any

from crossret.testing.observing import difference, observed
from crossret.testing.outcomes import NotApplicableError, NotBuiltError, expect
from crossret.testing.subject import Subject


def has_a_stable_fingerprint(subject: Subject) -> None:
    """Its fingerprint is a short text, equal for two builds with equal options and seed, and after use."""
    first, second = subject.build(seed=1), subject.build(seed=1)
    found = first.fingerprint()
    expect(isinstance(found, str) and 0 < len(found) <= 200, "a text of 1 to 200 characters", repr(found))
    expect(found == second.fingerprint(), f"{found!r} for the same options again", repr(second.fingerprint()))
    observed(subject, first)
    expect(found == first.fingerprint(), f"{found!r} after use, too", repr(first.fingerprint()))


def keeps_its_fingerprint_when_defaults_are_spelt_out(subject: Subject) -> None:
    """An option given its default value changes nothing."""
    defaults = {
        name: p.default
        for name, p in _options(subject).items()
        if p.default is not p.empty and name not in subject.example.options
    }
    if not defaults:
        raise NotApplicableError("it has no options with defaults beside those of the example")
    plain, spelt = subject.build().fingerprint(), subject.build(**defaults).fingerprint()
    expect(plain == spelt, f"the fingerprint {plain!r} with every default spelt out", repr(spelt))


def changes_its_fingerprint_with_its_results(subject: Subject) -> None:
    """Every option that changes what it computes changes its fingerprint."""
    base = subject.build()
    fingerprint, results = base.fingerprint(), observed(subject, base)
    tried = 0
    for name, value in _variants(subject):
        try:
            other = subject.build(**{name: value})
            differs = difference(results, observed(subject, other))
        except (NotBuiltError, NotApplicableError):
            continue
        tried += 1
        expect(
            not differs or other.fingerprint() != fingerprint,
            f"another fingerprint with {name}={value!r}, which changes results ({differs})",
            f"{fingerprint!r} again",
        )
    if not tried:
        raise NotApplicableError("it has no option that the kit can vary")


def _options(subject: Subject) -> dict[str, inspect.Parameter]:
    target = subject.component.load()
    parameters = list(inspect.signature(target).parameters.items())
    parameters = parameters[1:] if subject.example.argument else parameters
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name: p for name, p in parameters if p.kind in kinds and name not in ("path", "dataset")}


def _variants(subject: Subject) -> Iterator[tuple[str, Any]]:
    """Options with another value each: by the type of the default, or another choice of a ``Literal``.

    What the example sets stays: without it the component might go online.
    """
    hints = _hints(subject.component.load())
    for name, parameter in _options(subject).items():
        if name in subject.example.options:
            continue
        given = parameter.default
        choices = typing.get_args(hints.get(name)) if typing.get_origin(hints.get(name)) is typing.Literal else ()
        if choices:
            yield from ((name, choice) for choice in choices if choice != given)
        elif isinstance(given, bool):
            yield name, not given
        elif isinstance(given, int):
            yield name, given * 2 if given else 1
            yield name, max(given // 2, 1)
        elif isinstance(given, float):
            yield name, given / 2 if given else 0.5


def _hints(target: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(target.__init__ if inspect.isclass(target) else target)
    except (NameError, TypeError):  # a type that is imported for type checkers only
        return {}


CHECKS = (
    has_a_stable_fingerprint,
    keeps_its_fingerprint_when_defaults_are_spelt_out,
    changes_its_fingerprint_with_its_results,
)
