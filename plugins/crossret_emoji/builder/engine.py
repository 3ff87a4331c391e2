"""Apertium as a separate program."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from crossret.errors import ComponentError
from crossret_emoji.builder.stream import decode, encode

# -g shows the marks of unknown words.
_OPTIONS: Final = ("-g", "")
TOOLS: Final = (
    "apertium",
    "lttoolbox",
    "apertium-lex-tools",
    "apertium-anaphora",
    "apertium-separable",
    "apertium-recursive",
    "cg3",
)


class Engine:
    """Runs modes of the installed engine, one process per call."""

    def __init__(self) -> None:
        """Find the engine.

        Raises:
            ComponentError: it is not installed.
        """
        program = shutil.which("apertium")
        if program is None:
            raise ComponentError("apertium: found no such program; expected Debian's packages, see builder/README.md")
        self.share = Path(program).parent.parent / "share" / "apertium"

    def mode_file(self, mode: str) -> Path:
        """The file that defines a mode."""
        return self.share / "modes" / f"{mode}.mode"

    def pipeline(self, mode: str) -> str:
        """The shell pipeline of a mode, flushed at every null byte.

        Raises:
            ComponentError: the mode is not installed.
        """
        if not self.mode_file(mode).is_file():
            raise ComponentError(f"apertium mode {mode}: not found below {self.share}; expected its Debian package")
        return _pipeline(self.mode_file(mode))

    def translate(self, mode: str, texts: Sequence[str], warm_up: Sequence[str]) -> list[str | None]:
        """Raw answers in the order of the texts, ``None`` where there is none.

        The warm-up goes first, because the state of the tagger outlives a record.
        """
        every = [*warm_up, *texts]
        command = ["bash", "-c", f"set -o pipefail\n{self.pipeline(mode)}", "apertium", *_OPTIONS]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        limit = 60 + 0.1 * len(every)
        try:
            stream = subprocess.run(
                command, input=encode(every), capture_output=True, timeout=limit, env=environment
            ).stdout
        except subprocess.TimeoutExpired as error:
            stream = error.stdout or b""
        answers = decode(stream)
        return [answers.get(number) for number in range(len(warm_up), len(every))]

    def data_hashes(self, mode: str) -> dict[str, str]:
        """Hashes of the compiled files that a mode reads, by path below the engine's data folder."""
        files = (Path(name) for name in re.findall(r"'([^']+)'", self.pipeline(mode)))
        return {os.path.relpath(file, self.share): sha256(file) for file in files if file.is_file()}


@cache
def _pipeline(mode_file: Path) -> str:
    command = ["apertium-wblank-mode", "-z", str(mode_file)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def sha256(file: Path) -> str:
    """Hash of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def installed_version(package: str) -> str:
    """The version of a Debian package, empty if it is not installed."""
    command = ["dpkg-query", "-W", "-f=${Version}", package]
    return subprocess.run(command, capture_output=True, text=True).stdout
