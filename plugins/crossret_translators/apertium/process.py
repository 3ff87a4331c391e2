"""One run of a shell pipeline that cannot outlive its deadline."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import IO, Final, NamedTuple

# -g shows the marks of unknown words.
OPTIONS: Final = ("-g", "")
_BLOCK: Final = 1 << 16


class Outcome(NamedTuple):
    """What a pipeline wrote, how it ended (``None``: it stood still and was stopped), and its last complaint."""

    stream: bytes
    status: int | None
    complaint: str


def run(pipeline: str, records: bytes, patience: float) -> Outcome:
    """Feed the records to a pipeline of the shell and read until it ends.

    Args:
        pipeline: commands with ``$1`` and ``$2`` for the engine's options.
        records: all of its input.
        patience: seconds that may pass without a byte from it before it and all its stages are killed.
    """
    command = ["bash", "-c", f"set -o pipefail\n{pipeline}", "apertium", *OPTIONS]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryFile() as complaints, _started(command, complaints, environment) as process:
        stream, ended = _exchange(process, records, patience)
        status = None
        if ended:
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = process.wait(patience)
        return Outcome(stream, status, _last_line(complaints))


@contextlib.contextmanager
def _started(
    command: list[str], complaints: IO[bytes], environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env=environment,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def _exchange(process: subprocess.Popen[bytes], records: bytes, patience: float) -> tuple[bytes, bool]:
    """Write and read at once, as either pipe may fill up; say whether the output came to its end in time."""
    assert process.stdin is not None
    assert process.stdout is not None
    given, taken = process.stdin.fileno(), process.stdout.fileno()
    os.set_blocking(given, False)
    waiting, stream = memoryview(records), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(given, selectors.EVENT_WRITE)
        selector.register(taken, selectors.EVENT_READ)
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                if key.fd == given:
                    waiting = _write(given, waiting)
                    if not waiting:
                        selector.unregister(given)
                        with contextlib.suppress(BrokenPipeError):
                            process.stdin.close()
                    continue
                block = os.read(taken, _BLOCK)
                if not block:
                    return bytes(stream), True
                stream += block
                deadline = time.monotonic() + patience
    return bytes(stream), False


def _write(pipe: int, waiting: memoryview) -> memoryview:
    """Write what fits; nothing is left to write once nobody reads."""
    try:
        return waiting[os.write(pipe, waiting[:_BLOCK]) :]
    except BlockingIOError:
        return waiting
    except BrokenPipeError:
        return waiting[:0]


def _last_line(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""
