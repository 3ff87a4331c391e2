"""The worker's side: one task does one order."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ray

from crossret.contracts.execution import Event, Job, Report
from crossret_executors.on_ray.marks import is_shared
from crossret_executors.on_ray.orders import Order
from crossret_executors.on_ray.parcels import Watched
from crossret_executors.running import run_job, unpacked


def do(order: Order, mailbox: Any) -> None:
    """Run a job and leave its events, the last one included, in the driver's mailbox."""

    def tell(event: Event) -> None:
        ray.get(mailbox.tell.remote(event))

    if os.path.isdir(order.directory):
        os.chdir(order.directory)
    found = unpacked(order.job, order.packed, tell)
    if found is None:
        return
    job, work = found
    if order.folder is None or is_shared(order.folder, order.mark):
        run_job(job, work, tell)
        return
    with _carried(job, order.folder, mailbox, tell) as (elsewhere, carry):
        run_job(elsewhere, work, carry)


@contextlib.contextmanager
def _carried(job: Job, folder: Path, mailbox: Any, tell: Report) -> Iterator[tuple[Job, Report]]:
    """The job in a folder of this machine; files go to the driver's before an event that may speak of them."""
    with tempfile.TemporaryDirectory(prefix="crossret-", ignore_cleanup_errors=True) as place:
        watched = Watched(Path(place))
        watched.receive(ray.get(mailbox.fetch.remote(folder, job.kept)))

        def carry(event: Event) -> None:
            parcel = watched.changes()
            if parcel:
                ray.get(mailbox.store.remote(folder, parcel))
            tell(event)

        yield dataclasses.replace(job, folder=watched.folder), carry
