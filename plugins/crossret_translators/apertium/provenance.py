"""The record of how translations are made."""

from __future__ import annotations

from typing import Any, Final

from crossret_translators.apertium.installation import TOOLS, Installation, installed_packages, sha256
from crossret_translators.apertium.pairs import Pair
from crossret_translators.apertium.warm_ups import digest, warm_up

# Counts changes of the protocol that could change an answer.
PROTOCOL: Final = "apertium/1"
LICENCE: Final = "GPL-2.0-or-later / GPL-3.0-or-later (run as a separate program; not shipped)"


def engine_record() -> dict[str, Any]:
    """What holds for every pair."""
    installed = installed_packages()
    return {
        "engine": "apertium",
        "engine_packages": {tool: installed[tool] for tool in TOOLS if tool in installed},
        "licence_of_engine_and_data": LICENCE,
        "protocol": PROTOCOL,
        "options": ["-z (null flush)", "-g (marks shown, then recorded and stripped)"],
        "record_format": "escaped text + '.[]' + '[#ID]' + NUL",
        "sample_creation": "machine-translated",
    }


def warm_up_record(language: str) -> dict[str, Any]:
    """Size and hash of a language's warm-up."""
    return {"lines": len(warm_up(language)), "sha256": digest(language)}


def pair_record(installation: Installation, pair: Pair) -> dict[str, Any]:
    """The files of one pair.

    Raises:
        ComponentError: the engine or the mode is not installed.
    """
    return {
        "source": pair.source,
        "target": pair.target,
        "mode": pair.mode,
        "package": pair.package,
        "version": installed_packages().get(pair.package, ""),
        "mode_file_sha256": sha256(installation.mode_file(pair.mode)),
        "data_sha256": installation.data_hashes(pair.mode),
    }


def provenance(installation: Installation, pair: Pair) -> dict[str, Any]:
    """Everything about one hop.

    Raises:
        ComponentError: the engine or the mode is not installed.
    """
    return {**engine_record(), "warm_up": warm_up_record(pair.source), **pair_record(installation, pair)}
