"""Builds a component in a process of its own and keeps what it makes; run by a check."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from crossret.contracts.meta import Example, Meta
from crossret.errors import UsageError
from crossret.plugins import registry
from crossret.registry import Component
from crossret.testing.checks.elsewhere import write_arrays
from crossret.testing.observing import inputs
from crossret.testing.subject import Subject


def main(kind: str, name: str, target: str, argument: str, options: str, path: str) -> None:
    """Build, prepare the probes, write a file."""
    known = registry()
    try:
        component = known.get(kind, f"{name}:{argument}" if argument else name)
    except UsageError:
        component = Component(kind, name, target, Meta(), "", "")
        known.add(component)
    with tempfile.TemporaryDirectory() as folder:
        subject = Subject(component, Example(argument, json.loads(options)), known, Path(folder))
        built = subject.build()
        made = inputs(subject, built)
    write_arrays(Path(path), {**made, "fingerprint": np.array(built.fingerprint())})


if __name__ == "__main__":
    main(*sys.argv[1:])
