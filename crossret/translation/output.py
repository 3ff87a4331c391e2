"""The two files that a translation leaves behind: the texts, and where they come from."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crossret.atomic import write_text
from crossret.errors import UsageError
from crossret.translation.parts import Part
from crossret.translation.provenance import Origin, provenance, provenance_file
from crossret.translation.text_table import TextTable, check_format, table_of, write_rows


@dataclass(frozen=True)
class Output:
    """Where translations go.

    Attributes:
        overwrite: whether a file that is there may be replaced.
    """

    path: Path
    overwrite: bool = False

    def check(self) -> None:
        """See before anything is translated whether the files can be written.

        Raises:
            UsageError: the format is unknown, or the file is there and must not be replaced.
            OSError: the folder cannot be written.
        """
        check_format(self.path)
        if self.path.exists() and not self.overwrite:
            raise UsageError(f"{self.path}: exists; name another file with --out, or replace it with --overwrite")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.path.parent):
            pass

    def write(self, parts: Sequence[Part], origin: Origin) -> TextTable:
        """Write the texts, then their provenance with the hash of the texts.

        Raises:
            OSError: a file cannot be written; none is there in part.
        """
        table = table_of(parts)
        write_rows(self.path, table.rows)
        file = {
            "name": self.path.name,
            "sha256": hashlib.sha256(self.path.read_bytes()).hexdigest(),
            "rows": len(table.rows),
            "captions_with_another_answer": table.differing,
        }
        document = json.dumps(provenance(origin, parts, file), ensure_ascii=False, indent=1)
        write_text(provenance_file(self.path), document + "\n")
        return table
