"""The names of a new distribution and its parts."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
from dataclasses import dataclass

from crossret.errors import UsageError
from crossret.registry import Registry

PREFIX = "crossret-"
SHAPE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Names:
    """``crossret-mean-gap`` registers ``mean-gap``, the class ``MeanGap`` of the package ``crossret_mean_gap``."""

    distribution: str

    @property
    def component(self) -> str:
        """As in a recipe."""
        return self.distribution.removeprefix(PREFIX)

    @property
    def package(self) -> str:
        """As it is imported."""
        return self.distribution.replace("-", "_")

    @property
    def title(self) -> str:
        """The name of the class."""
        return "".join(part.capitalize() for part in self.component.split("-"))


def names_of(distribution: str, kind: str, registry: Registry) -> Names:
    """The names, if they are free.

    Raises:
        UsageError: the name is malformed, or the package or the component exists.
    """
    names = Names(distribution)
    if not SHAPE.fullmatch(distribution) or not names.component or not names.title.isidentifier():
        raise UsageError(f"name {distribution!r}: expected lower-case words joined by hyphens, e.g. crossret-mean-gap")
    package = names.package
    if keyword.iskeyword(package) or package in sys.stdlib_module_names or importlib.util.find_spec(package):
        raise UsageError(f"name {distribution!r}: a package {package!r} exists; choose another name")
    taken = [component for component in registry if (component.kind, component.name) == (kind, names.component)]
    if taken:
        raise UsageError(f"name {distribution!r}: {taken[0]} exists; choose another name")
    return names
