"""The hand-written documents of the data folder: card, notice and licence texts."""

from __future__ import annotations

import shutil
from pathlib import Path

from crossret_emoji.layout import CARD, LICENCES, NOTICE, SHIPPED


def copy_documents(out: Path) -> None:
    """Copy them from the shipped folder, where they are kept, unless ``out`` is that folder."""
    if out.resolve() == SHIPPED.resolve():
        return
    (out / LICENCES).mkdir(parents=True, exist_ok=True)
    for path in (SHIPPED / CARD, SHIPPED / NOTICE, *(SHIPPED / LICENCES).glob("*.txt")):
        shutil.copyfile(path, out / path.relative_to(SHIPPED))
