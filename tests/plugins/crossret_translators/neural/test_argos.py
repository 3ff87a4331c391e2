from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path

import pytest
import tiny_models
from subword_nmt.learn_bpe import learn_bpe
from tiny_models import SENTENCES

from crossret.contracts.translation import DocumentedEngine
from crossret.errors import DataError, UsageError
from crossret_translators.neural.argos_engine import ArgosEngine
from crossret_translators.neural.argos_pieces import MosesPieces

ENGLISH = list(SENTENCES["en"])


def packed(package: Path, into: Path) -> Path:
    """The package as an ``.argosmodel`` file."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(package.rglob("*")):
            archive.write(file, Path("en_fr") / file.relative_to(package))
    return into


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unpacked package whose model knows nothing."""
    folder = tmp_path_factory.mktemp("argos")
    made = tiny_models.marian(folder / "opus", steps=0, shared=True)
    return tiny_models.argos(tiny_models.converted(made, folder / "converted"), folder / "en_fr", made / "source.spm")


@pytest.mark.slow
def test_a_packed_and_an_unpacked_package_say_what_the_model_has_learnt(tmp_path: Path) -> None:
    made = tiny_models.marian(tmp_path / "opus", shared=True)
    converted = tiny_models.converted(made, tmp_path / "converted")
    package = tiny_models.argos(converted, tmp_path / "en_fr", made / "source.spm")
    for path in (package, packed(package, tmp_path / "translate-en_fr.argosmodel")):
        engine = ArgosEngine(str(path), device="cpu", precision="float32", most_tokens=60, alternatives=2)
        assert isinstance(engine, DocumentedEngine)
        (hop,) = engine.hops()
        assert (hop.source, hop.target, hop.mode) == ("en", "fr", "en-fr")
        answers = engine.translate_hop([*ENGLISH, "a red dog runs " * 40], hop)
        assert [answer.text for answer in answers] == [*SENTENCES["fr"], ""]
        assert answers[-1].status == "failed"
        assert all(answer.alternatives for answer in answers[:-1])


def test_nothing_is_left_behind(untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    engine = ArgosEngine(str(packed(untrained, tmp_path / "p.argosmodel")), device="cpu", most_tokens=60)
    first = engine.translate_hop(ENGLISH, engine.hops()[0])
    engine.close()
    assert engine.translate_hop(ENGLISH, engine.hops()[0]) == first
    assert len(list(tmp_path.iterdir())) == 2
    del engine
    assert [path.name for path in tmp_path.iterdir()] == ["p.argosmodel"]


def test_the_prefix_of_a_target_is_asked_for_and_taken_off(tmp_path: Path) -> None:
    made = tiny_models.m2m100(tmp_path / "m2m", steps=0)
    pieces = made / "sentencepiece.bpe.model"
    package = tiny_models.argos(
        tiny_models.converted(made, tmp_path / "c"), tmp_path / "en_pb", pieces, to_code="pb", target_prefix="__fr__"
    )
    engine = ArgosEngine(str(package), device="cpu", precision="float32", most_tokens=60)
    assert engine.hops()[0].target == "pt-BR"
    assert not any("__fr__" in answer.text for answer in engine.translate_hop(ENGLISH, engine.hops()[0]))


def test_byte_pairs_of_moses_words(tmp_path: Path) -> None:
    codes = io.StringIO()
    learn_bpe(io.StringIO("\n".join(ENGLISH * 3)), codes, 60)
    (tmp_path / "bpe.model").write_text(codes.getvalue(), encoding="utf-8")
    pieces = MosesPieces(tmp_path / "bpe.model", "en", "en")
    cut = pieces.cut("Two black cats, “a man’s” house.")
    assert any(piece.endswith("@@") for piece in cut)
    assert pieces.join(cut) == 'Two black cats, "a man\'s" house.'


def test_folders_and_files_that_are_no_package(untrained: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="packages is empty"):
        ArgosEngine([])
    with pytest.raises(DataError, match=r"cannot be unpacked as an \.argosmodel.*No such file"):
        ArgosEngine(str(tmp_path / "none.argosmodel")).hops()
    with pytest.raises(DataError, match=r"0 files metadata\.json"):
        ArgosEngine(str(tmp_path)).hops()
    (tmp_path / "text.argosmodel").write_text("text")
    with pytest.raises(DataError, match="File is not a zip file"):
        ArgosEngine(str(tmp_path / "text.argosmodel")).hops()
    (tmp_path / "metadata.json").write_text(json.dumps({"from_code": "en"}))
    with pytest.raises(DataError, match="to_code is None; expected a language"):
        ArgosEngine(str(tmp_path)).hops()
    (tmp_path / "metadata.json").write_text(json.dumps({"from_code": "en", "to_code": "xx"}))
    with pytest.raises(DataError, match="no folder 'model'"):
        ArgosEngine(str(tmp_path)).hops()
    (tmp_path / "model").mkdir()
    with pytest.raises(DataError, match="unknown language 'xx'"):
        ArgosEngine(str(tmp_path)).hops()
    cut = tmp_path / "cut.argosmodel"
    cut.write_bytes(packed(untrained, tmp_path / "whole.argosmodel").read_bytes()[:-2000])
    with pytest.raises(DataError, match="cannot be unpacked"):
        ArgosEngine(str(cut)).hops()


@pytest.mark.parametrize("name", ["../outside", "en_fr/../../outside", "/outside", "..\\outside", "C:/outside", ""])
def test_an_archive_that_would_write_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    bad = tmp_path / "in" / "bad.argosmodel"
    bad.parent.mkdir()
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "x")
    with pytest.raises(DataError, match="outside its folder; refused"):
        ArgosEngine(str(bad)).hops()
    assert not list(tmp_path.rglob("outside"))


def test_links_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("en_fr/model")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.argosmodel", "w") as archive:
        archive.writestr(link, "/etc")
    with pytest.raises(DataError, match="is a link; refused"):
        ArgosEngine(str(tmp_path / "link.argosmodel")).hops()


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.argosmodel", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("en_fr/model/model.bin", bytes(50_000_000))
    with pytest.raises(DataError, match=r"unpacks from \d+ to 50000000 bytes; refused"):
        ArgosEngine(str(tmp_path / "bomb.argosmodel")).hops()
    with zipfile.ZipFile(tmp_path / "many.argosmodel", "w") as archive:
        for number in range(1001):
            archive.writestr(f"en_fr/{number}", "")
    with pytest.raises(DataError, match="1001 files; expected at most 1000"):
        ArgosEngine(str(tmp_path / "many.argosmodel")).hops()


def test_a_size_that_the_archive_hides_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "lie.argosmodel"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("en_fr/metadata.json", bytes(30_000_000))
    honest = path.read_bytes()
    path.write_bytes(honest.replace((30_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    with pytest.raises(DataError, match="cannot be unpacked"):
        ArgosEngine(str(path)).hops()
