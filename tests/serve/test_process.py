from __future__ import annotations

import json
import re
import signal
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

import pytest
from processes import Crossret

from crossret.serve.server import listen

from .conftest import Run


@contextmanager
def served(crossret: Crossret, run: Run) -> Iterator[tuple[Popen[str], str]]:
    process = crossret.start("serve", run.folder, "--port", 0)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.fullmatch(r"2 models at (http://127\.0\.0\.1:\d+)/\n", line)
        assert found, line
        yield process, found[1]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_server_answers_and_stops_gracefully(crossret: Crossret, run: Run, stop: signal.Signals) -> None:
    with served(crossret, run) as (process, address):
        with urllib.request.urlopen(f"{address}/api/models") as answer:
            assert len(json.load(answer)["models"]) == 2
        process.send_signal(stop)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 0, err
        assert err.splitlines()[-1] == "stopped"
        assert "Traceback" not in err


def test_an_answer_in_two_parts_does_not_wait_for_a_receipt() -> None:
    at = listen("127.0.0.1", 0)
    with at.socket, socket.create_connection(at.socket.getsockname()), at.socket.accept()[0] as connection:
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_one_line(crossret: Crossret, run: Run) -> None:
    with served(crossret, run) as (_, address):
        ended = crossret("serve", run.folder, "--port", address.rpartition(":")[2])
        assert ended.code == 2
        assert "cannot listen at 127.0.0.1" in ended.line


def test_a_folder_without_models_is_one_line(crossret: Crossret, run: Run) -> None:
    ended = crossret("serve", run.small.data)
    assert ended.code == 1
    assert "no trained model here" in ended.line
