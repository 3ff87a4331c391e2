from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from crossret.errors import CrossretError, DataError
from crossret.serve.messages import Pictures, SearchQuery
from crossret.serve.models import Shelf
from crossret.serve.searches import search
from crossret.serve.together import Together

T = TypeVar("T")


class Slow:
    """Doubles numbers when it is let; says no to 13, and falls over 99."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.go = threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.calls.append(list(numbers))
        self.go.wait(10)
        if 99 in numbers:
            raise RuntimeError("fell over")
        return [DataError("13") if number == 13 else 2 * number for number in numbers]


def with_slow(program: Callable[[Slow, Together[int, int]], Awaitable[T]]) -> tuple[Slow, T]:
    async def run() -> tuple[Slow, T]:
        slow = Slow()
        with ThreadPoolExecutor(1) as thread:
            return slow, await program(slow, Together(thread, slow))

    return asyncio.run(run())


async def asked(slow: Slow, together: Together[int, int], numbers: Sequence[int]) -> list[int | BaseException]:
    """The first is under way before the others come."""
    tasks = [asyncio.create_task(together.ask(numbers[0]))]
    while not slow.calls:
        await asyncio.sleep(0)
    tasks += [asyncio.create_task(together.ask(number)) for number in numbers[1:]]
    await asyncio.sleep(0)
    slow.go.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


def test_what_waits_is_answered_at_once_and_everybody_gets_their_own() -> None:
    slow, answers = with_slow(lambda slow, together: asked(slow, together, [1, 2, 3, 4]))
    assert slow.calls == [[1], [2, 3, 4]]
    assert answers == [2, 4, 6, 8]


def test_an_error_is_the_answer_of_one() -> None:
    _, answers = with_slow(lambda slow, together: asked(slow, together, [1, 2, 13, 4]))
    assert [answer for answer in answers if isinstance(answer, int)] == [2, 4, 8]
    assert isinstance(answers[2], DataError)


def test_after_a_call_that_fails_the_next_one_is_made() -> None:
    async def program(slow: Slow, together: Together[int, int]) -> tuple[list[int | BaseException], int]:
        return await asked(slow, together, [1, 99, 3]), await together.ask(5)

    _, (answers, next_one) = with_slow(program)
    assert answers[0] == 2
    assert [type(answer) for answer in answers[1:]] == [RuntimeError, RuntimeError]
    assert next_one == 10


def test_who_has_gone_keeps_nobody_waiting() -> None:
    async def program(slow: Slow, together: Together[int, int]) -> int:
        gone = asyncio.create_task(together.ask(1))
        while not slow.calls:
            await asyncio.sleep(0)
        gone.cancel()
        slow.go.set()
        return await together.ask(2)

    assert with_slow(program)[1] == 4


@pytest.mark.parametrize(("lang", "query", "text"), [("zz", "translated", "aro azul"), ("es", "target", "\x1c")])
def test_a_query_without_an_answer_costs_the_others_nothing(
    shelf: Shelf, model: str, lang: str, query: str, text: str
) -> None:
    good = {"model": model, "text": "aro azul", "lang": "es"}
    queries = [good, {"model": model, "text": text, "lang": lang, "query": query}, good | {"top": "3"}]
    first, wrong, last = search(shelf, [SearchQuery.model_validate(one) for one in queries])
    assert isinstance(wrong, CrossretError)
    assert isinstance(first, Pictures)
    assert isinstance(last, Pictures)
    assert first.hits[0].item == "test-blue-circle"
    assert [hit.item for hit in last.hits] == [hit.item for hit in first.hits[:3]]
