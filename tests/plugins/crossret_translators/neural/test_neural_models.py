from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crossret.contracts.translation import Engine, Hop
from crossret.errors import ComponentError, DataError, UsageError
from crossret_translators.neural.ctranslate2_engine import CTranslate2Engine
from crossret_translators.neural.folders import ModelOption
from crossret_translators.neural.transformers_engine import TransformersEngine


def engine_of(models: ModelOption | list[ModelOption]) -> CTranslate2Engine:
    return CTranslate2Engine(models, device="cpu", most_tokens=60)


def first(models: ModelOption) -> Hop:
    return engine_of(models).hops()[0]


def test_other_weights_are_another_version(opus: Path, tmp_path: Path) -> None:
    other = tmp_path / opus.name
    other.mkdir()
    for file in opus.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    assert first(str(other)) == first(str(opus))
    (other / "source.spm").write_bytes((opus / "target.spm").read_bytes())
    assert first(str(other)).version != first(str(opus)).version


def test_languages_that_the_recipe_names(opus: Path) -> None:
    named = engine_of(
        [{"path": str(opus), "source": "en", "target": "pt-BR"}, {"path": str(opus), "source": ["de", "nl"]}]
    )
    assert {(hop.source, hop.target) for hop in named.hops()} == {("en", "pt-BR"), ("de", "fr"), ("nl", "fr")}
    (bare := opus.parent / "bare").mkdir(exist_ok=True)
    for file in opus.iterdir():
        if file.name != "tokenizer_config.json":
            (bare / file.name).write_bytes(file.read_bytes())
    with pytest.raises(UsageError, match=r"which source language has this model.*source: CODE"):
        engine_of(str(bare)).hops()


def test_a_language_that_the_model_lacks(untrained: Path) -> None:
    engine = TransformersEngine({"path": str(untrained), "target": "fro"}, local_files_only=True)
    with pytest.raises(UsageError, match="has no language 'fro'; did you mean 'fr'"):
        engine.hops()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alternatives": 4}, "alternatives is 4, but a beam of 4 finds at most 3; expected beam to be 5 or more"),
        ({"beam": 0}, "beam is 0; expected at least 1"),
        ({"device": "gpu"}, "unknown device 'gpu'"),
        ({"models": []}, "models is empty"),
        ({"models": {"path": "x", "sorce": "en"}}, "'sorce'; did you mean 'source'"),
        ({"models": [3]}, "models has 3; expected a path"),
    ],
)
@pytest.mark.parametrize("engine", [TransformersEngine, CTranslate2Engine])
def test_options_are_checked(engine: Callable[..., Engine], options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        engine(**{"models": "x", **options})


def test_precision_is_checked() -> None:
    with pytest.raises(UsageError, match="unknown precision 'int7' on cpu; did you mean 'int8'"):
        CTranslate2Engine("x", device="cpu", precision="int7")


def test_folders_without_a_model(opus: Path, untrained: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such folder"):
        engine_of(str(tmp_path / "none")).hops()
    with pytest.raises(DataError, match=r"no model\.bin; expected a model that CTranslate2 has converted"):
        engine_of(str(tmp_path)).hops()
    with pytest.raises(DataError, match="convert it with: ct2-transformers-converter"):
        engine_of(str(untrained)).hops()
    with pytest.raises(DataError, match="tokenizer of this model cannot be loaded"):
        TransformersEngine(str(tmp_path), local_files_only=True).hops()
    with pytest.raises(ComponentError, match=r"is no folder here and cannot be got.*hf download"):
        TransformersEngine("nobody/opus-mt-xx-yy", local_files_only=True).hops()


def test_broken_files_are_named(opus: Path, tmp_path: Path) -> None:
    for file in opus.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.bin").write_bytes(b"broken")
    engine = engine_of(str(tmp_path))
    with pytest.raises(DataError, match="CTranslate2 cannot load this model"):
        engine.translate_hop(["a dog"], engine.hops()[0])
    (tmp_path / "source.spm").write_bytes(b"broken")
    with pytest.raises(DataError, match=r"source\.spm: cannot be read as a SentencePiece model"):
        engine.translate_hop(["a dog"], engine.hops()[0])
    (tmp_path / "source.spm").unlink()
    with pytest.raises(DataError, match="no tokenizer beside the model"):
        engine.translate_hop(["a dog"], engine.hops()[0])
