"""The live display in a pseudo-terminal of 80 columns."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from processes import SCRIPT, Crossret
from small_data import Small

pty = pytest.importorskip("pty")
fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

ROWS, COLUMNS = 24, 80
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def screen(crossret: Crossret, small: Small, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Everything that a bench writes to a terminal on stderr."""
    out: Path = tmp_path_factory.mktemp("display") / "out"
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, ROWS.to_bytes(2, "little") + COLUMNS.to_bytes(2, "little") + bytes(4))
    words = ["--lang", "es", "--method", "lexical,all-terms-fused", "--set", "training.epochs=60", "--out", str(out)]
    with subprocess.Popen(
        [str(SCRIPT), "bench", str(small.suite), *words],
        env=crossret.environment(TERM="xterm"),
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        written = b"".join(iter(lambda: read(ours), b""))
    os.close(ours)
    assert process.returncode == 0
    return written.decode()


def read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # how Linux says that the other side has closed
        return b""


def test_it_tells_what_is_done_what_runs_its_loss_and_when_it_ends(screen: str) -> None:
    plain = ESCAPE.sub("", screen)
    assert "0 of 2 units" in plain
    assert re.search(r"1 of 2 units, about \d+ s left", plain)
    assert re.search(r"all-terms-fused es seed 0 .* preparing", plain)
    assert re.search(r"all-terms-fused es seed 0 .* loss \d+\.\d{3}", plain)


def test_no_line_is_wider_than_the_terminal(screen: str) -> None:
    lines = [line.rpartition("\r")[2] for line in ESCAPE.sub("", screen).replace("\r\n", "\n").split("\n")]
    bars = [line for line in lines if "━" in line]
    assert bars
    assert max(map(len, bars)) <= COLUMNS


def test_bars_are_drawn_over_themselves(screen: str) -> None:
    """The screen is never cleared, and nothing but the bars is repeated."""
    assert "\x1b[2J" not in screen
    assert screen.count("\x1b[1A") > 5
    assert "shapes/plain/es/" not in screen, "the lines of the plain log"
    assert screen.count("records: ") == 1
