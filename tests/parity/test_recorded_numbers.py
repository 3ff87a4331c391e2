"""Agreement with numbers recorded from the published code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from crossret.bench.conventions import OWN
from crossret.evaluation.gallery import captioned_items

from .evaluation import gallery_of
from .groups import GROUPS
from .recorded import FOLDER, MISSING, arrays_of
from .small_model import frame_tower, text_tower, write_bert
from .towers import SENTENCES, encoded, recorded_frames

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=MISSING)


@pytest.mark.parametrize("group", GROUPS)
def test_recorded_numbers(group: str, tmp_path: Path) -> None:
    comparisons = list(GROUPS[group](tmp_path))
    assert comparisons
    apart = [str(comparison) for comparison in comparisons if not comparison.used <= 1]
    assert not apart, "\n".join(apart)


@torch.no_grad()
def test_a_text_or_clip_of_full_length_is_the_same_with_and_without_padding(tmp_path: Path) -> None:
    weights, texts, clips = (arrays_of(name) for name in ("weights_small", "text_encoder", "visual_encoders"))
    tower = text_tower(weights, write_bert(tmp_path, weights), OWN.padding)
    parts = encoded(tower, texts)
    pairs = [
        (tower.head(tower.pool(parts[v])), texts[f"embedding_with_padding.{v}"], texts[f"rows_that_differ.{v}"])
        for v in SENTENCES
    ]
    frames = frame_tower(weights, OWN.padding)(recorded_frames(clips))
    pairs.append((frames, clips["video_embedding_with_padding"], clips["video_rows_that_differ"]))
    for found, with_padding, differ in pairs:
        away = np.abs(found.numpy() - with_padding).max(axis=1)
        assert 0 < differ.sum() < len(differ)
        assert (away[~differ] <= 5e-5).all()
        assert (away[differ] > 1e-5).all()


def test_by_default_a_visual_without_caption_is_no_query() -> None:
    arrays = arrays_of("evaluation")
    gallery = gallery_of(arrays, "visual_without_caption")
    asked = captioned_items(gallery.split, gallery.relevance)
    assert asked.tolist() == np.unique(arrays["visual_without_caption.caption_to_visual"]).tolist()
    assert len(asked) < len(gallery.item_queries(gallery.split, gallery.relevance)) == len(gallery.split.items)
