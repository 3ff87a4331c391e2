"""A third-party data set as a user would install it: coloured shapes with captions in three languages, in plain files.

The plugin checks nothing of what it reads, so a test can break a file and see what crossret says.
"""

from __future__ import annotations

import csv
import shutil
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

COLOURS = {"red": "rojo", "green": "verde", "blue": "azul", "yellow": "amarillo", "black": "negro", "pink": "rosa"}
SHAPES = {"circle": "aro", "square": "caja", "bar": "vara", "cross": "cruz"}
SPLITS = ("train", "val", "test")
SIZE = 32

PLUGIN = """
    from crossret.contracts.meta import Meta
    from crossret.hookspecs import hookimpl


    @hookimpl
    def register_datasets(register):
        register("shapes", "shapes_plugin.dataset:Shapes", Meta(summary="Coloured shapes", licence="CC0-1.0"))
"""
DATASET = """
    import csv
    import hashlib
    import os
    import time
    from pathlib import Path

    from PIL import Image

    from crossret.contracts.data import Caption, Description, Item, ProtocolInfo, Split


    class Shapes:
        source_language = "en"
        protocols = {"plain": ProtocolInfo("every shape in every split", ("test",))}

        def __init__(self, root):
            self.root = Path(root)

        def _rows(self, name):
            with (self.root / name).open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        def fingerprint(self):
            files = sorted([*self.root.glob("*.csv"), *self.root.glob("images/*")])
            content = b"".join(path.name.encode() + path.read_bytes() for path in files)
            return hashlib.sha256(content).hexdigest()[:16]

        def test_languages(self, protocol):
            return ("en", "es", "zz")

        def split(self, protocol, name):
            rows = [row for row in self._rows("items.csv") if row["split"] == name]
            return Split(name, tuple(Item(row["id"], row["subject"]) for row in rows))

        def captions(self, protocol, split, lang):
            rows = [row for row in self._rows("captions.csv") if row["split"] == split and row["lang"] == lang]
            return tuple(Caption(row["id"], row["subject"], lang, row["text"]) for row in rows)

        def image(self, item):
            time.sleep(float(os.environ.get("SHAPES_SLOW", "0")))
            return Image.open(self.root / "images" / f"{item.id}.png").convert("RGB")

        def translations(self):
            return self.root / "translations.csv"

        def describe(self, protocol):
            return Description({"items": len(self._rows("items.csv"))}, {"en": {"name": "English"}}, card="# Shapes")

        def verify(self):
            return ()
"""
SUITE = """
    name: shapes
    summary: coloured shapes
    languages: [es, zz]
    recipe:
      data: {{dataset: shapes, options: {{root: {root}}}}}
      texts: {{per: subject}}
      model:
        visual: {{backbone: hog, principal_components: 16, hidden: 32, activation: true, dropout: 0.1}}
        text: {{encoder: subword-tiny, width: 32, heads: 2, query_width: 32, positions: 8}}
        common: 32
        head_dropout: 0.1
      training: {{epochs: 2, batch_size: 8, learning_rate: 5.0e-3, schedule: cosine, patience: null}}
    methods:
      lexical:
        group: baseline
        recipe: {{baseline: lexical, texts: {{target: none}}}}
      source-only:
        group: baseline
        recipe:
          texts: {{target: none}}
          objective:
            source: {{loss: infonce, between: [visual, source]}}
      translate-test:
        group: baseline
        extends: source-only
        recipe: {{evaluation: {{query: translated}}}}
      translate-train:
        reference: true
        recipe:
          objective:
            source: {{loss: infonce, between: [visual, source]}}
            target: {{loss: infonce, between: [visual, target]}}
      all-terms:
        recipe:
          objective:
            source: {{loss: infonce, between: [visual, source]}}
            target: {{loss: infonce, between: [visual, target]}}
            cycle: {{loss: infonce, between: [source, back], weight: 0.5}}
            adversarial: {{loss: language-adversary, weight: 0.1}}
      all-terms-fused:
        extends: all-terms
        recipe: {{evaluation: {{query: fused}}}}
      no-cycle:
        extends: all-terms
        recipe: {{objective: {{cycle: null}}}}
"""


@dataclass(frozen=True)
class Small:
    """The plugin's folder (for ``PYTHONPATH``), the data's folder and the suite."""

    packages: Path
    data: Path
    suite: Path


def write_small(folder: Path) -> Small:
    """Write everything."""
    packages, data, suite = folder / "packages", folder / "data", folder / "shapes.yaml"
    _write_plugin(packages)
    write_data(data)
    suite.write_text(textwrap.dedent(SUITE.format(root=data)))
    return Small(packages, data, suite)


def _write_plugin(packages: Path) -> None:
    package, info = packages / "shapes_plugin", packages / "shapes_plugin-1.0.dist-info"
    package.mkdir(parents=True)
    info.mkdir()
    (package / "__init__.py").write_text("")
    (package / "plugin.py").write_text(textwrap.dedent(PLUGIN))
    (package / "dataset.py").write_text(textwrap.dedent(DATASET))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shapes-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[crossret]\nshapes = shapes_plugin.plugin\n")


def write_data(folder: Path) -> None:
    """24 subjects, each drawn once per split; ``es`` can be translated both ways, ``zz`` only from English."""
    (folder / "images").mkdir(parents=True)
    items, captions, translations = [], [], []
    for number, (colour, shape) in enumerate((c, s) for c in COLOURS for s in SHAPES):
        subject = f"{colour}-{shape}"
        english, spanish = f"{colour} {shape}", f"{SHAPES[shape]} {COLOURS[colour]}"
        texts = {"en": english, "es": spanish, "zz": english[::-1]}
        for split in SPLITS:
            items.append((f"{split}-{subject}", subject, split))
            captions += [(f"{split}-{subject}-{lang}", subject, split, lang, text) for lang, text in texts.items()]
            _draw(colour, shape, np.random.default_rng([number, SPLITS.index(split)])).save(
                folder / "images" / f"{split}-{subject}.png"
            )
        translations += [("en", "es", english, spanish), ("es", "en", spanish, english)]
        translations.append(("en", "zz", english, texts["zz"]))
    write_table(folder / "items.csv", ("id", "subject", "split"), items)
    write_table(folder / "captions.csv", ("id", "subject", "split", "lang", "text"), captions)
    write_table(folder / "translations.csv", ("source_lang", "target_lang", "text", "translation"), translations)


def write_table(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def read_table(path: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return tuple(header), [tuple(row) for row in rows]


def copy_data(small: Small, folder: Path) -> Path:
    """A copy that a test may break."""
    shutil.copytree(small.data, folder)
    return folder


def _draw(colour: str, shape: str, rng: np.random.Generator) -> Image.Image:
    image = Image.fromarray(rng.integers(180, 256, (SIZE, SIZE, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    left, top = (int(v) for v in rng.integers(3, 8, 2))
    right, bottom = left + 20, top + 20
    if shape == "circle":
        draw.ellipse((left, top, right, bottom), fill=colour)
    elif shape == "square":
        draw.rectangle((left, top, right, bottom), fill=colour)
    else:
        draw.rectangle((left, top + 8, right, top + 12), fill=colour)
        if shape == "cross":
            draw.rectangle((left + 8, top, left + 12, bottom), fill=colour)
    return image
