"""Every text gets its answer, whatever one of them does to the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Ask = Callable[[Sequence[str]], list[str]]


def answer_all(ask: Ask, texts: Sequence[str]) -> list[str]:
    """One raw answer per text, blank for a text that has none even in a process of its own.

    Args:
        ask: answers the first of the texts it is given, and fewer than all of them if something went wrong on the way.
        texts: what to translate.
    """
    answers = _cornered(ask, texts)
    # An empty answer can be a stage that was lost on the way: once more.
    blank = [number for number, answer in enumerate(answers) if answer is not None and not answer.strip()]
    for number, answer in zip(blank, _cornered(ask, [texts[number] for number in blank]), strict=True):
        answers[number] = answer
    return [answer or "" for answer in answers]


def _cornered(ask: Ask, texts: Sequence[str]) -> list[str | None]:
    """One answer per text, ``None`` for one that gets none when it is asked for alone.

    Where the answers stop, the next text is the suspect, and is asked for alone; if there are none at all, the texts
    are halved until the suspect stands alone.
    """
    answers: list[str | None] = [None] * len(texts)
    pieces = [range(len(texts))] if texts else []
    while pieces:
        piece = pieces.pop()
        found = ask([texts[number] for number in piece])
        for number, answer in zip(piece, found, strict=False):
            answers[number] = answer
        rest = piece[len(found) :]
        if rest and len(piece) > 1:
            border = 1 if found else len(rest) // 2
            pieces += [part for part in (rest[border:], rest[:border]) if part]
    return answers
