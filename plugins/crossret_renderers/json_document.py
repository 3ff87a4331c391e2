"""Everything that a table holds, for other programs."""

from __future__ import annotations

import json
from dataclasses import asdict

from crossret.contracts.rendering import Table


class Json:
    """An object ``{"tables": [...]}`` whose entries have the fields of the contract's ``Table`` and ``Cell``."""

    def render(self, tables: tuple[Table, ...]) -> str:
        """The document."""
        return json.dumps({"tables": [asdict(table) for table in tables]}, ensure_ascii=False, indent=1) + "\n"
