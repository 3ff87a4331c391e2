"""Dual encoders of transformers and open_clip that are made in a moment, with random weights."""

from __future__ import annotations

import json
from pathlib import Path

TEXT = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
VISION = {**TEXT, "image_size": 32, "patch_size": 16}
WORDS = (
    "a red box and a green ring",
    "blue bar pink black number is today",
    "caja roja anillo verde barra azul rosa negra",
)
OPENCLIP = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}


def write_clip(folder: Path, kind: str = "clip") -> str:
    """A folder with a tiny CLIP or SigLIP, a tokenizer of words and an image processor."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import (
        CLIPConfig,
        CLIPImageProcessor,
        CLIPModel,
        PreTrainedTokenizerFast,
        SiglipConfig,
        SiglipImageProcessor,
        SiglipModel,
    )

    special = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    tokenizer = Tokenizer(models.WordPiece(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=list(special.values()), show_progress=False)
    tokenizer.train_from_iterator(WORDS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=12, **special).save_pretrained(folder)
    torch.manual_seed(0)
    text = {**TEXT, "vocab_size": tokenizer.get_vocab_size(), "max_position_embeddings": 12}
    text |= {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    if kind == "siglip":
        SiglipModel(SiglipConfig(text_config=text, vision_config=VISION)).save_pretrained(folder)
        SiglipImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
        return str(folder)
    CLIPModel(CLIPConfig(text_config=text, vision_config=VISION, projection_dim=10)).save_pretrained(folder)
    CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(folder)
    return str(folder)


def write_openclip(folder: Path) -> tuple[Path, Path]:
    """A configuration, whose name is that of its file, and weights of it."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    path, weights = folder / "tiny-dual.json", folder / "tiny-dual.safetensors"
    path.write_text(json.dumps(OPENCLIP))
    open_clip.add_model_config(path)
    torch.manual_seed(0)
    save_file(open_clip.create_model("tiny-dual").state_dict(), weights)
    return path, weights
