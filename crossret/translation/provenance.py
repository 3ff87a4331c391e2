"""What a file of translations says about its making."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from crossret.translation.parts import Part

SampleCreation = Literal["machine-translated", "found"]
"""Words of MTEB's task metadata: how a sample came about."""


@dataclass(frozen=True)
class Origin:
    """Who translated what.

    Attributes:
        dataset: its name, options, protocol and the fingerprint of its content.
        translator: its name, options, fingerprint, licence and the distribution that it came with.
        versions: of programs, by name.
        hops: what the engines say about themselves, by hop.
        command: the command line.
    """

    dataset: Mapping[str, Any]
    translator: Mapping[str, Any]
    versions: Mapping[str, str]
    hops: Mapping[str, Mapping[str, object]]
    command: str


def provenance_file(path: Path) -> Path:
    """Where the provenance of a file of translations stands: beside it."""
    return path.with_name(f"{path.name}.provenance.json")


def provenance(origin: Origin, parts: Sequence[Part], file: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object.

    Args:
        origin: who translated what.
        parts: everything that was translated.
        file: name, hash and number of rows of the file.
    """
    return {
        "format": "crossret translations 1",
        "sample_creation": sample_creation(parts),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "command": origin.command,
        "versions": dict(origin.versions),
        "dataset": dict(origin.dataset),
        "translator": dict(origin.translator),
        "parts": [_part(part) for part in parts],
        "hops": {name: dict(told) for name, told in origin.hops.items()},
        "file": dict(file),
    }


def sample_creation(parts: Sequence[Part]) -> SampleCreation:
    """``found`` if every text was only copied, so that nothing is translated."""
    statuses = {answer.status for part in parts for answer in part.answers}
    return "machine-translated" if "ok" in statuses else "found"


def _part(part: Part) -> dict[str, Any]:
    statuses = Counter(answer.status for answer in part.answers)
    return {
        "purpose": part.purpose,
        "source": part.route.hops[0].source,
        "target": part.route.hops[-1].target,
        "route": [asdict(hop) for hop in part.route.hops],
        "route_fingerprint": part.route.fingerprint(),
        "captions": len(part.captions),
        "texts": len({caption.text for caption in part.captions}),
        **{status: statuses[status] for status in ("ok", "copied", "failed")},
        "unknown_words": sum(answer.unknown for answer in part.answers),
        "seconds": round(part.seconds, 1),
    }
