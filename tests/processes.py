"""The real ``crossret`` in processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(sys.executable).with_name("crossret")
PROBE = """
import sys
from crossret.cli import main
try:
    main()
finally:
    print("\\n".join(name for name in sys.argv[0].split(",") if name in sys.modules), file=sys.stderr)
"""


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The line that says what was wrong; there is one, and no traceback."""
        assert "Traceback" not in self.err, self.err
        (line,) = (line for line in self.err.splitlines() if line.startswith("crossret: "))
        assert self.err.rstrip().splitlines()[-1] == line
        return line.removeprefix("crossret: ")


@dataclass(frozen=True)
class Crossret:
    """Calls the console script in a folder.

    Attributes:
        cache: where computed features lie; shared by calls that may share them.
        packages: a folder of plugins, if any.
    """

    folder: Path
    cache: Path
    packages: Path | None = None

    def environment(self, **changes: str) -> dict[str, str]:
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("CROSSRET_", "COLUMNS", "NO_COLOR"))}
        given = os.environ.get("PYTHONPATH", "")
        paths = {"PYTHONPATH": os.pathsep.join(filter(None, (str(self.packages), given)))} if self.packages else {}
        return kept | paths | {"CROSSRET_CACHE": str(self.cache), "PYTHONUNBUFFERED": "1"} | changes

    def __call__(self, *words: object, timeout: float = 300, **environment: str) -> Ended:
        """Run to the end."""
        return self._ended([str(SCRIPT), *map(str, words)], timeout, environment)

    def imported(self, *words: object, modules: tuple[str, ...]) -> tuple[Ended, set[str]]:
        """Run to the end; and which of the modules were imported."""
        call = [sys.executable, "-c", PROBE.replace("sys.argv[0]", repr(",".join(modules))), *map(str, words)]
        ended = self._ended(call, 120, {})
        return ended, set(ended.err.splitlines()) & set(modules)

    def start(self, *words: object, stderr: int | None = subprocess.PIPE, **environment: str) -> subprocess.Popen[str]:
        """Start in a process group of its own."""
        return subprocess.Popen(
            [str(SCRIPT), *map(str, words)],
            cwd=self.folder,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )

    def _ended(self, call: list[str], timeout: float, environment: dict[str, str]) -> Ended:
        done = subprocess.run(
            call,
            cwd=self.folder,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)
