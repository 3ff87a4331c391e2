"""A converted model: pieces in, hypotheses out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import ctranslate2

from crossret.errors import ComponentError, DataError, UsageError, nearest
from crossret_translators.neural.decoding import Decoding, Hypothesis
from crossret_translators.neural.families import Tags
from crossret_translators.neural.folders import read_json
from crossret_translators.neural.pieces import Pieces

DEVICES: Final = ("cpu", "cuda", "auto")
PRECISIONS: Final = {"cpu": "int8", "cuda": "float16"}
"""What a device computes in unless the user says otherwise."""
WEIGHTS: Final = "model.bin"
END: Final = "</s>"
SPECIAL: Final = frozenset({"<unk>", "<s>", "<pad>", END})


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and how precisely a model computes."""

    device: str
    precision: str


def machine(device: str, precision: str) -> Machine:
    """The machine of the options ``device`` and ``precision``.

    Raises:
        UsageError: there is no such device here, or it has no such precision.
    """
    if device not in DEVICES:
        raise UsageError(f"unknown device {device!r}{nearest(device, DEVICES)}")
    cards = ctranslate2.get_cuda_device_count()
    if device == "cuda" and not cards:
        raise UsageError("device is 'cuda', but CTranslate2 finds no GPU here; expected cpu or auto")
    found = ("cuda" if cards else "cpu") if device == "auto" else device
    chosen = precision or PRECISIONS[found]
    supported = ctranslate2.get_supported_compute_types(found)
    if chosen not in supported:
        raise UsageError(f"unknown precision {chosen!r} on {found}{nearest(chosen, supported)}")
    return Machine(found, chosen)


class Search(NamedTuple):
    """How a kind of model is searched.

    Attributes:
        length_penalty: exponent of the length that a hypothesis' log-probability is divided by.
        replace_unknowns: whether an unknown token of the answer becomes the token of the source it looks at most.
    """

    length_penalty: float = 1
    replace_unknowns: bool = False


class ConvertedModel:
    """A folder that a converter of CTranslate2 wrote, loaded.

    Args:
        path: of the folder.
        pieces: its tokenizer.
        machine: where it computes.
        search: of its kind.

    Raises:
        DataError: CTranslate2 cannot load it.
    """

    def __init__(self, path: Path, pieces: Pieces, machine: Machine, search: Search) -> None:
        self._path, self._pieces, self._search = path, pieces, search
        try:
            self._translator = ctranslate2.Translator(
                str(path), device=machine.device, compute_type=machine.precision, inter_threads=1
            )
        except (RuntimeError, ValueError) as error:
            raise DataError(f"{path}: CTranslate2 cannot load this model: {error}") from error

    def hypotheses(
        self, texts: Sequence[str], tags: Tags, ending: Sequence[str], decoding: Decoding
    ) -> list[list[Hypothesis]]:
        """For every text its translations, best first; none for a text of too many tokens.

        Args:
            texts: to translate.
            tags: that tell the languages.
            ending: what the model wants to read behind a text.
            decoding: how.

        Raises:
            ComponentError: the model does not work.
        """
        sources = [[*filter(None, (tags.before,)), *self._pieces.cut(text), *ending] for text in texts]
        asked = [index for index, tokens in enumerate(sources) if len(tokens) <= decoding.most_tokens]
        found: list[list[Hypothesis]] = [[] for _ in texts]
        for index, result in zip(asked, self._translate([sources[i] for i in asked], tags, decoding), strict=True):
            pairs = zip(result.hypotheses, result.scores, strict=True)
            found[index] = [self._hypothesis(tokens, score, tags) for tokens, score in pairs]
        return found

    def _translate(
        self, sources: list[list[str]], tags: Tags, decoding: Decoding
    ) -> list[ctranslate2.TranslationResult]:
        try:
            # Its own limit on the input is switched off: it cuts without a word.
            return list(
                self._translator.translate_batch(
                    sources,
                    target_prefix=[[tags.start]] * len(sources) if tags.start else None,
                    max_batch_size=decoding.batch_tokens,
                    batch_type="tokens",
                    beam_size=decoding.beam,
                    num_hypotheses=decoding.alternatives + 1,
                    length_penalty=self._search.length_penalty,
                    replace_unknowns=self._search.replace_unknowns,
                    max_input_length=0,
                    max_decoding_length=decoding.most_tokens,
                    return_end_token=True,
                    return_scores=True,
                )
            )
        except (RuntimeError, ValueError) as error:
            raise ComponentError(
                f"{self._path}: CTranslate2 gave up with most_tokens {decoding.most_tokens}: {error}"
            ) from error

    def _hypothesis(self, tokens: Sequence[str], score: float, tags: Tags) -> Hypothesis:
        said = [token for token in tokens if token not in SPECIAL and token != tags.start]
        return Hypothesis(self._pieces.join(said), float(score), bool(tokens) and tokens[-1] == END)


def check_converted(path: Path) -> None:
    """See that a folder holds a converted model.

    Raises:
        DataError: it does not.
    """
    if (path / WEIGHTS).is_file():
        return
    if any(path.glob("*.safetensors")) or any(path.glob("pytorch_model*.bin")):
        convert = f"ct2-transformers-converter --model {path} --output_dir NEW --copy_files TOKENIZER_FILES"
        raise DataError(
            f"{path}: a model of transformers; convert it with: {convert}, or use translator 'transformers'"
        )
    raise DataError(f"{path}: no {WEIGHTS}; expected a model that CTranslate2 has converted")


def vocabulary(path: Path) -> frozenset[str]:
    """The tokens that a converted model reads.

    Raises:
        DataError: it has no vocabulary, or a broken one.
    """
    for stem in ("shared_vocabulary", "source_vocabulary"):
        if (path / f"{stem}.txt").is_file():
            return frozenset((path / f"{stem}.txt").read_text(encoding="utf-8").split("\n"))
        tokens = read_json(path / f"{stem}.json", missing=None)
        if isinstance(tokens, list):
            return frozenset(map(str, tokens))
    raise DataError(f"{path}: no shared_vocabulary.json or source_vocabulary.json beside the model")


def ending(path: Path) -> tuple[str, ...]:
    """What a text must end with: nothing where the model adds the end itself.

    Raises:
        DataError: its configuration is no JSON.
    """
    config = read_json(path / "config.json", missing={})
    adds = isinstance(config, dict) and bool(config.get("add_source_eos"))
    return () if adds else (END,)
