from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crossret_emoji.dataset import EmojiDataset
from crossret_emoji.layout import SHIPPED


@pytest.fixture(scope="session")
def emoji() -> EmojiDataset:
    return EmojiDataset()


@pytest.fixture(scope="module")
def linked_copy(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Copies of the shipped folder made of links; :mod:`tampering` replaces a link by a file."""

    def copy() -> Path:
        target = tmp_path_factory.mktemp("emoji") / "data"
        shutil.copytree(SHIPPED, target, copy_function=os.symlink)
        return target

    return copy
