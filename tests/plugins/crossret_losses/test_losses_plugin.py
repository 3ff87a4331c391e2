from __future__ import annotations

from typing import Any

import pytest

from crossret.contracts.loss import LossContext, Term
from crossret.errors import UsageError
from crossret.plugins import registry

PAIRED = ("triplet", "infonce")
ONE_WAY = {
    "similarity-view": {"visual", "target", "cross"},
    "feature-view": {"target", "cross"},
    "feature-view-cosine": {"target", "cross"},
    "language-adversary": {"source", "target"},
}


def build(name: str, *between: str, languages: tuple[str, ...] = ("es",), **options: Any) -> Term:
    context = LossContext(between, 8, languages)  # type: ignore[arg-type]
    term = registry().build("loss", name, context, **options)
    assert isinstance(term, Term)
    return term


@pytest.mark.parametrize("name", ONE_WAY)
def test_a_loss_with_views_of_its_own_says_so_before_it_is_imported(name: str) -> None:
    assert set(registry().get("loss", name).meta.views) == build(name).views == ONE_WAY[name]


def test_back_translation_compares_source_and_back_unless_told_otherwise() -> None:
    assert set(registry().get("loss", "back-translation").meta.views) == build("back-translation").views
    assert build("back-translation", "target", "cross").views == {"target", "cross"}


@pytest.mark.parametrize("name", ONE_WAY)
def test_it_refuses_views_that_it_would_not_read(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name}.*'between'.*found \\['visual', 'back'\\]"):
        build(name, "visual", "back")


@pytest.mark.parametrize("name", PAIRED)
@pytest.mark.parametrize("between", [(), ("visual",), ("visual", "visual"), ("visual", "source", "target")])
def test_a_paired_loss_needs_two_different_views(name: str, between: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=f"loss '{name}': 'between' must name two views"):
        build(name, *between)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("triplet", {"margin": 0}, "margin: expected a positive number, found 0"),
        ("triplet", {"margin": float("nan")}, "margin: expected a positive number, found nan"),
        ("triplet", {"negatives": "hard"}, "negatives: expected 'hardest' or 'all', found 'hard'"),
        ("triplet", {"reduction": "max"}, "reduction: expected 'sum' or 'mean', found 'max'"),
        ("triplet", {"margins": 0.1}, "unknown option of loss 'triplet' 'margins'; did you mean 'margin'?"),
        ("infonce", {"temperature": -1}, "temperature: expected a positive number, found -1"),
        ("similarity-view", {"temperature": 0}, "temperature: expected a positive number, found 0"),
        ("feature-view", {"transition": 0}, "transition: expected a positive number, found 0"),
        ("language-adversary", {"head": "weaks"}, "head: unknown 'weaks'; did you mean 'weak'?"),
        ("language-adversary", {"learning_rate": -1}, "learning rate: -1"),
        ("language-adversary", {"languages": ()}, "no target language to hide"),
    ],
)
def test_options_are_refused_in_one_line(name: str, options: dict[str, Any], said: str) -> None:
    between = ("visual", "target") if name in PAIRED else ()
    with pytest.raises(UsageError) as refused:
        build(name, *between, **options)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
