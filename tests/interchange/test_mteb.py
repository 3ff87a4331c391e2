"""The real mteb measures our model on our data, and finds our figures; sentence-transformers embeds as we do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from crossret.bench.asking import compare_all_galleries
from crossret.bench.checkpoints import Checkpoint, read_checkpoint
from crossret.errors import DataError, UsageError
from crossret.evaluation.encoding import embed_texts
from crossret.evaluation.model_ranks import ranked
from crossret.interchange.run_figures import run_figures
from crossret.interchange.runs import judged
from crossret.plugins import registry
from crossret.recipe.models import EvaluationRecipe

mteb = pytest.importorskip("mteb")

RECIPE = EvaluationRecipe()
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def checkpoint(plain: Path) -> Checkpoint:
    return read_checkpoint(plain, registry(), "cpu")


@pytest.fixture(scope="module")
def model(plain: Path) -> Any:
    from crossret.interchange.mteb_model import load

    return load(plain)


@pytest.mark.parametrize("direction", ["t2v", "v2t"])
def test_mteb_finds_our_figures(model: Any, checkpoint: Checkpoint, direction: Any, tmp_path: Path) -> None:
    from crossret.interchange.mteb_task import GalleryTask

    ((gallery, sides),) = compare_all_galleries(checkpoint, checkpoint.assembly, "en", RECIPE)
    task = GalleryTask("Pictures", checkpoint.assembly.dataset, gallery, direction)
    result = mteb.evaluate(model, task, cache=None, co2_tracker=False, show_progress_bar=False)
    (scores,) = result.task_results[0].scores["test"]
    found = judged(gallery, sides, direction, 1000, 256)
    ours = run_figures(found.run, found.qrels)
    m = ours.direction
    assert m.r1 == getattr(ranked(gallery, sides, RECIPE), direction).rank.tolist().count(1) / m.queries * 100
    expected = {
        "hit_rate_at_1": m.r1 / 100,
        "hit_rate_at_5": m.r5 / 100,
        "hit_rate_at_10": m.r10 / 100,
        "map_at_1000": m.map,
        "mrr_at_1000": ours.mrr,
        "ndcg_at_10": ours.ndcg10,
    }
    # mteb rounds to five digits.
    assert {name: scores[name] for name in expected} == pytest.approx(expected, abs=1e-5)
    assert 0 < m.r10 < 100


def test_the_model_follows_the_protocol_of_mteb(model: Any, checkpoint: Checkpoint) -> None:
    assert isinstance(model, mteb.EncoderProtocol)
    assert model.mteb_model_meta.embed_dim == 20
    texts = ["a red box", "caja"]
    found = model.encode([{"text": texts[:1]}, {"text": texts[1:]}])
    np.testing.assert_allclose(found, embed_texts(checkpoint.model, texts, 2, CPU), atol=1e-6)
    pairs = model.similarity_pairwise(found, found)
    torch.testing.assert_close(pairs, model.similarity(found, found).diagonal())


def test_what_it_cannot_read_is_refused(model: Any) -> None:
    picture = Image.new("RGB", (32, 32))
    with pytest.raises(UsageError, match="reads texts or pictures, one at a time; the inputs have: image, text"):
        model.encode([{"text": ["a"], "image": [picture]}])
    with pytest.raises(UsageError, match="the inputs have: audio"):
        model.encode([{"audio": []}])


@pytest.fixture(scope="module")
def sentences(checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from crossret.interchange.sentence_module import write_sentence_transformer
    from crossret.interchange.text_side import text_side_of

    folder = tmp_path_factory.mktemp("exported") / "sentences"
    write_sentence_transformer(folder, text_side_of(checkpoint))
    return folder


def test_sentence_transformers_embeds_as_we_do(sentences: Path, checkpoint: Checkpoint) -> None:
    from sentence_transformers import SentenceTransformer

    exported = SentenceTransformer(str(sentences), trust_remote_code=True, device="cpu")
    texts = ["a red box", "caja roja", "a very long caption about a ring that is pink and another ring, 指輪 😀", "x"]
    found = exported.encode(texts, batch_size=3)
    np.testing.assert_allclose(found, embed_texts(checkpoint.model, texts, 4, CPU), atol=1e-6)
    assert exported.get_embedding_dimension() == 20
    prompted = exported.encode(["box"], prompt="a red ")
    np.testing.assert_allclose(prompted, found[:1], atol=1e-6)


def test_mteb_wraps_the_exported_sentences(sentences: Path, checkpoint: Checkpoint) -> None:
    import datasets
    from sentence_transformers import SentenceTransformer
    from torch.utils.data import DataLoader

    from crossret.interchange.mteb_task import GalleryTask

    wrapped = mteb.SentenceTransformerEncoderWrapper(
        SentenceTransformer(str(sentences), trust_remote_code=True, device="cpu")
    )
    texts = ["a red box", "caja roja"]
    inputs = DataLoader(datasets.Dataset.from_dict({"text": texts}), batch_size=2)
    found = wrapped.encode(inputs, task_metadata=GalleryTask.metadata, hf_split="test", hf_subset="default")
    np.testing.assert_allclose(found, embed_texts(checkpoint.model, texts, 2, CPU), atol=1e-6)


def test_an_export_needs_a_new_folder_and_whole_weights(
    sentences: Path, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    from crossret.interchange.sentence_module import write_sentence_transformer
    from crossret.interchange.text_side import read_text_side, text_side_of

    with pytest.raises(UsageError, match="exists; expected a new or empty folder"):
        write_sentence_transformer(sentences, text_side_of(checkpoint))
    assert json.loads((sentences / "modules.json").read_text())[0]["type"].startswith("crossret.interchange.")
    with pytest.raises(DataError, match="not a readable tensor file"):
        read_text_side(sentences / "modules.json", registry())
    assert not list(sentences.parent.glob(".*"))
