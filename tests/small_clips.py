"""A folder of tiny clips with captions in two languages: a coloured square moves left, right, up or down.

The colour is in every frame, the direction only in their order.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
from clip_files import write_clip
from PIL import Image, ImageDraw
from small_data import write_table

COLOURS = {"red": "rojo", "lime": "lima", "blue": "azul", "yellow": "amarillo"}
DIRECTIONS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
WAYS = {"left": "izquierda", "right": "derecha", "up": "arriba", "down": "abajo"}
SPLITS = ("train", "val", "test")
SIZE, FRAMES, STEP = 48, 8, 4
SUITE = """
    name: moving
    languages: [es]
    recipe:
      data: {{dataset: folder, options: {{root: {root}, images: clips}}}}
      texts: {{per: subject}}
      model:
        visual:
          backbone: clips:hog
          options: {{frames: 4}}
          principal_components: 32
          hidden: 32
          frames: {{heads: 2, query_width: 32, positions: 8, most: 8}}
        text: {{encoder: subword-tiny, width: 32, heads: 2, query_width: 32, positions: 8}}
        common: 32
        head_dropout: 0.1
      training: {{epochs: 60, batch_size: 32, learning_rate: 5.0e-3, schedule: cosine, patience: null}}
    methods:
      source-only:
        group: baseline
        recipe:
          texts: {{target: none}}
          objective: {{source: {{loss: infonce, between: [visual, source]}}}}
      translate-train:
        recipe:
          objective:
            source: {{loss: infonce, between: [visual, source]}}
            target: {{loss: infonce, between: [visual, target]}}
"""


def write_moving(folder: Path) -> Path:
    """Clips, captions, translations and a suite; returns the suite's path."""
    (folder / "clips").mkdir(parents=True)
    captions, translations = [], []
    for split in SPLITS:
        for colour, spanish in COLOURS.items():
            for direction, way in WAYS.items():
                name = f"{split}-{colour}-{direction}.mp4"
                english, translated = f"{colour} goes {direction}", f"{spanish} va {way}"
                captions += [(name, "en", english, split), (name, "es", translated, split)]
                translations += [("en", "es", english, translated), ("es", "en", translated, english)]
                _write_moving(folder / "clips" / name, colour, direction, SPLITS.index(split))
    write_table(folder / "captions.csv", ("item", "lang", "text", "split"), captions)
    header = ("source_lang", "target_lang", "text", "translation")
    write_table(folder / "translations.csv", header, list(dict.fromkeys(translations)))
    suite = folder / "moving.yaml"
    suite.write_text(textwrap.dedent(SUITE.format(root=folder)))
    return suite


def _write_moving(path: Path, colour: str, direction: str, number: int) -> None:
    right, down = DIRECTIONS[direction]
    frames = []
    for moment in range(FRAMES):
        moved = (moment - FRAMES / 2) * STEP
        left, top = SIZE / 2 - 8 + right * moved + number, SIZE / 2 - 8 + down * moved - number
        image = Image.new("RGB", (SIZE, SIZE), "gray")
        ImageDraw.Draw(image).rectangle((left, top, left + 16, top + 16), fill=colour)
        frames.append(np.asarray(image))
    write_clip(path, frames, "libx264")
