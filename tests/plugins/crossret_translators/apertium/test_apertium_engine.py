from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from apertium_modes import hop, require

from crossret.contracts.translation import DocumentedEngine, Hop, Translation
from crossret.errors import ComponentError
from crossret_translators.apertium.engine import ApertiumEngine
from crossret_translators.apertium.installation import Installation
from crossret_translators.apertium.pairs import PAIRS, pair_between

LADDER = "A man in a blue shirt is standing on a ladder."
DEADLY = "A group of men and women are in wedding attire."


@pytest.fixture(scope="module")
def engine() -> ApertiumEngine:
    return ApertiumEngine()


def words(text: str) -> set[str]:
    return set(text.casefold().rstrip(".").split())


def test_follows_the_contract(engine: ApertiumEngine) -> None:
    assert isinstance(engine, DocumentedEngine)


def test_english_to_spanish(engine: ApertiumEngine) -> None:
    (answer,) = engine.translate_hop([LADDER], hop("en", "es"))
    # A point release of the pair may change a word.
    assert len(words(answer.text) & words("Un hombre en una camisa azul está estando en un ladder.")) >= 8
    assert answer.status == "ok"
    assert answer.text[0] == "U"
    assert (answer.unknown, answer.unknown_words) == (1, ("ladder",))
    assert "*" not in answer.text


def test_a_copied_word_says_so(engine: ApertiumEngine) -> None:
    assert engine.translate_hop(["Qwertz"], hop("en", "es")) == [
        Translation("Qwertz", "copied", 1, unknown_words=("Qwertz",))
    ]


def test_what_holds_no_text_fails_without_a_process(engine: ApertiumEngine) -> None:
    assert [a.status for a in engine.translate_hop(["\0", "\ud800", "\x7f\x9f"], hop("en", "es"))] == ["failed"] * 3


def test_an_answer_that_nobody_can_see_is_none(engine: ApertiumEngine) -> None:
    # The engine drops a tilde.
    assert engine.translate_hop(["~\u200b", "~"], hop("en", "es")) == [Translation("", "failed")] * 2


def test_marks_of_the_source_stay(engine: ApertiumEngine) -> None:
    (answer,) = engine.translate_hop(["The *dog* is #1 @home"], hop("en", "es"))
    assert answer.text.count("*") == 2
    assert "#1" in answer.text
    assert "@" in answer.text


def test_the_deadly_sentence_costs_no_other_its_answer(engine: ApertiumEngine) -> None:
    before, deadly, after = engine.translate_hop([LADDER, DEADLY, "Two dogs play in the snow."], hop("en", "ca"))
    assert (before.status, after.status) == ("ok", "ok")
    assert deadly == Translation("", "failed") or deadly.text
    assert words(after.text) >= {"gossos", "neu"}


def test_serbian_may_be_cyrillic(engine: ApertiumEngine) -> None:
    cyrillic, latin = engine.translate_hop(["Пас и мачка.", "Pas i mačka."], hop("sr", "en"))
    assert cyrillic.text == latin.text
    assert "cat" in cyrillic.text


def test_hops_are_the_installed_modes_and_say_their_versions(engine: ApertiumEngine) -> None:
    require(("en", "es"))
    known = {(pair.source, pair.target): pair for pair in PAIRS}
    for found in engine.hops():
        pair = known[found.source, found.target]
        assert found.engine == "apertium"
        assert found.mode == pair.mode
        assert Installation().mode_file(pair.mode).is_file()
        assert f"; {pair.package} " in found.version
        assert "; data sha256:" in found.version


def test_a_change_of_the_data_is_another_version(tmp_path: Path) -> None:
    require(("en", "es"))
    data = tmp_path / "apertium" / "pair" / "en-gl.automorf.bin"
    data.parent.mkdir(parents=True)
    data.write_bytes(b"old")
    modes = tmp_path / "apertium" / "modes"
    modes.mkdir()
    (modes / "en-gl.mode").write_text(f"lt-proc '{data}'")
    engine = ApertiumEngine(str(modes))
    (first,) = engine.hops()
    assert engine.hops() == (first,)
    data.write_bytes(b"newer")
    (second,) = engine.hops()
    assert first.version != second.version
    assert first.version.split("; data")[0] == second.version.split("; data")[0]


def test_provenance_names_every_file(engine: ApertiumEngine) -> None:
    record = engine.provenance(hop("en", "es"))
    assert record["mode"] == "eng-spa"
    assert record["warm_up"] == {
        "lines": 600,
        "sha256": "119c6988bfb6f5e4d24ba02eb3deaf7d43041f1b2414b314871271761ca90d1d",
    }
    files = record["data_sha256"]
    assert isinstance(files, dict)
    name = "apertium-eng-spa/eng-spa.automorf.bin"
    content = (Installation().folder().parent / name).read_bytes()
    assert files[name] == hashlib.sha256(content).hexdigest()
    assert "GPL" in str(record["licence_of_engine_and_data"])


def test_an_engine_that_is_not_installed_says_how_to_install_it(
    engine: ApertiumEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for ask in (engine.hops, lambda: engine.translate_hop(["dog"], Hop("apertium", "en", "es", "eng-spa"))):
        with pytest.raises(ComponentError, match=r"found no program 'apertium'.*apt-get install .* apertium-eng-spa"):
            ask()


def test_a_missing_pair_names_its_package(tmp_path: Path) -> None:
    require(("en", "es"))
    engine = ApertiumEngine(str(tmp_path))
    assert engine.hops() == ()
    with pytest.raises(ComponentError, match=r"en → gl: .*en-gl\.mode is missing; .* apertium-en-gl$"):
        engine.translate_hop(["dog"], Hop("apertium", "en", "gl", "en-gl"))
    assert engine.advice("en", "fr").endswith("apertium-eng-cat apertium-fra-cat")
    assert engine.advice("en", "hr") == ""


def test_a_hop_of_another_engine_is_refused(engine: ApertiumEngine) -> None:
    with pytest.raises(ComponentError, match="no mode leads from 'en' to 'ja'"):
        engine.translate_hop(["dog"], Hop("apertium", "en", "ja"))


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.source}-{pair.target}")
def test_every_installed_pair_answers_its_warm_up_and_a_text(pair: object, engine: ApertiumEngine) -> None:
    found = pair_between(*pair[:2])  # type: ignore[index]
    assert found is not None
    require((found.source, found.target))
    (answer,) = engine.translate_hop(["Maria 7."], hop(found.source, found.target))
    assert answer.status != "failed"
    assert "7" in answer.text
