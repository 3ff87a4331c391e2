from __future__ import annotations

from pathlib import Path

import pytest
from photo_folder import make_photo_folder

from crossret.bench.plan import Plan, Selection, make_plan
from crossret.plugins import plugins
from crossret.recipe.reading import read_suite, shipped_suites

SUITES = [name for name in shipped_suites() if name.startswith("multi30k-f8k")]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_photo_folder(tmp_path_factory.mktemp("photos"))


def plan(name: str, root: Path) -> Plan:
    overrides = (f"data.options.root={root}",)
    return make_plan(read_suite(name), Selection(overrides=overrides), plugins())


def test_the_photos_have_their_suites() -> None:
    assert {"multi30k-f8k", "multi30k-f8k-words", "multi30k-f8k-noise", "multi30k-f8k-ablation"} <= set(SUITES)


@pytest.mark.parametrize("name", SUITES)
def test_every_method_of_a_suite_of_photos_can_be_planned(name: str, root: Path) -> None:
    found = plan(name, root)
    assert found.skipped == ()
    trained = [unit for unit in found.units if unit.training is not None]
    assert {unit.id.seed for unit in trained} == {0, 1, 2}
    assert {unit.id.method for unit in found.units} == set(read_suite(name).methods)


def test_without_a_way_back_the_back_translation_term_is_dropped(root: Path) -> None:
    dropped = {unit.id.language: unit.dropped for unit in plan("multi30k-f8k", root).units if unit.id.method == "nrccr"}
    assert dropped == {"fr": (), "pt-BR": (), "zh": ("cycle",)}


def test_every_share_of_noise_is_a_training_of_its_own_and_no_noise_is_the_plain_method(root: Path) -> None:
    found = [unit for unit in plan("multi30k-f8k-noise", root).units if unit.id.seed == 0]
    assert len({unit.training.key for unit in found if unit.training}) == len(found) == 10
    words = [unit for unit in plan("multi30k-f8k-words", root).units if unit.id.language == "fr"]
    plain = {unit.training.key for unit in words if unit.training and unit.id.method in ("translate-train", "nrccr")}
    assert plain <= {unit.training.key for unit in plan("multi30k-f8k-noise", root).units if unit.training}
