from __future__ import annotations

import subprocess
import sys

from crossret.contracts.data import Dataset
from crossret.contracts.meta import Meta
from crossret_emoji import plugin
from crossret_emoji.dataset import EmojiDataset
from crossret_emoji.description import LICENCE, SOURCE


def registered() -> dict[str, tuple[str, Meta]]:
    found = {}

    def register(name: str, target: str, meta: Meta | None = None) -> None:
        assert meta is not None
        found[name] = (target, meta)

    plugin.register_datasets(register)
    return found


def test_registers_the_data_set_by_path() -> None:
    found = registered()
    assert list(found) == ["emoji"]
    assert found["emoji"][0] == "crossret_emoji.dataset:EmojiDataset"


def test_meta_agrees_with_the_data(emoji: EmojiDataset) -> None:
    meta = registered()["emoji"][1]
    assert meta.languages == emoji.test_languages("cross-design")
    assert (meta.licence, meta.source) == (LICENCE, SOURCE)


def test_registration_imports_neither_pillow_nor_the_data_set() -> None:
    code = (
        "import sys, crossret_emoji.plugin\n"
        "print(sorted({'PIL', 'numpy', 'csv', 'crossret_emoji.dataset'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_follows_the_contract(emoji: EmojiDataset) -> None:
    assert isinstance(emoji, Dataset)
