"""Which requirements of an installed distribution are not met; nothing is imported to find out."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement that is not met.

    Attributes:
        requirement: as pip takes it.
        found: the installed version; empty if there is none.
    """

    requirement: str
    found: str

    def __str__(self) -> str:
        return f"{self.requirement} ({f'{self.found} is installed' if self.found else 'not installed'})"


def extras_of(distribution: str) -> tuple[str, ...] | None:
    """Extras that a distribution offers; ``None`` if it is not installed."""
    try:
        offered = importlib.metadata.metadata(distribution).get_all("Provides-Extra")
    except importlib.metadata.PackageNotFoundError:
        return None
    return tuple(offered or ())


def unmet(distribution: str, extra: str = "") -> list[Need]:
    """What a distribution, or one of its extras, needs and is not there; empty if it is not installed itself."""
    return list(dict.fromkeys(_unmet(distribution, extra, seen={(distribution, extra)})))


def _unmet(distribution: str, extra: str, seen: set[tuple[str, str]]) -> Iterator[Need]:
    for requirement in _required(distribution, extra):
        if canonicalize_name(requirement.name) == canonicalize_name(distribution):
            for other in requirement.extras:
                if (distribution, other) not in seen:
                    seen.add((distribution, other))
                    yield from _unmet(distribution, other, seen)
            continue
        found = _installed(requirement.name)
        if not found or not _fits(requirement, found):
            yield Need(f"{requirement.name}{requirement.specifier}", found)


def _required(distribution: str, extra: str) -> Iterator[Requirement]:
    """Those of the extra alone, or those without any."""
    try:
        lines = importlib.metadata.requires(distribution) or ()
    except importlib.metadata.PackageNotFoundError:
        return
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        always = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if (always and not extra) or (
            extra and not always and requirement.marker is not None and requirement.marker.evaluate({"extra": extra})
        ):
            yield requirement


def _installed(name: str) -> str:
    try:
        return importlib.metadata.version(name) or ""
    except importlib.metadata.PackageNotFoundError:
        return ""


def _fits(requirement: Requirement, version: str) -> bool:
    try:
        return requirement.specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return True
