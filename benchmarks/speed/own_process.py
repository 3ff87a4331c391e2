"""Runs a measurement in a process of its own, so that its memory can be told."""

from __future__ import annotations

import json
import subprocess
import sys


def in_process(script: str, *arguments: object) -> dict[str, float]:
    """The figures that a script prints as JSON on its last line.

    Raises:
        subprocess.CalledProcessError: it failed; ``stderr`` says why.
    """
    command = [sys.executable, script, *map(str, arguments)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        error.add_note(error.stderr)
        raise
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures
