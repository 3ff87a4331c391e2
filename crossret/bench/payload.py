"""What a job carries to the process that does it; plain data, picklable."""

from __future__ import annotations

from dataclasses import dataclass

from crossret.bench.plan import PlannedJob
from crossret.inline import PluginFile


@dataclass(frozen=True)
class Origin:
    """What a record says about the run it comes from."""

    suite: str
    command: str


@dataclass(frozen=True)
class Payload:
    """A job with what all jobs of a run share.

    Attributes:
        units: keys of the units that still need a record.
        plugin_files: plugins that are one file, which the process must load before it looks for a component.
    """

    job: PlannedJob
    units: frozenset[str]
    device: str
    origin: Origin
    plugin_files: tuple[PluginFile, ...] = ()
