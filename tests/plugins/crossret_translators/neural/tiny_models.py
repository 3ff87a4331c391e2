"""Tiny models of the three families, made on the spot: real tokenizers, weights that know 16 sentences by heart."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import sentencepiece
import torch
from ctranslate2.converters import TransformersConverter
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    MarianConfig,
    MarianMTModel,
    MarianTokenizer,
    NllbTokenizer,
)
from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES

SENTENCES = {
    "en": (
        "a red dog runs", "two black cats sleep", "a man reads a book", "the woman sings",
        "three birds fly over the sea",
        "a child plays with a ball", "the old house is green", "a girl eats an apple", "two boys jump into the water",
        "a white horse stands in the field", "the car is blue", "a woman drinks coffee", "people walk in the rain",
        "a boat on the lake", "the baby laughs", "a man climbs a mountain",
    ),
    "fr": (
        "un chien rouge court", "deux chats noirs dorment", "un homme lit un livre", "la femme chante",
        "trois oiseaux volent au-dessus de la mer", "un enfant joue avec un ballon", "la vieille maison est verte",
        "une fille mange une pomme", "deux garçons sautent dans l'eau", "un cheval blanc est dans le champ",
        "la voiture est bleue", "une femme boit du café", "des gens marchent sous la pluie", "un bateau sur le lac",
        "le bébé rit", "un homme gravit une montagne",
    ),
    "es": (
        "un perro rojo corre", "dos gatos negros duermen", "un hombre lee un libro", "la mujer canta",
        "tres pájaros vuelan sobre el mar", "un niño juega con una pelota", "la casa vieja es verde",
        "una niña come una manzana", "dos niños saltan al agua", "un caballo blanco está en el campo",
        "el coche es azul", "una mujer bebe café", "la gente camina bajo la lluvia", "un barco en el lago",
        "el bebé ríe", "un hombre sube una montaña",
    ),
}  # fmt: skip
SIZES: dict[str, Any] = {
    "d_model": 64, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 4, "decoder_attention_heads": 4,
    "encoder_ffn_dim": 128, "decoder_ffn_dim": 128, "max_position_embeddings": 64, "dropout": 0.0,
    "attention_dropout": 0.0, "activation_dropout": 0.0,
}  # fmt: skip
SPECIAL = {"m2m": ["<s>", "<pad>", "</s>", "<unk>"], "marian": ["</s>", "<unk>"]}


class Example(NamedTuple):
    """Token ids of one pair."""

    source: list[int]
    target: list[int]


def sentence_pieces(folder: Path, stem: str, texts: list[str]) -> list[str]:
    """Train ``STEM.model`` in the folder; its pieces."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{stem}.txt").write_text("\n".join(texts * 3), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / f"{stem}.txt"), model_prefix=str(folder / stem), vocab_size=200, hard_vocab_limit=False,
        character_coverage=1.0, minloglevel=2, num_threads=1,
    )  # fmt: skip
    (folder / f"{stem}.txt").unlink()
    (folder / f"{stem}.vocab").unlink()
    model = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{stem}.model"))
    return [model.id_to_piece(i) for i in range(model.get_piece_size()) if not model.is_control(i)]


def learn(model: Any, examples: list[Example], padding: int, steps: int) -> None:
    """Train until the examples are known by heart."""
    torch.manual_seed(0)
    ids, mask = _padded([e.source for e in examples], padding)
    labels, _ = _padded([e.target for e in examples], -100)
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    model.train()
    for _ in range(steps):
        loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():  # as in the published models, padding is a row of zeros
            model.get_input_embeddings().weight[padding] = 0
    model.eval()


def _padded(rows: list[list[int]], fill: int) -> tuple[torch.Tensor, torch.Tensor]:
    width = max(map(len, rows))
    return (
        torch.tensor([row + [fill] * (width - len(row)) for row in rows]),
        torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows]),
    )


