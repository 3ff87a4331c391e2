"""What a server refuses before anything is computed: sizes, rates, foreign names of the host."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crossret.errors import CrossretError

MOST_BYTES = 10 * 2**20
MOST_CHARACTERS = 500
BODY_SECONDS = 30.0
MOST_CLIENTS = 4096
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RefusedError(CrossretError):
    """A request that is not answered, with the status that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def error_response(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """The one form that every error has."""
    return JSONResponse({"error": " ".join(message.split())}, status, headers)


@dataclass
class Rate:
    """So many requests per second from one address, twice as many at once.

    Attributes:
        per_second: 0 means no limit.
    """

    per_second: float
    now: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def allows(self, client: str) -> bool:
        """Count one request."""
        if not self.per_second:
            return True
        most, now = max(1.0, 2 * self.per_second), self.now()
        left, then = self._left.pop(client, (most, now))
        left = min(most, left + (now - then) * self.per_second)
        self._left[client] = (max(0.0, left - 1), now)
        if len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)
        return left >= 1


@dataclass(frozen=True)
class Guard:
    """Stands before the application and sends its answers with the headers that browsers go by.

    Attributes:
        hosts: names under which it may be addressed; empty: any. Pages of others that resolve their name to this
            machine are refused so.
    """

    app: ASGIApp
    rate: Rate
    hosts: tuple[str, ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refused = self._refused(scope)
        await (refused or self.app)(scope, receive, with_headers)

    def _refused(self, scope: Scope) -> JSONResponse | None:
        host = Headers(scope=scope).get("host", "")
        if self.hosts and _without_port(host) not in self.hosts:
            return error_response(400, f"this server is {', '.join(self.hosts)}, not {host[:100]!r}")
        client = scope.get("client") or ("",)
        if scope["path"].startswith("/api/") and not self.rate.allows(client[0]):
            return error_response(429, "too many requests; wait a moment", {"Retry-After": "1"})
        return None


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name.lower() if colon and port.isdigit() else host.lower()


async def body_of(request: Request) -> bytes:
    """The body, never more of it in memory than is allowed.

    Raises:
        RefusedError: it is too long, or takes too long to come.
    """
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > MOST_BYTES:
                    raise RefusedError(413, f"the body is longer than {MOST_BYTES} bytes")
                parts.append(part)
    except TimeoutError as error:
        raise RefusedError(408, f"the body took more than {BODY_SECONDS:g} seconds") from error
    return b"".join(parts)
