"""The suites of published benchmarks: what they say, how they are planned, and a run on a dozen items."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from processes import Crossret, Ended
from tiny_collections import write_all, write_bert

from crossret.recipe.reading import read_suite, recipe_of

pytest.importorskip("transformers")

SUITES = (
    "multi30k-task1",
    "multi30k-task2",
    "multi30k-task1-resnet152",
    "multi30k-ablation",
    "mscoco",
    "mscoco-ja",
    "vatex",
    "msrvtt-cn",
)
WITH_CLIP = ("multi30k-task1", "multi30k-task2", "multi30k-ablation", "mscoco", "mscoco-ja")
SMALL = ("--set", "training.epochs=1", "--set", "training.batch_size=6", "--executor", "inline", "--seeds", "1")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collections")
    write_all(folder)
    return folder


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_bert(tmp_path_factory.mktemp("bert"))


@pytest.mark.parametrize("name", SUITES)
def test_hyper_parameters_are_the_published_ones(name: str) -> None:
    """Method section 1.6, both of its tables."""
    suite = read_suite(name)
    recipe = recipe_of(suite, "nrccr")
    training, model = recipe.training, recipe.model
    assert (training.epochs, training.batch_size, training.learning_rate, training.clip) == (50, 128, 1e-4, 2)
    assert (training.schedule, training.decay, training.warmup, training.patience) == ("plateau", 0.99, 0, 10)
    assert training.validate_every == 1
    assert (model.common, model.head_dropout, model.joint) == (1536, 0.2, False)
    assert (model.text.width, model.text.heads, model.text.query_width, model.text.positions) == (768, 8, 512, 250)
    assert model.text.dropout == 0.1
    assert model.text.encoder == "hf:bert-base-multilingual-cased"
    video = name in ("vatex", "msrvtt-cn")
    options: dict[str, Any] = {"train_layers": "5-11" if video else "3-11", "lowercase": True, "strip_accents": True}
    assert model.text.options == {**options, "max_tokens": 250}
    assert (recipe.texts.per, recipe.texts.length_window) == ("caption", 1)
    weights = {term: recipe.terms()[term].weight for term in recipe.terms()}
    assert weights == {
        "source": 1,
        "target": 0.6,
        "similarity": 0.4,
        "feature": 0.1,
        "cycle": 0.5,
        "adversarial": 0.001,
    }
    head = "convolutional" if name == "vatex" else "mlp"
    assert recipe.terms()["adversarial"].options == {"head": head}
    frames = model.visual.frames
    if video:
        assert model.visual.backbone == "nrccr-bigfile"
        assert (model.visual.hidden, frames.most, frames.positions, frames.heads, frames.query_width) == (
            1024,
            64,
            80,
            8,
            512,
        )
    elif name == "multi30k-task1-resnet152":
        assert (model.visual.backbone, model.visual.hidden, model.visual.activation) == ("nrccr-npy", 2048, True)
    else:
        assert (model.visual.backbone, model.visual.options) == (
            "openclip:ViT-B-32-quickgelu",
            {"pretrained": "openai"},
        )
        assert (model.visual.hidden, model.visual.activation, model.visual.dropout) == (1024, False, 0)


@pytest.mark.parametrize("name", SUITES)
def test_published_rows_stand_beside_the_suites_own(name: str) -> None:
    suite = read_suite(name)
    data = recipe_of(suite, "nrccr").data
    for row in suite.published:
        assert (row.dataset, row.protocol) == (data.dataset, data.protocol)
        assert set(row.scores) <= set(suite.languages)
    assert bool(suite.published) == (name != "multi30k-ablation")


@pytest.mark.parametrize("name", SUITES)
def test_without_the_data_one_line_says_what_to_put_where(crossret: Crossret, name: str) -> None:
    ended = crossret("bench", name, "--dry-run")
    assert ended.code == 1
    collection = {"mscoco-ja": "mscoco", "msrvtt-cn": "msrvttcn"}.get(name, name.partition("-")[0])
    assert f"data/nrccr has none of the folders {collection}/TextData" in ended.line
    assert "--set data.options.root=" in ended.line


@pytest.mark.parametrize("name", SUITES)
def test_with_the_data_a_dry_run_plans_everything_and_imports_nothing_heavy(
    crossret: Crossret, root: Path, name: str
) -> None:
    heavy = ("torch", "transformers", "open_clip")
    ended, imported = crossret.imported("bench", name, "--dry-run", "--set", f"data.options.root={root}", modules=heavy)
    assert (ended.code, imported) == (0, set()), ended.err
    suite = read_suite(name)
    units = len(suite.methods) * len(suite.languages) * suite.seeds
    assert f"{units} units to do" in ended.out, "every method in every language"


def run(crossret: Crossret, name: str, root: Path, bert: str, out: Path, *more: str) -> Ended:
    backbone = ("--set", "model.visual.backbone=hog", "--set", "model.visual.options.pretrained=null")
    return crossret(
        "bench",
        name,
        *("--lang", read_suite(name).languages[0], "--out", out, *SMALL),
        *("--set", f"data.options.root={root}", "--set", f"model.text.encoder=hf:{bert}"),
        *(backbone if name in WITH_CLIP else ()),
        *more,
        timeout=400,
        HF_HUB_OFFLINE="1",
    )


def check(crossret: Crossret, name: str, out: Path) -> None:
    """Every method has a row of finite numbers, then the published rows follow."""
    suite = read_suite(name)
    lang = suite.languages[0]
    shown = crossret("leaderboard", out, "--format", "csv")
    assert (shown.code, shown.err) == (0, ""), shown.err
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    measured, published = rows[: len(suite.methods)], rows[len(suite.methods) :]
    assert {row["method"] for row in measured} == {method.label for method in suite.methods.values()}
    assert all(0 < float(row[lang]) <= 600 for row in measured)
    expected = [f"{row.label}, as published" for row in suite.published if lang in row.scores]
    assert [row["method"] for row in published] == expected
    for row, stated in zip(published, (r for r in suite.published if lang in r.scores), strict=True):
        scores = stated.scores[lang]
        if scores.sumr is not None:
            assert (float(row[lang]), row[f"{lang} mark"]) == (scores.sumr, "")


def test_a_suite_of_clips_runs_to_its_leaderboard(crossret: Crossret, root: Path, bert: str, tmp_path: Path) -> None:
    ended = run(crossret, "vatex", root, bert, tmp_path / "out")
    assert ended.code == 0, ended.err
    check(crossret, "vatex", tmp_path / "out")
    records = [json.loads(path.read_text()) for path in tmp_path.rglob("*--seed0--*.json")]
    assert {record["recipe"]["model"]["visual"]["options"]["root"] for record in records} == {str(root)}
    assert {record["recipe"]["reference"] for record in records} == {True, False}
    # Five queries, one training.
    assert len({record["training_key"] for record in records if record["recipe"]["reference"]}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SUITES if name != "vatex"])
def test_every_other_suite_runs_to_its_leaderboard(
    crossret: Crossret, root: Path, bert: str, tmp_path: Path, name: str
) -> None:
    ended = run(crossret, name, root, bert, tmp_path / "out")
    assert ended.code == 0, ended.err
    check(crossret, name, tmp_path / "out")


@pytest.mark.slow
def test_a_suite_runs_with_a_clip_tower(crossret: Crossret, root: Path, bert: str, tmp_path: Path) -> None:
    """The smallest tower of open_clip with weights from a file, in place of ViT-B/32 with OpenAI's."""
    open_clip = pytest.importorskip("open_clip")
    from safetensors.torch import save_file

    tower = open_clip.create_model("ViT-S-32").visual
    save_file({name: tensor.contiguous() for name, tensor in tower.state_dict().items()}, tmp_path / "clip.safetensors")
    ended = run(
        crossret,
        "multi30k-task1",
        root,
        bert,
        tmp_path / "out",
        *("--method", "translate-train,nrccr-reference"),
        *("--set", "model.visual.backbone=openclip:ViT-S-32"),
        *("--set", f"model.visual.options.weights={tmp_path / 'clip.safetensors'}"),
    )
    assert ended.code == 0, ended.err
    assert "NRCCR (published code), fused" in ended.out
