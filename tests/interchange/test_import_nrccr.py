from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from crossret.bench.checkpoints import MODEL_FILE
from crossret.errors import CrossretError, DataError, UsageError
from crossret.interchange.import_nrccr import DISCRIMINATOR_FILE, Imported, import_nrccr
from crossret.interchange.nrccr_bert import MULTILINGUAL, Sizes
from crossret.interchange.nrccr_options import Wishes, train_layers
from crossret.training.tensor_files import read_tensors
from crossret_losses.discriminators import HEADS, ConvolutionalHead

from .forged import COMMON, LAYERS, VOCABULARY, WIDTH, Calling, content, save

NO_WISHES = Wishes()


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    """What is copied of a tokenizer is not read."""
    folder = tmp_path / "tokenizer"
    folder.mkdir()
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_text("not copied")
    return folder


Import = Callable[..., tuple[Imported, dict[str, Tensor]]]


@pytest.fixture
def imported(tmp_path: Path, tokenizer: Path) -> Import:
    """Import a forged checkpoint with changed options; the recipe and the weights."""

    def run(*, parallel: bool = True, wishes: Wishes = NO_WISHES, **changes: Any) -> tuple[Imported, dict[str, Tensor]]:
        path = save(tmp_path, content(parallel=parallel, **changes))
        found = import_nrccr(path, tmp_path / "out", wishes, tokenizer=tokenizer)
        return found, read_tensors(tmp_path / "out" / MODEL_FILE)[0]

    return run


def test_a_video_model(imported: Import, tmp_path: Path) -> None:
    found, tensors = imported()
    assert (found.language, found.epoch, found.best) == ("zh", 3, 99.5)
    recipe = found.recipe
    assert recipe.reference
    assert recipe.data.model_dump() == {"dataset": "nrccr-vatex", "protocol": "standard", "options": {"root": "data"}}
    visual, text = recipe.model.visual, recipe.model.text
    assert visual.backbone == "nrccr-bigfile"
    assert visual.options == {"root": "data", "collection": "vatex", "feature": "i3d"}
    assert (visual.hidden, visual.frames.heads, visual.frames.query_width, visual.frames.positions) == (16, 2, 8, 20)
    assert (text.width, text.heads, text.query_width, text.positions) == (WIDTH, 2, 8, 20)
    assert text.options["train_layers"] == [1]
    assert text.options["max_tokens"] == 20
    assert recipe.model.common == COMMON
    assert {name: term.weight for name, term in recipe.terms().items()} == {
        "source": 1, "target": 0.6, "similarity": 0.4, "feature": 0.1, "cycle": 0.5, "adversarial": 0.001
    }  # fmt: skip
    assert tensors["text.encoder.network.embeddings.word_embeddings.weight"].shape == (VOCABULARY, WIDTH)
    assert tensors["visual.sequence.projection.2.weight"].shape == (WIDTH, 5)
    assert not any("position_ids" in name or "pooler" in name for name in tensors)
    config = json.loads((tmp_path / "out" / "bert" / "config.json").read_text())
    assert (config["hidden_size"], config["num_hidden_layers"], config["num_attention_heads"]) == (WIDTH, LAYERS, 1)
    assert sorted(p.name for p in (tmp_path / "out" / "bert").iterdir()) == ["config.json", "tokenizer.json"]


def test_models_of_pictures(imported: Import) -> None:
    features = {"model_type": "img", "img_encoder": "resnet", "collection": "multi30k", "task": 2}
    found, tensors = imported(**features, visual_feature="resnet_152", data_type="google_enc2de")
    assert (found.language, found.recipe.data.protocol) == ("de", "task2")
    visual = found.recipe.model.visual
    assert (visual.backbone, visual.activation, visual.hidden) == ("nrccr-npy", True, 6)
    assert tensors["visual.projection.0.weight"].shape == (6, 6)


