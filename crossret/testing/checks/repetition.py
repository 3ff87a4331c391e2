"""Determinism: the same component, asked or built again, says the same."""

from __future__ import annotations

from crossret.testing.observing import difference, observed
from crossret.testing.outcomes import NotApplicableError, expect
from crossret.testing.subject import Subject


def repeats_its_answers(subject: Subject) -> None:
    """Asked twice, it answers alike (a network in evaluation mode)."""
    built = subject.build()
    if getattr(built, "order_sensitive", False):
        raise NotApplicableError("it says that its answers depend on what it was asked before")
    differs = difference(observed(subject, built), observed(subject, built))
    expect(not differs, "equal answers to equal questions", f"a difference in {differs}")


def repeats_under_one_seed(subject: Subject) -> None:
    """Built twice with the generators of random, numpy and torch seeded alike, it answers alike."""
    first = observed(subject, subject.build(seed=1))
    differs = difference(first, observed(subject, subject.build(seed=1)))
    expect(not differs, "equal answers of two builds under one seed", f"a difference in {differs}")


CHECKS = (repeats_its_answers, repeats_under_one_seed)
