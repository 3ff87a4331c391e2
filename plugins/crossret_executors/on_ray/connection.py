"""Connects to a cluster, or starts a Ray on this machine for the time of a run."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Iterator
from typing import Any

import ray
import ray._private.worker

from crossret.errors import CrossretError, UsageError
from crossret_executors.on_ray.orders import Resources
from crossret_executors.processes import cores

ADDRESS_VARIABLE = "RAY_ADDRESS"
HERE = "local"
REACH_SECONDS = 10.0
# On one machine every folder is shared, and little goes through the object store.
OBJECT_STORE_BYTES = 100 << 20


@contextlib.contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Be a driver of the cluster at an address; a connection that the caller has already is used and kept.

    Raises:
        UsageError: an address of another kind.
        CrossretError: no cluster there.
    """
    if ray.is_initialized():
        with _quiet():
            yield
        return
    where = address or os.environ.get(ADDRESS_VARIABLE) or HERE
    if "://" in where:
        raise UsageError(
            f"executor 'ray': address {where!r}: expected HOST:PORT of a cluster that this machine belongs to, or "
            "auto; join it with 'ray start --address HOST:PORT', or run the command on its head node"
        )
    try:
        _reach(where)
        ray.init(where, log_to_driver=False, logging_level=logging.CRITICAL, **_of_its_own() if where == HERE else {})
    except (OSError, RuntimeError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise CrossretError(
            f"no Ray cluster at {where!r} ({said}); start one with 'ray start --head', or leave the address out to use "
            "this machine alone"
        ) from error
    try:
        with _quiet():
            yield
    finally:
        ray.shutdown()


def _reach(where: str) -> None:
    """Ray itself asks a machine that does not answer again and again, for many minutes.

    Raises:
        OSError: nobody answers.
        ValueError: the address is no ``HOST:PORT``.
    """
    if where in (HERE, "auto"):
        return
    host, colon, port = where.rpartition(":")
    if not (host and colon and port.isdecimal()):
        raise ValueError("expected HOST:PORT")
    socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()


def require(resources: Resources) -> None:
    """Refuse what no node could ever run, as Ray would wait for such a node for ever.

    Raises:
        UsageError: no node has so much.
    """
    wanted = resources.wanted()
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if not any(all(node.get(name, 0) >= number for name, number in wanted.items()) for node in nodes):
        have = ", ".join(" and ".join(f"{node.get(name, 0):g} {name}" for name in wanted) for node in nodes)
        raise UsageError(
            f"executor 'ray': a job takes {resources}, and no node of the cluster has so much (found: {have}); start "
            "such a node first, or lower the executor's options cpus and gpus"
        )


def _of_its_own() -> dict[str, Any]:
    # Ray reports its use to its makers unless told otherwise.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    return {"num_cpus": cores(), "include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Ray prints on stdout, where tables go, when a worker dies; its debugger switches that off in this way, too."""
    worker: Any = ray._private.worker
    before = getattr(worker, "_worker_logs_enabled", True)
    worker._worker_logs_enabled = False
    try:
        yield
    finally:
        worker._worker_logs_enabled = before
