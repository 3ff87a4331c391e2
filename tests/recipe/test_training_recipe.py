import pytest

from crossret.errors import UsageError
from crossret.recipe.models import Recipe
from crossret.recipe.reading import validated

TERM = {"source": {"loss": "infonce", "between": ["visual", "source"]}}


def test_reference_mode_cannot_be_computed_in_parts():
    content = {"objective": TERM, "reference": True, "training": {"micro_batch": 8}}
    with pytest.raises(
        UsageError, match=r"in reference mode embeddings depend on the whole batch: training.micro_batc"
    ):
        validated(Recipe, content, "here")
