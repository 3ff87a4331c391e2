from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml
from torch import Tensor

from crossret.bench.assembly import Assembly
from crossret.bench.checkpoints import MODEL_FILE, Checkpoint, read_checkpoint, write_checkpoint
from crossret.bench.plan import Selection, make_plan
from crossret.errors import DataError
from crossret.evaluation.encoding import embed_texts
from crossret.plugins import plugins
from crossret.recipe.models import Recipe
from crossret.recipe.reading import read_suite
from crossret.training.progress import Progress

transformers = pytest.importorskip("transformers")

CPU = torch.device("cpu")
TEXTS = ["red cat", "a dog", "cat"]


def write_bert(folder: Path, seed: int) -> None:
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "cat", "dog"]
    transformers.BertTokenizer({word: number for number, word in enumerate(words)}).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=64, num_hidden_layers=3, num_attention_heads=2, intermediate_size=64
    )
    torch.manual_seed(seed)
    transformers.BertModel(config).save_pretrained(folder)


@pytest.fixture
def bert(tmp_path: Path) -> Path:
    write_bert(tmp_path / "bert", seed=0)
    return tmp_path / "bert"


def checkpoint_of(bert: Path, train_layers: object) -> Checkpoint:
    """A model with other weights than it started with, where it trains."""
    (unit,) = make_plan(read_suite("emoji"), Selection(("es",), ("translate-train",), 1), plugins()).units
    options = {"train_layers": train_layers, "max_tokens": 8}
    raw = unit.recipe.model_dump(mode="json")
    raw["model"]["text"] |= {"encoder": f"hf:{bert}", "options": options, "width": 16, "heads": 2, "query_width": 16}
    assembly = Assembly(Recipe.model_validate(raw), plugins().registry)
    model = assembly.model(seed=3)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.mul_(1.5).add_(0.01)
    components = {"text-encoder": model.text.encoder.fingerprint()}
    return Checkpoint(model.eval(), assembly, Progress(), ("es",), 3, "key", components, 1.0)


def embedded(checkpoint: Checkpoint) -> Tensor:
    return embed_texts(checkpoint.model.eval(), TEXTS, 8, CPU)


@pytest.mark.parametrize("train_layers", ["none", [2], "all"])
def test_a_model_is_read_back_as_it_was(bert: Path, tmp_path: Path, train_layers: object) -> None:
    checkpoint = checkpoint_of(bert, train_layers)
    write_checkpoint(tmp_path, checkpoint)
    again = read_checkpoint(tmp_path, plugins().registry, "cpu")
    torch.testing.assert_close(embedded(again), embedded(checkpoint), rtol=0, atol=0)


def test_a_model_that_nobody_evaluated_has_a_card(bert: Path, tmp_path: Path) -> None:
    write_checkpoint(tmp_path, checkpoint_of(bert, "none"))
    card = (tmp_path / "README.md").read_text()
    front, _, body = card.removeprefix("---\n").partition("\n---\n")
    assert yaml.safe_load(front)["language"] == ["es"]
    assert "Not evaluated on the tests yet." in body
    assert "Trained by" not in body, "who trained it is not known"


@pytest.mark.parametrize("train_layers", ["none", [2]])
def test_frozen_weights_are_not_written(bert: Path, tmp_path: Path, train_layers: object) -> None:
    checkpoint = checkpoint_of(bert, train_layers)
    write_checkpoint(tmp_path / "whole", checkpoint, checkpoint.model.state_dict())
    write_checkpoint(tmp_path, checkpoint)
    saved = (tmp_path / "whole" / MODEL_FILE).stat().st_size - (tmp_path / MODEL_FILE).stat().st_size
    frozen = sum(p.nbytes for p in checkpoint.model.text.encoder.parameters() if not p.requires_grad)
    # The names of tensors take place, too.
    assert frozen <= saved < frozen + 20_000


def test_a_file_with_all_weights_is_read_whole(bert: Path, tmp_path: Path) -> None:
    checkpoint = checkpoint_of(bert, "none")
    with torch.no_grad():
        for parameter in checkpoint.model.text.encoder.parameters():
            parameter.mul_(1.1)
    write_checkpoint(tmp_path, checkpoint, checkpoint.model.state_dict())
    again = read_checkpoint(tmp_path, plugins().registry, "cpu")
    torch.testing.assert_close(embedded(again), embedded(checkpoint), rtol=0, atol=0)


def test_other_frozen_weights_are_refused(bert: Path, tmp_path: Path) -> None:
    write_checkpoint(tmp_path, checkpoint_of(bert, [2]))
    write_bert(bert, seed=1)
    with pytest.raises(
        DataError, match=r"frozen weights of text encoder 'hf:.*' with fingerprint \w+, found \w+"
    ) as caught:
        read_checkpoint(tmp_path, plugins().registry, "cpu")
    assert "\n" not in str(caught.value)
