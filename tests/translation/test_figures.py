from __future__ import annotations

import pytest

from crossret.contracts.data import Caption
from crossret.contracts.translation import Hop, Route, Translation
from crossret.translation.figures import figures_of
from crossret.translation.parts import Part

ROUTE = Route((Hop("test", "en", "es"),))


def part(*answered: tuple[str, Translation]) -> Part:
    captions = tuple(Caption(f"c{n}", f"s{n}", "en", text) for n, (text, _) in enumerate(answered))
    return Part("source captions", ROUTE, captions, tuple(answer for _, answer in answered), 1.0)


LADDER = ("a man on a ladder", Translation("un hombre en un ladder", "ok", 1))
COPY = ("radio", Translation("radio", "copied"))
LOST = ("zzz", Translation("", "failed", 9))


def test_signals_are_counted_over_what_did_not_fail() -> None:
    got = figures_of(part(LADDER, COPY, LOST), None, {})
    assert (got.captions, got.failed, got.compared, got.references, got.scores) == (3, 1, 0, None, None)
    assert got.unknown == pytest.approx(1 / 6)
    assert got.marked == pytest.approx(1 / 2)
    assert got.copied == pytest.approx(1 / 2)
    # hombre, ladder, radio are long enough; ladder and radio stand in their sources.
    assert got.copied_words == pytest.approx(2 / 3)
    assert got.length == pytest.approx(len("un hombre en un ladderradio") / len("a man on a ladderradio"))


def test_an_engine_that_marks_nothing_is_not_said_to_know_all() -> None:
    assert figures_of(part(COPY), None, {}).unknown is None


def test_no_long_word_no_share_of_copied_words() -> None:
    assert figures_of(part(("a dog", Translation("狗", "ok"))), None, {}).copied_words is None


def test_only_captions_with_a_reference_are_compared() -> None:
    got = figures_of(part(LADDER, COPY, LOST), "parallel", {"c1": ("radio",), "c2": ("zzz",)})
    assert (got.compared, got.references) == (1, "parallel")
    assert got.scores is not None
    assert got.scores.exact == 100


def test_when_everything_failed_there_is_nothing_to_score() -> None:
    got = figures_of(part(LOST), "parallel", {"c0": ("zzz",)})
    assert (got.failed, got.scores, got.copied, got.length) == (1, None, 0, 0)
