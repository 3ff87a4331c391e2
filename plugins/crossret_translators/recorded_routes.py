"""What stands beside a file of translations about its making: by which routes its texts were translated."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from crossret.contracts.translation import Hop, Route

FORMAT: Final = "crossret translations 1"
FIELDS: Final = ("engine", "source", "target", "mode", "version")


def recorded_routes(path: Path) -> dict[tuple[str, str], Route]:
    """Routes by pair of languages; empty without a provenance file, or with one that is about another content.

    Of several routes of one pair, as of several parts, the first counts.

    Args:
        path: of the translations; their provenance is ``NAME.provenance.json`` beside it.
    """
    document = _document(path.with_name(f"{path.name}.provenance.json"))
    if document.get("format") != FORMAT or _value(document, "file", "sha256") != _sha256(path):
        return {}
    found: dict[tuple[str, str], Route] = {}
    for part in document.get("parts") or ():
        route = _route(part)
        if route is not None:
            found.setdefault((route.hops[0].source, route.hops[-1].target), route)
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _document(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _value(document: dict[str, Any], *keys: str) -> object:
    found: Any = document
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _route(part: object) -> Route | None:
    hops = part.get("route") if isinstance(part, dict) else None
    if not isinstance(hops, list) or not hops:
        return None
    try:
        return Route(tuple(Hop(*(str(hop[name]) for name in FIELDS)) for hop in hops))
    except (KeyError, TypeError):
        return None