def test_clip_is_the_published_one_and_not_imported(imported: Import) -> None:
    clip = {"model_type": "img", "img_encoder": "clip", "img_encoder_name": "ViT-B/32", "collection": "mscoco"}
    found, tensors = imported(**clip, wishes=Wishes(root="elsewhere", language="ja"))
    assert (found.language, found.recipe.data.protocol) == ("ja", "ja")
    assert found.recipe.data.options == {"root": "elsewhere"}
    visual = found.recipe.model.visual
    assert (visual.backbone, visual.activation, visual.hidden) == ("openclip:ViT-B-32-quickgelu", False, 12)
    assert not any(name.startswith("visual.encoder") for name in tensors)


def test_a_model_that_was_not_trained_in_parallel(imported: Import) -> None:
    assert "visual.sequence.positions.weight" in imported(parallel=False)[1]


@pytest.mark.parametrize(("theirs", "ours"), [("weak", "weak"), ("not-so-weak", "mlp"), ("strong", "convolutional")])
def test_every_discriminator_is_kept_beside_the_model(imported: Import, theirs: str, ours: str, tmp_path: Path) -> None:
    found, _ = imported(disc_type=theirs)
    term = found.recipe.objective["adversarial"]
    assert term is not None
    assert term.options["head"] == ours
    tensors, facts = read_tensors(tmp_path / "out" / DISCRIMINATOR_FILE)
    assert facts == {"head": ours}
    head = ConvolutionalHead(WIDTH, 2, width=6) if ours == "convolutional" else HEADS[ours](WIDTH, 2)  # type: ignore[index,arg-type,call-arg]
    head.load_state_dict(tensors)


@pytest.mark.parametrize(
    ("frozen", "layers", "trained"),
    [
        ("frozen", ["layer.1"], [1]),
        ("frozen", [], []),
        ("all_frozen", ["layer.1"], "none"),
        ("no", ["layer.1"], "all"),
    ],
)
def test_which_layers_trained(imported: Import, frozen: str, layers: list[str], trained: object) -> None:
    found, _ = imported(frozen=frozen, layer_list=layers)
    assert found.recipe.model.text.options["train_layers"] == trained


def test_a_layer_of_one_digit_means_those_of_two_as_well() -> None:
    assert train_layers({"frozen": "frozen", "layer_list": ["layer.1"]}, 12) == [1, 10, 11]
    assert train_layers({"frozen": "frozen", "layer_list": ["layer.5", "layer.6"]}, 12) == [5, 6]


def test_the_sizes_of_multilingual_bert_are_its_own() -> None:
    assert Sizes(119547, 768, 12, 12, 3072, 512, 2) == MULTILINGUAL
    assert len(MULTILINGUAL.shapes()) == 5 + 12 * 16


def refused(path: Path, out: Path, error: type[CrossretError] = DataError, **options: Any) -> str:
    with pytest.raises(error) as ended:
        import_nrccr(path, out, Wishes(), **options)
    line = str(ended.value)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    assert not out.exists()
    return line


def changed(saved: dict[str, Any], part: int, name: str, value: Tensor | None) -> dict[str, Any]:
    if value is None:
        del saved["model"][part][name]
    else:
        saved["model"][part][name] = value
    return saved


