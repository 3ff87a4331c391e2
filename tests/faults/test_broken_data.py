"""Data sets, translators and baselines that break their contract in the middle of a bench, each told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import Crossret
from small_data import Small

from .odd_plugin import TRANSLATOR, bench, installed, told

pytestmark = pytest.mark.slow
BASELINE = """
    import numpy as np


    class Chance:
        def fingerprint(self):
            return "chance"

        def embed(self, captions, descriptions):
            draw = np.random.default_rng(SEED)
            found = [draw.normal(size=(len(texts), 4)).astype("float32") for texts in (captions, descriptions)]
            return ANSWER
"""


BASELINES = {
    "undecided": ("", "found", "expected the same vectors whenever it is asked, found others"),
    "lists": (
        "0",
        "[vectors.tolist() for vectors in found]",
        "expected vectors of captions as a numpy array, found list",
    ),
    "doubles": (
        "0",
        "[vectors.astype(float) for vectors in found]",
        "as float32 of shape (4, D), found float64 of shape",
    ),
    "row lost": (
        "0",
        "found[0], found[1][1:]",
        "expected vectors of items as float32 of shape (4, D), found float32 of shape (3, 4)",
    ),
    "not a number": ("0", "[vectors * np.nan for vectors in found]", "expected finite vectors of captions, found nan"),
    "two widths": ("0", "found[0][:, :3], found[1]", "expected captions and items of one width, found 3 and 4"),
    "one": ("0", "found[:1]", "ValueError: not enough values to unpack"),
}


@pytest.mark.parametrize("what", BASELINES)
def test_a_baseline(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    seed, answer, said = BASELINES[what]
    program = BASELINE.replace("SEED", seed).replace("ANSWER", answer)
    packages = installed(tmp_path / "site", "register_baselines", "chance", "Chance", program)
    ended = bench(crossret, small, packages, tmp_path / "out", "lexical", "baseline=chance")
    assert said in told(ended, "baseline 'chance'")


TRANSLATORS = {
    "one short": ("answers[1:]", "answers for "),
    "texts": ("[answer.text for answer in answers]", "expected answers of class Translation, found str for "),
    "empty": ("[Translation('', 'ok') for _ in texts]", "empty translation of "),
    "raises": ("answers[len(texts)]", "IndexError: "),
}


@pytest.mark.parametrize("what", TRANSLATORS)
def test_a_translator(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    answer, said = TRANSLATORS[what]
    packages = installed(
        tmp_path / "site", "register_translators", "upper", "Upper", TRANSLATOR.replace("ANSWER", answer)
    )
    ended = bench(crossret, small, packages, tmp_path / "out", "translate-train", "translation.translator=upper")
    assert "translator 'upper' of plugin 'odd' (crossret-odd)" in ended.line
    assert said in ended.line


DATASET = """
    from PIL import Image

    from crossret.contracts.data import Caption, Description, Item, ProtocolInfo, Split


    class Odd:
        source_language, protocols = "en", {"plain": ProtocolInfo("plain", ("test",))}

        def __init__(self, root): ...

        def fingerprint(self):
            return "odd"

        def test_languages(self, protocol):
            return ("en", "es")

        def split(self, protocol, name):
            return SPLIT

        def captions(self, protocol, split, lang):
            return CAPTIONS

        def image(self, item):
            return IMAGE

        def translations(self): ...

        def describe(self, protocol): ...

        def verify(self): ...
"""
ITEMS = "Split(name, tuple(Item(f'{name}{number}', 's') for number in range(20)))"
PICTURE = "Image.new('RGB', (32, 32))"
DATASETS = {
    "no split": ("[Item('a', 's')]", "()", PICTURE, "expected a Split, found list"),
    "split raises": ("{}[name]", "()", PICTURE, "KeyError: 'train' ("),
    "no picture": (ITEMS, "()", "None", "expected a PIL image of item 'train0', found NoneType"),
    "texts": (ITEMS, "('a text',)", PICTURE, "expected en captions of class Caption, found str"),
    "captions raise": (ITEMS, "open('/no/such/file')", PICTURE, "FileNotFoundError: "),
}


@pytest.mark.parametrize("what", DATASETS)
def test_a_data_set(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    split, captions, image, said = DATASETS[what]
    program = DATASET.replace("SPLIT", split).replace("CAPTIONS", captions).replace("IMAGE", image)
    packages = installed(tmp_path / "site", "register_datasets", "odd", "Odd", program)
    words = ("data.dataset=odd", "translation.translator=identity", "model.visual.principal_components=null")
    ended = bench(crossret, small, packages, tmp_path / "out", "source-only", *words)
    assert said in told(ended, "dataset 'odd'")
