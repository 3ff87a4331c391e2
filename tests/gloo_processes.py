"""Processes of one gloo group that stay alive and do what they are asked, one call after another."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

SECONDS = 120


class GlooProcesses:
    """So many processes; each call is an importable function and its arguments for each of them."""

    def __init__(self, count: int, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        pipes = [context.Pipe() for _ in range(count)]
        self.pipes = [mine for mine, _ in pipes]
        self.processes = [
            context.Process(target=_serve, args=(rank, count, str(folder / "store"), theirs), daemon=True)
            for rank, (_, theirs) in enumerate(pipes)
        ]
        for process in self.processes:
            process.start()

    def __call__(self, work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """What each process returns, or the exception that it raised."""
        for pipe, given in zip(self.pipes, arguments, strict=True):
            pipe.send((work, given))
        return [_answer(pipe) for pipe in self.pipes]

    def first(self, work: Callable[..., Any], *given: Any) -> Any:
        """What the first process returns, while the others do nothing; it must not fail."""
        self.pipes[0].send((work, given))
        answer = _answer(self.pipes[0])
        assert not isinstance(answer, Exception), answer
        return answer

    def end(self) -> None:
        for pipe in self.pipes:
            pipe.send(None)
        for process in self.processes:
            process.join(10)
            process.kill()


def _answer(pipe: Connection) -> Any:
    assert pipe.poll(SECONDS), "a process does not answer"
    return pipe.recv()


def _serve(rank: int, count: int, store: str, pipe: Connection) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=count)
    while (asked := pipe.recv()) is not None:
        work, given = asked
        try:
            pipe.send(work(*given))
        except Exception as error:
            pipe.send(error)
    dist.destroy_process_group()
