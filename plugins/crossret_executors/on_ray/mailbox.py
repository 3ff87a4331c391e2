"""Where workers leave events and files for the driver: an actor on the driver's machine, which sees its folders."""

from __future__ import annotations

import asyncio
from pathlib import Path

from crossret.contracts.execution import Event
from crossret_executors.on_ray.parcels import Parcel, parcel_of, unpack


class Mailbox:
    """Keeps the order of events: what a worker told before it died is read before its death is told."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._arrived = asyncio.Event()

    async def tell(self, event: Event) -> None:
        """Leave an event."""
        self._events.append(event)
        self._arrived.set()

    async def take(self) -> list[Event]:
        """The events since the last call; waits for at least one."""
        await self._arrived.wait()
        self._arrived.clear()
        taken, self._events = self._events, []
        return taken

    async def fetch(self, folder: Path, kept: tuple[Path, ...]) -> Parcel:
        """What an earlier try has left in the driver's folder."""
        return parcel_of(folder, kept)

    async def store(self, folder: Path, parcel: Parcel) -> None:
        """Write files of a worker that does not share the driver's folder.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        unpack(folder, parcel)