def marian(
    folder: Path,
    targets: tuple[str, ...] = ("fr",),
    tags: dict[str, str] | None = None,
    steps: int = 160,
    shared: bool = False,
) -> Path:
    """An OPUS-MT model from English; with tags such as ``>>fra<<``, of several targets; sides may share pieces."""
    tags = tags or {}
    said = [text for lang in targets for text in SENTENCES[lang]]
    read = [*SENTENCES["en"], *said] if shared else list(SENTENCES["en"])
    source = sentence_pieces(folder, "source", read)
    target = sentence_pieces(folder, "target", read if shared else said)
    for stem in ("source", "target"):
        (folder / f"{stem}.model").rename(folder / f"{stem}.spm")
    tokens = dict.fromkeys([*SPECIAL["marian"], *tags.values(), *source, *target, "<pad>"])
    tokens = {token: number for number, token in enumerate([t for t in tokens if t != "<pad>"] + ["<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(tokens), encoding="utf-8")
    tokenizer = MarianTokenizer(
        str(folder / "source.spm"), str(folder / "target.spm"), str(folder / "vocab.json"),
        source_lang="en", target_lang=targets[0] if not tags else "ROMANCE",
    )  # fmt: skip
    torch.manual_seed(1)
    model = MarianMTModel(MarianConfig(
        vocab_size=len(tokens), pad_token_id=len(tokens) - 1, decoder_start_token_id=len(tokens) - 1, eos_token_id=0,
        forced_eos_token_id=0, bos_token_id=None, **SIZES,
    ))  # fmt: skip
    model.generation_config.bad_words_ids = [[len(tokens) - 1]]
    spm = sentencepiece.SentencePieceProcessor(model_file=str(folder / "target.spm"))
    examples = [
        Example(
            [*([tokens[tags[lang]]] if tags else []), *tokenizer(text).input_ids],
            [*(tokens[piece] for piece in spm.encode(said, out_type=str)), 0],
        )
        for lang in targets
        for text, said in zip(SENTENCES["en"], SENTENCES[lang], strict=True)
    ]
    learn(model, examples, len(tokens) - 1, steps)
    return _saved(folder, model, tokenizer)


def m2m100(folder: Path, steps: int = 160) -> Path:
    """An M2M100 model between English, French and Spanish."""
    pieces = sentence_pieces(folder, "sentencepiece.bpe", [text for texts in SENTENCES.values() for text in texts])
    tokens = dict.fromkeys([*SPECIAL["m2m"], *pieces])
    (folder / "vocab.json").write_text(json.dumps({token: n for n, token in enumerate(tokens)}), encoding="utf-8")
    # As in the published models, whose configuration lists the language tokens; the converter needs it.
    tokenizer = M2M100Tokenizer(
        str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model"),
        additional_special_tokens=[f"__{code}__" for code in FAIRSEQ_LANGUAGE_CODES["m2m100"]],
    )  # fmt: skip
    size = len(tokens) + len(tokenizer.lang_token_to_id) + tokenizer.num_madeup_words
    return _many_to_many(folder, tokenizer, size, {lang: f"__{lang}__" for lang in SENTENCES}, steps)


def nllb(folder: Path) -> Path:
    """An NLLB model between English, French and Spanish."""
    folder.mkdir(parents=True, exist_ok=True)
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    trainer = trainers.BpeTrainer(vocab_size=250, special_tokens=SPECIAL["m2m"], show_progress=False)
    trained.train_from_iterator([text for texts in SENTENCES.values() for text in texts], trainer)
    described = json.loads(trained.to_str())["model"]
    tokenizer = NllbTokenizer(vocab=described["vocab"], merges=[tuple(pair) for pair in described["merges"]])
    tags = {"en": "eng_Latn", "fr": "fra_Latn", "es": "spa_Latn"}
    return _many_to_many(folder, tokenizer, len(tokenizer), tags, steps=160)


def _many_to_many(folder: Path, tokenizer: Any, size: int, tags: dict[str, str], steps: int) -> Path:
    torch.manual_seed(1)
    model = M2M100ForConditionalGeneration(M2M100Config(
        vocab_size=size, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2,
        encoder_layerdrop=0.0, decoder_layerdrop=0.0, scale_embedding=True, **SIZES,
    ))  # fmt: skip

    def ids(lang: str, text: str) -> list[int]:
        return [int(n) for n in tokenizer.convert_tokens_to_ids([tags[lang], *tokenizer.tokenize(text), "</s>"])]

    examples = [
        Example(ids(first, text), ids(second, said))
        for first, second in (("en", "fr"), ("en", "es"), ("fr", "en"))
        for text, said in zip(SENTENCES[first], SENTENCES[second], strict=True)
    ]
    learn(model, examples, 1, steps)
    return _saved(folder, model, tokenizer)


def _saved(folder: Path, model: Any, tokenizer: Any) -> Path:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def converted(folder: Path, into: Path, quantization: str | None = None) -> Path:
    """The model as CTranslate2's own converter writes it, its tokenizer beside it."""
    TransformersConverter(str(folder)).convert(str(into), quantization=quantization)
    for name in ("source.spm", "target.spm", "sentencepiece.bpe.model", "tokenizer.json", "tokenizer_config.json"):
        if (folder / name).is_file():
            shutil.copy(folder / name, into / name)
    return into


def argos(model: Path, into: Path, pieces: Path, **metadata: str) -> Path:
    """An unpacked package of Argos Translate around a converted model; metadata replace or add to the usual ones."""
    shutil.copytree(model, into / "model", ignore=shutil.ignore_patterns("*.spm", "tokenizer*", "sentencepiece*"))
    config = json.loads((into / "model" / "config.json").read_text(encoding="utf-8"))
    # As in packages made of OPUS-MT, the model itself adds the end of the source.
    (into / "model" / "config.json").write_text(json.dumps({**config, "add_source_eos": True}), encoding="utf-8")
    shutil.copy(pieces, into / "sentencepiece.model")
    usual = {"package_version": "1.9", "argos_version": "1.9", "from_code": "en", "to_code": "fr"}
    (into / "metadata.json").write_text(json.dumps({**usual, **metadata}), encoding="utf-8")
    return into
