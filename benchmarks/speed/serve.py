"""Asks a running ``crossret serve`` as fast as several clients can: ``python benchmarks/speed/serve.py URL``.

Start it with ``--rate 0``. Prints percentiles of a text query's time, requests per second and errors, with the load of
the machine, which counts: clients and server share its cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time

import httpx
import numpy as np

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


async def measure(url: str, clients: int, requests: int) -> dict[str, float | str]:
    """All clients at once."""
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as session:
        model = (await session.get("/api/models")).json()["models"][0]
        ask = (session, model["id"], (*model["trained"], model["source"])[0])
        # The model is loaded by the first request.
        await client(*ask, [0])
        before, started, numbers = os.getloadavg()[0], time.perf_counter(), list(range(requests))
        answers = await asyncio.gather(*(client(*ask, numbers) for _ in range(clients)))
        whole = time.perf_counter() - started
    seconds = np.concatenate([found for found, _ in answers]) * 1000
    return {
        "clients": clients,
        "requests": len(seconds),
        "errors": sum(errors for _, errors in answers),
        "p50_ms": round(float(np.percentile(seconds, 50)), 1),
        "p95_ms": round(float(np.percentile(seconds, 95)), 1),
        "p99_ms": round(float(np.percentile(seconds, 99)), 1),
        "per_second": round(len(seconds) / whole, 1),
        "load_before": round(before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count() or 0,
    }


def main() -> None:
    """Parse and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--requests", type=int, default=10_000)
    asked = parser.parse_args()
    print(json.dumps(asyncio.run(measure(asked.url, asked.clients, asked.requests))))


if __name__ == "__main__":
    main()
