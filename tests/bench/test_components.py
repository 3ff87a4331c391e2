from __future__ import annotations

import pytest

from crossret.bench.components import components_of
from crossret.errors import UsageError
from crossret.plugins import registry
from crossret.recipe.models import ModelRecipe, Recipe, TermRecipe, VisualRecipe


def recipe_with(backbone: str) -> Recipe:
    term = TermRecipe(loss="infonce", between=("visual", "source"))
    return Recipe(model=ModelRecipe(visual=VisualRecipe(backbone=backbone)), objective={"source": term})


def test_a_wrapped_component_belongs_to_the_recipe_as_its_version_changes_the_numbers() -> None:
    found = components_of(recipe_with("clips:timm:resnet18"), registry())
    assert [c.name for c in found if c.kind == "visual-backbone"] == ["clips", "timm"]


def test_a_wrapped_component_that_does_not_exist_is_named() -> None:
    with pytest.raises(UsageError, match="unknown visual-backbone 'hogg'; did you mean 'hog'"):
        components_of(recipe_with("clips:hogg"), registry())
