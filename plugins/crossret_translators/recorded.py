"""``recorded``: the translations that a data set records caption by caption."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crossret.contracts.data import TranslatedDataset
from crossret.contracts.translation import Route, Translation
from crossret.errors import DataError, UsageError

if TYPE_CHECKING:
    from crossret.contracts.data import Caption, Dataset


class RecordedTranslator:
    """Asks the data set; equal texts of different captions may have different answers.

    Args:
        dataset: the recipe's data set (given by crossret, not by the recipe).
        engine: take only routes all of whose hops are this engine's; default: the data set's first route.

    Raises:
        UsageError: the data set records no translations by caption.
    """

    def __init__(self, dataset: Dataset, engine: str = "") -> None:
        if not isinstance(dataset, TranslatedDataset):
            raise UsageError("translator 'recorded': the recipe's data set records no translations by caption")
        self.dataset: TranslatedDataset = dataset
        self._content = dataset.fingerprint()
        self.engine = engine

    def routes(self, source: str, target: str) -> tuple[Route, ...]:
        """The data set's routes, best first, as far as they are the engine's."""
        found = self.dataset.recorded_routes(source, target)
        if not self.engine:
            return found
        return tuple(route for route in found if all(hop.engine == self.engine for hop in route.hops))

    def translate_captions(self, captions: Sequence[Caption], route: Route) -> list[Translation]:
        """The recorded answers."""
        return self.dataset.recorded(captions, route)

    def translate(self, texts: Sequence[str], route: Route) -> list[Translation]:
        """Refused: a text alone has no record.

        Raises:
            DataError: always.
        """
        raise DataError(f"{route}: these translations are recorded by caption; a free text has none")

    def fingerprint(self) -> str:
        """Hash of the data set's content and the engine."""
        return hashlib.sha256(f"recorded {self._content} {self.engine}".encode()).hexdigest()[:16]
