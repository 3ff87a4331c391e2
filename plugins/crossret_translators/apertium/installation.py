"""What is installed: modes, the files they read, and their versions."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

from crossret.errors import ComponentError
from crossret_translators.apertium.pairs import Pair

# Debian packages with the programs of the stages.
TOOLS: Final = (
    "apertium",
    "lttoolbox",
    "apertium-lex-tools",
    "apertium-anaphora",
    "apertium-separable",
    "apertium-recursive",
    "cg3",
)
PROGRAMS: Final = ("apertium", "apertium-wblank-mode")
INSTALL: Final = "apt-get install --no-install-recommends"
_QUOTED: Final = re.compile(r"'([^']+)'")


class Installation:
    """The engine's programs and the modes beside them.

    Args:
        modes: folder of mode files; empty: that of the installed engine.
    """

    def __init__(self, modes: str = "") -> None:
        self._modes = Path(modes) if modes else None

    def folder(self) -> Path:
        """The folder of mode files.

        Raises:
            ComponentError: the engine is not installed; the line says how to install it.
        """
        for program in PROGRAMS:
            if shutil.which(program) is None:
                raise ComponentError(
                    f"apertium: found no program {program!r}; install it and the pairs you need, on Debian with "
                    f"{INSTALL} apertium apertium-eng-spa"
                )
        return self._modes or Path(str(shutil.which("apertium"))).parent.parent / "share" / "apertium" / "modes"

    def mode_file(self, mode: str) -> Path:
        """The file that defines a mode, there or not.

        Raises:
            ComponentError: the engine is not installed.
        """
        return self.folder() / f"{mode}.mode"

    def has(self, mode: str) -> bool:
        """Whether the mode is installed; what its package is called says nothing.

        Raises:
            ComponentError: the engine is not installed.
        """
        return self.mode_file(mode).is_file()

    def pipeline(self, pair: Pair) -> str:
        """The shell pipeline of a pair's mode, flushed at every null byte.

        Raises:
            ComponentError: the engine or the mode is not installed.
        """
        file = self.mode_file(pair.mode)
        if not file.is_file():
            raise ComponentError(
                f"apertium {pair.source} → {pair.target}: {file} is missing; on Debian: {INSTALL} {pair.package}"
            )
        found = subprocess.run([PROGRAMS[1], "-z", str(file)], capture_output=True, text=True, errors="replace")
        if found.returncode:
            raise ComponentError(f"apertium: {file}: expected a mode; {found.stderr.strip() or 'it cannot be read'}")
        return found.stdout

    def data_hashes(self, mode: str) -> dict[str, str]:
        """SHA-256 of the compiled files that a mode reads, by path below the engine's data folder.

        Raises:
            ComponentError: the engine or the mode is not installed.
        """
        file = self.mode_file(mode)
        names = _QUOTED.findall(file.read_text(encoding="utf-8", errors="replace"))
        return {os.path.relpath(name, file.parent.parent): sha256(Path(name)) for name in names if os.path.isfile(name)}

    def version(self, pair: Pair) -> str:
        """What identifies program and data of a pair: versions, and a hash, as data can also be built by hand.

        Raises:
            ComponentError: the engine or the mode is not installed.
        """
        hashes = [sha256(self.mode_file(pair.mode)), *self.data_hashes(pair.mode).values()]
        data = hashlib.sha256(" ".join(hashes).encode()).hexdigest()[:16]
        package = installed_packages().get(pair.package, "unpackaged")
        return f"apertium {engine_version()}; {pair.package} {package}; data sha256:{data}"


def sha256(file: Path) -> str:
    """Hash of a file, read once per process unless it changes."""
    status = file.stat()
    return _sha256(file, status.st_size, status.st_mtime_ns)


@cache
def _sha256(file: Path, size: int, modified: int) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@cache
def installed_packages() -> dict[str, str]:
    """Versions of the Debian packages of the engine; empty on another system."""
    names = [name for name in TOOLS if not name.startswith("apertium")]
    command = ["dpkg-query", "-W", "-f=${Package} ${Version}\\n", "apertium*", *names]
    try:
        lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    except FileNotFoundError:
        return {}
    return {name: version for name, _, version in (line.partition(" ") for line in lines) if version}


@cache
def engine_version() -> str:
    """The version of the engine: of its Debian package, else what it says itself."""
    packaged = installed_packages().get("apertium")
    return packaged or subprocess.run(["apertium", "-V"], capture_output=True, text=True).stdout.strip()
