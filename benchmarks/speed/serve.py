"""Asks a running ``crossret serve`` as fast as several clients can: ``python benchmarks/speed/serve.py URL``.

Start it with ``--rate 0``. Prints percentiles of a text query's time, requests per second and errors, with the load of
the machine, which counts: clients and server share its cores. With ``--pid`` of the server also its processor time per
request, which hardly depends on the load.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time

import httpx
import numpy as np
import psutil

TEXTS = ("a dog", "red heart", "chien", "perro", "gato negro", "maison", "a flag", "soleil", "árbol", "musical note")


async def client(session: httpx.AsyncClient, model: str, lang: str, numbers: list[int]) -> tuple[list[float], int]:
    """Ask one after another; seconds of each, and how many were not answered with 200."""
    seconds, errors = [], 0
    while numbers:
        text = TEXTS[numbers.pop() % len(TEXTS)]
        started = time.perf_counter()
        try:
            answer = await session.get("/api/search", params={"model": model, "text": text, "lang": lang})
            errors += answer.status_code != 200
        except httpx.HTTPError:
            errors += 1
        seconds.append(time.perf_counter() - started)
    return seconds, errors


async def measure(url: str, clients: int, requests: int, pid: int | None) -> dict[str, float | None]:
    """All clients at once."""
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as session:
        model = (await session.get("/api/models")).json()["models"][0]
        ask = (session, model["id"], (*model["trained"], model["source"])[0])
        # The model is loaded by the first request.
        await client(*ask, [0])
        server = None if pid is None else psutil.Process(pid)
        spent = server and _processor_seconds(server)
        before, started, numbers = os.getloadavg()[0], time.perf_counter(), list(range(requests))
        answers = await asyncio.gather(*(client(*ask, numbers) for _ in range(clients)))
        whole = time.perf_counter() - started
        cpu_ms = None if server is None or spent is None else 1000 * (_processor_seconds(server) - spent) / requests
    seconds = np.concatenate([found for found, _ in answers]) * 1000
    return {
        "clients": clients,
        "requests": len(seconds),
        "errors": sum(errors for _, errors in answers),
        "p50_ms": round(float(np.percentile(seconds, 50)), 1),
        "p95_ms": round(float(np.percentile(seconds, 95)), 1),
        "p99_ms": round(float(np.percentile(seconds, 99)), 1),
        "per_second": round(len(seconds) / whole, 1),
        "server_cpu_ms": None if cpu_ms is None else round(cpu_ms, 2),
        "load_before": round(before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count() or 0,
    }


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main() -> None:
    """Parse and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--pid", type=int)
    asked = parser.parse_args()
    print(json.dumps(asyncio.run(measure(asked.url, asked.clients, asked.requests, asked.pid))))


if __name__ == "__main__":
    main()