@pytest.mark.parametrize(
    ("part", "name", "value", "said"),
    [
        (0, "module.encoder_layer.self.key.bias", None, "visual encoder: tensor 'encoder_layer.self.key.bias' is"),
        (1, "module.extra.weight", torch.ones(2), "text encoder: tensor 'extra.weight' belongs to no part"),
        (2, "mapping.fc1.bias", torch.ones(3), r"'mapping.fc1.bias' has shape \(3,\); expected \(10,\)"),
        (3, "mapping.bn_1.running_var", torch.full((10,), torch.nan), "running_var' has entries that are not finite"),
        (4, "discriminator.model.2.weight", None, "discriminator: tensor 'discriminator.model.2.weight' is missing"),
        (1, "module.text_bert.text_bert.encoder.layer.0.intermediate.dense.weight", None, "is missing"),
        (1, "module.text_bert.text_bert.encoder.layer.7.output.dense.bias", torch.ones(16), "is missing"),
        (0, "module.encoder_layer.self.query.weight", torch.ones(7, 16), "do not split into 2 heads"),
        (3, "mapping.bn_1.running_mean", torch.ones(10).long(), "holds whole numbers; expected real ones"),
    ],
)  # fmt: skip
def test_tensors_that_do_not_fit(
    tmp_path: Path, tokenizer: Path, part: int, name: str, value: Tensor | None, said: str
) -> None:
    path = save(tmp_path, changed(content(), part, name, value))
    assert re.search(said, refused(path, tmp_path / "out", tokenizer=tokenizer))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"collection": "vatx"}, "opt.collection: unknown 'vatx'; did you mean 'vatex'?"),
        ({"disc_type": "stronger"}, "opt.disc_type: unknown 'stronger'; did you mean 'strong'?"),
        ({"video_layer": 2}, "opt.video_layer is 2; further layers are not in a checkpoint"),
        ({"text_pooling": "max"}, "opt.text_pooling is 'max'; expected 'mean'"),
        ({"num_epochs": "many"}, "opt.num_epochs: expected int, found 'many'"),
        ({"learning_rate": -1.0}, "training.learning_rate"),
        ({"collection": ...}, "opt.collection: expected str, found None"),
    ],
)
def test_options_that_mean_nothing(tmp_path: Path, tokenizer: Path, changes: dict[str, Any], said: str) -> None:
    path = save(tmp_path, content(**changes))
    assert said in refused(path, tmp_path / "out", CrossretError, tokenizer=tokenizer)


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ([1, 2], "expected a mapping with 'model' and 'opt', found a list"),
        ({"model": []}, "no 'opt' inside"),
        ({"model": [], "opt": {}}, "'opt' is a dict; expected the options of a training"),
        (content() | {"model": []}, "'model' holds 0 parts; expected 5"),
        (content() | {"model": [1] * 5}, "visual encoder: expected named tensors, found a int"),
        (content() | {"Eiters": Calling(print, "x")}, "it asks for '__builtin__.print', which no checkpoint needs"),
    ],
)
def test_files_that_are_something_else(tmp_path: Path, tokenizer: Path, saved: Any, said: str) -> None:
    assert said in refused(save(tmp_path, saved), tmp_path / "out", tokenizer=tokenizer)


def test_a_small_bert_needs_its_tokenizer(tmp_path: Path) -> None:
    path = save(tmp_path, content())
    line = refused(path, tmp_path / "out", UsageError)
    assert "has not the sizes of bert-base-multilingual-cased (vocabulary 30, width 16, 2 layers)" in line
    assert "no tokenizer there" in refused(path, tmp_path / "out", UsageError, tokenizer=tmp_path)


def test_heads_must_split_the_width(tmp_path: Path, tokenizer: Path) -> None:
    path = save(tmp_path, content())
    assert "width 16 does not split into 3 heads" in refused(path, tmp_path / "out", tokenizer=tokenizer, bert_heads=3)


def test_a_folder_with_something_in_it_stays_as_it_is(tmp_path: Path, tokenizer: Path) -> None:
    path = save(tmp_path, content())
    with pytest.raises(UsageError, match="exists already; expected a new or empty folder"):
        import_nrccr(path, tokenizer, Wishes(), tokenizer=tokenizer)
    assert sorted(p.name for p in tokenizer.iterdir()) == ["model.safetensors", "tokenizer.json"]


def test_a_language_that_nobody_says(tmp_path: Path, tokenizer: Path) -> None:
    path = save(tmp_path, content(data_type="human"))
    assert "opt.data_type is 'human': give the target language by --lang" in refused(
        path, tmp_path / "out", UsageError, tokenizer=tokenizer
    )
