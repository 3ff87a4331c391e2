"""Questions that wait for one thread are answered together: a model reads eight texts in about the time of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Generic, TypeVar

MOST = 32
Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Together(Generic[Question, Answer]):
    """Hands everything that waits to one call, as soon as the last call is done; nothing waits for company.

    Args:
        thread: where the calls are made, one after another.
        answer: one answer per question, or the error that is its answer.
    """

    def __init__(self, thread: Executor, answer: Callable[[Sequence[Question]], Sequence[Answer | Exception]]) -> None:
        self._thread = thread
        self._answer = answer
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._at_work: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """The answer to one question.

        Raises:
            Exception: what its answer is, or what the call failed with.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._at_work is None:
            self._at_work = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                answers = await self._answers([question for question, _ in asked])
                for (_, future), answer in zip(asked, answers, strict=True):
                    _settle(future, answer)
        finally:
            self._at_work = None

    async def _answers(self, questions: Sequence[Question]) -> Sequence[Answer | Exception]:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, questions)
        except Exception as error:
            return [error] * len(questions)


def _settle(future: asyncio.Future[Answer], answer: Answer | Exception) -> None:
    """Whoever asked may have gone meanwhile."""
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
