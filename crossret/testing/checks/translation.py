"""Translators and engines: :mod:`crossret.contracts.translation`."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

from crossret.contracts.translation import CaptionTranslator, Engine, Route, Status, Translation, Translator
from crossret.errors import ComponentError, DataError
from crossret.testing.observing import answered, ask, routes_of
from crossret.testing.outcomes import ConformanceError, NotApplicableError, expect
from crossret.testing.probes import ODD_TEXTS
from crossret.testing.subject import Subject
from crossret.testing.tiny_data import LANGUAGES

NOWHERE = "qqx"


def answers_every_text(subject: Subject) -> None:
    """There is one answer per text, and none without texts."""
    built = subject.build()
    for route, captions, answers in answered(subject, built):
        expect(len(answers) == len(captions), f"{len(captions)} answers ({route})", len(answers))
        expect(all(isinstance(a, Translation) for a in answers), "objects of class Translation", type(answers[0]))
        expect(list(ask(built, (), route)) == [], "no answers without texts", "some")


def answers_are_consistent(subject: Subject) -> None:
    """A status is known, only failures are empty, only copies are 'copied', unknown words stand in the text."""
    for route, captions, answers in answered(subject, subject.build()):
        for caption, answer in zip(captions, answers, strict=True):
            _check_answer(caption.text, answer, route)


def _check_answer(text: str, answer: Translation, route: Route) -> None:
    where = f"for {text!r} ({route})"
    expect(answer.status in get_args(Status), f"a status among {get_args(Status)} {where}", repr(answer.status))
    if answer.status == "failed":
        return
    expect(bool(answer.text.strip()), f"a text or the status 'failed' {where}", repr(answer.text))
    copied = answer.text.casefold() == text.casefold()
    expect(copied or answer.status != "copied", f"the status 'ok' {where}", f"'copied', though it is {answer.text!r}")
    expect(not copied or answer.status == "copied", f"the status 'copied' {where}", f"{answer.status!r}")
    expect(answer.unknown >= 0, f"no negative number of unknown words {where}", answer.unknown)
    lost = [word for word in answer.unknown_words if word not in answer.text]
    expect(not lost, f"unknown words as they stand in {answer.text!r}", f"{', '.join(lost)}")
    try:
        answer.text.encode()
    except UnicodeEncodeError as error:
        raise ConformanceError(f"valid Unicode {where}", error) from error


def keeps_the_order_of_texts(subject: Subject) -> None:
    """Texts in another order, or one alone, have the same answers."""
    built = subject.build()
    if getattr(built, "order_sensitive", False):
        raise NotApplicableError("it says that its answers depend on what it was asked before")
    for route, captions, answers in answered(subject, built):
        turned = ask(built, captions[::-1], route)[::-1]
        alone = ask(built, captions[:1], route)
        for caption, one, other in zip(captions, answers, turned, strict=True):
            expect(one == other, f"the answer {one.text!r} for {caption.text!r} in any order", repr(other.text))
        expect(alone == answers[:1], f"the answer {answers[0].text!r} for it alone", repr(alone[0].text))


def translates_any_unicode(subject: Subject) -> None:
    """Emoji, right-to-left letters and markup get consistent answers, and cost no other text its answer."""
    built = subject.build()
    texts = [unicodedata.normalize("NFC", text) for text in ODD_TEXTS]
    for route, captions in routes_of(built)[:1]:
        asked = [replace(captions[0], id=f"odd {n}", text=text) for n, text in enumerate(texts)]
        try:
            answers = ask(built, [*asked, captions[0]], route)
        except DataError as error:
            raise NotApplicableError(f"it answers only texts that it knows: {error}") from error
        expect(len(answers) == len(asked) + 1, f"{len(asked) + 1} answers", len(answers))
        if not isinstance(built, CaptionTranslator):
            for text, answer in zip(texts, answers, strict=False):
                _check_answer(text, answer, route)
        expect(answers[-1].status != "failed", f"an answer for {captions[0].text!r} among odd texts", "'failed'")
        return
    raise NotApplicableError(f"no route between {', '.join(LANGUAGES)}")


def refuses_blank_texts(subject: Subject) -> None:
    """A blank text among others is a DataError."""
    built = subject.build()
    if isinstance(built, Engine):
        raise NotApplicableError("an engine is never given blank texts")
    for route, captions in routes_of(built)[:1]:
        for blank in ("", "  "):
            try:
                built.translate([captions[0].text, blank], route)
            except DataError:
                continue
            raise ConformanceError(f"DataError for the text {blank!r}", "no error")
        return
    raise NotApplicableError(f"no route between {', '.join(LANGUAGES)}")


def routes_lead_where_they_should(subject: Subject) -> None:
    """Every route begins and ends with the languages asked for, its hops fit, and unknown languages have none."""
    built = subject.build()
    if isinstance(built, Engine):
        raise NotApplicableError("an engine has hops, and crossret finds routes over them")
    assert isinstance(built, Translator)
    for source in LANGUAGES:
        for target in LANGUAGES:
            for route in built.routes(source, target):
                _check_route(route, source, target)


def _check_route(route: Route, source: str, target: str) -> None:
    expect(bool(route.hops), f"a hop on the way {source} → {target}", "none")
    ends = [route.hops[0].source, *(hop.target for hop in route.hops)]
    expect((ends[0], ends[-1]) == (source, target), f"a route {source} → {target}", " → ".join(ends))
    joints = [(a.target, b.source) for a, b in zip(route.hops, route.hops[1:], strict=False)]
    expect(all(end == start for end, start in joints), f"hops that fit ({source} → {target})", joints)


def hops_are_its_own(subject: Subject) -> None:
    """An engine's hops carry its name and two languages, and its numbers are positive."""
    built = _engine(subject)
    expect(built.chunk >= 1 and built.most_characters >= 1, "positive chunk and most_characters", built.chunk)
    try:
        hops = built.hops()
    except ComponentError as error:
        raise NotApplicableError(str(error)) from error
    foreign = [hop for hop in hops if hop.engine != built.name or not hop.source or not hop.target]
    expect(not foreign, f"hops of the engine {built.name!r}", foreign[:1])
    expect(len(set(hops)) == len(hops), "distinct hops", f"{len(hops) - len(set(hops))} twice")
    paths: Sequence[Any] = built.paths(NOWHERE, LANGUAGES[0])
    expect(not paths, f"no path from the unknown language {NOWHERE!r}", paths)


def works_after_closing(subject: Subject) -> None:
    """An engine that was closed answers again, alike."""
    built = _engine(subject)
    before = answered(subject, built)
    built.close()
    after = answered(subject, built)
    built.close()
    expect(before == after, "the same answers after closing", "others")


def _engine(subject: Subject) -> Engine:
    built = subject.build()
    if not isinstance(built, Engine):
        raise NotApplicableError("it is no engine")
    return built


CHECKS = (
    answers_every_text,
    answers_are_consistent,
    keeps_the_order_of_texts,
    translates_any_unicode,
    refuses_blank_texts,
    routes_lead_where_they_should,
    hops_are_its_own,
    works_after_closing,
)
