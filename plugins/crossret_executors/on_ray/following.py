"""The driver's side of a run: hands orders to Ray and passes on what workers tell."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from typing import Any

import ray
from ray.exceptions import NodeDiedError, OutOfMemoryError, RayError, RayTaskError, WorkerCrashedError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from crossret.contracts.execution import Event, Report
from crossret.errors import CrossretError
from crossret_executors.on_ray.mailbox import Mailbox
from crossret_executors.on_ray.orders import Order, Resources
from crossret_executors.on_ray.telling import Telling
from crossret_executors.on_ray.worker import do
from crossret_executors.running import failure
from crossret_executors.threads import THREAD_VARIABLES, thread_variables

OWN_VARIABLES = "CROSSRET_"
# Jobs bring the plugin files that they need.
FILES_VARIABLE = "CROSSRET_PLUGIN_FILES"
GRACE_SECONDS = 5.0
DEATHS = {
    WorkerCrashedError: "worker died",
    NodeDiedError: "node died",
    OutOfMemoryError: "worker was stopped, as its node ran out of memory",
}


class Run:
    """One run.

    Args:
        orders: in the order in which they are handed out.
        limit: how many are in Ray's hands at once.
        resources: of one job.
        threads: CPU threads of one job.
        report: gets the events.
    """

    def __init__(self, orders: Sequence[Order], limit: int, resources: Resources, threads: int, report: Report) -> None:
        self._waiting = deque(orders)
        self._limit = limit
        self._retries = resources.retries
        self._telling = Telling([order.job for order in orders], report)
        self._tasks: dict[Any, str] = {}
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        self._mailbox = ray.remote(Mailbox).options(num_cpus=0, scheduling_strategy=here).remote()
        self._task = ray.remote(
            num_cpus=resources.cpus,
            num_gpus=resources.gpus,
            max_retries=resources.retries,
            scheduling_strategy="SPREAD",
            runtime_env={"env_vars": _variables(threads)},
        )(do)

    def follow(self) -> None:
        """Pass events on until every job has ended.

        Raises:
            CrossretError: the mailbox is lost.
        """
        try:
            self._follow()
        except RayError as error:
            raise CrossretError(f"lost the Ray cluster ({_first_line(error)})") from error

    def _follow(self) -> None:
        mail = self._mailbox.take.remote()
        while self._telling.open:
            while self._waiting and len(self._tasks) < self._limit:
                order = self._waiting.popleft()
                task = self._task.options(name=f"crossret {order.job[:16]}").remote(order, self._mailbox)
                self._tasks[task] = order.job
            (ready,), _ = ray.wait([mail, *self._tasks], num_returns=1)
            if ready == mail:
                for event in ray.get(mail):
                    self._telling.tell(event)
                mail = self._mailbox.take.remote()
            else:
                self._ended(ready)

    def _ended(self, task: Any) -> None:
        """A task that ended well has left a last event; the end of another comes behind the events that it left."""
        job = self._tasks.pop(task)
        try:
            ray.get(task)
        except RayTaskError as error:
            self._leave(failure(job, error.cause if isinstance(error.cause, Exception) else error))
        except RayError as error:
            said = DEATHS.get(type(error), f"lost: {_first_line(error)}")
            times = "once" if self._retries == 0 else f"{self._retries + 1} times"
            self._leave(Event(job, "failed", message=f"{said}, tried {times}", details=str(error)))

    def _leave(self, event: Event) -> None:
        ray.get(self._mailbox.tell.remote(event))

    def cancel(self) -> None:
        """Stop what runs and what waits; tasks that were cancelled are not tried again."""
        tasks = list(self._tasks)
        for task in tasks:
            ray.cancel(task, force=True)
        if tasks:
            ray.wait(tasks, num_returns=len(tasks), timeout=GRACE_SECONDS)

    def close(self) -> None:
        """Give up the mailbox."""
        ray.kill(self._mailbox)


def _variables(threads: int) -> dict[str, str]:
    own = {n: v for n, v in os.environ.items() if n.startswith(OWN_VARIABLES) and n != FILES_VARIABLE}
    given = {n: v for n, v in os.environ.items() if n in THREAD_VARIABLES}
    return own | given | thread_variables(threads)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
