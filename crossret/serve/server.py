"""The application on a socket, until it is told to stop."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from crossret.errors import UsageError

STOP_SECONDS = 5


@dataclass(frozen=True)
class Listening:
    """An open socket and the address people type."""

    socket: socket.socket
    address: str


def listen(host: str, port: int) -> Listening:
    """Open a socket; port 0 takes a free one.

    Raises:
        UsageError: the address cannot be had.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        opened = socket.create_server((host, port), family=family)
        # The head and the body of an answer are two writes: without this the second can wait 40 ms for the first's
        # receipt. Connections inherit it; asyncio sets it only where a socket names its protocol.
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        said = error.strerror or error
        raise UsageError(f"cannot listen at {host} port {port}: {said}; try another --port, or --port 0") from error
    shown = f"[{host}]" if ":" in host else host
    return Listening(opened, f"http://{shown}:{opened.getsockname()[1]}/")


def run(app: ASGIApp, at: Listening, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are answered first.

    Args:
        app: what is served.
        at: where.
        ready: called when a stop would be a graceful one.
    """
    config = uvicorn.Config(
        app,
        # The faster parser, taken where it is installed, reads headers of any length.
        http="h11",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    # The server gives a signal back when it has stopped; by then there is nothing left to do.
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        ready()
        uvicorn.Server(config).run(sockets=[at.socket])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
