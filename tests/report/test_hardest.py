from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_up_run import DATASET, chapters_of, write_run

from crossret.report.failures import HardPicture
from crossret.report.hardest import Hardest
from crossret.report.section import Absent
from crossret.report.thumbnails import data_uri

ITEMS = {item.id: item for item in DATASET.split("plain", "test").items}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_run(tmp_path)
    return tmp_path


def hardest_of(folder: Path) -> Hardest | Absent:
    return chapters_of(folder)[0].galleries[0].hardest


def forget(folder: Path, direction: str) -> None:
    """As if the records had been written before that direction was kept."""
    for file in folder.rglob("*.npz"):
        with np.load(file) as archive:
            kept = {name: archive[name] for name in archive.files if not name.endswith((f"{direction}/failed",))}
        np.savez(file, **kept)


def pictures(found: Hardest | Absent) -> tuple[HardPicture, ...]:
    assert isinstance(found, Hardest)
    assert not isinstance(found.pictures, Absent)
    return found.pictures


def test_they_are_those_of_the_best_trained_method_that_is_no_oracle(folder: Path) -> None:
    found = hardest_of(folder)
    assert isinstance(found, Hardest)
    assert found.method == "NRCCR"


def test_a_text_stands_beside_its_picture_and_those_that_were_found(folder: Path) -> None:
    found = hardest_of(folder)
    assert isinstance(found, Hardest)
    for query in found.texts:
        (subject,) = {
            one.subject for one in DATASET.captions("plain", "test", query.language) if one.text == query.text
        }
        assert query.right.source == data_uri(DATASET.image(ITEMS[f"test/{subject}/0"]))
        assert len(query.found) == 5
        assert not [one for one in query.found if one.right]
    ranks = [query.rank for query in found.texts if query.language == "xx"]
    assert ranks == sorted(ranks, reverse=True)
    assert len(ranks) == len(found.texts) / 2


def test_a_picture_stands_beside_its_captions_and_those_that_were_found(folder: Path) -> None:
    for query in pictures(hardest_of(folder)):
        captions = DATASET.captions("plain", "test", query.language)
        subjects = {one.subject for one in captions if one.text in query.right}
        assert len(subjects) == 1
        assert len(query.right) == 2
        english = {one.text: one.subject for one in DATASET.captions("plain", "test", "en")}
        (subject,) = subjects
        assert query.picture.source == data_uri(DATASET.image(ITEMS[f"test/{subject}/0"]))
        for one in query.found:
            assert not one.right
            assert next(c.subject for c in captions if c.text == one.text) == english[one.meaning]


def test_older_records_have_texts_only_or_nothing_and_say_so(folder: Path) -> None:
    forget(folder, "v2t")
    found = hardest_of(folder)
    assert isinstance(found, Hardest)
    assert isinstance(found.pictures, Absent)
    assert "run them again" in found.pictures.why
    forget(folder, "t2v")
    nothing = hardest_of(folder)
    assert isinstance(nothing, Absent)
    assert "run them again" in nothing.why
