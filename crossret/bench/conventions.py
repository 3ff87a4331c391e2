"""Where the published code and our defaults part ways: the parts that ``reference`` exchanges (method section 3)."""

from __future__ import annotations

from dataclasses import dataclass

from crossret.evaluation.gallery import ItemQueries, all_items, captioned_items
from crossret.evaluation.selection import SUMR_OF_TARGET, TEXT_RECALLS_OF_FUSED, Selection
from crossret.model.padding import CountedIn, LeftOut, Padding
from crossret.recipe.models import Recipe
from crossret.training.batching import Batching, ViewsApart, ViewsTogether


@dataclass(frozen=True)
class Conventions:
    """One part per choice.

    Attributes:
        padding: what padded tokens take part in.
        batching: how a batch's sentences reach the model, and which samples are negatives.
        smallest_batch: a last batch with fewer samples is left out; ``None``: all batches are full.
        item_queries: which items of a gallery are queries.
        selection: what selects the best weights.
    """

    padding: Padding
    batching: Batching
    smallest_batch: int | None
    item_queries: ItemQueries
    selection: Selection


OWN = Conventions(LeftOut(), ViewsTogether(), None, captioned_items, SUMR_OF_TARGET)
# Of one sample there are no batch statistics.
PUBLISHED = Conventions(CountedIn(), ViewsApart(), 2, all_items, TEXT_RECALLS_OF_FUSED)


def conventions_of(recipe: Recipe) -> Conventions:
    """Those of the published code if the recipe asks for its reference mode."""
    return PUBLISHED if recipe.reference else OWN
