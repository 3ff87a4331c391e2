from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from crossret.errors import DataError
from crossret.results.ranks_file import QueryRanks, RanksByGallery
from crossret.results.record import Record
from crossret.results.store import Store, read_all

Perfect = tuple[Record, RanksByGallery]


def test_a_record_and_its_ranks_come_back(tmp_path: Path, perfect: Perfect) -> None:
    record, ranks = perfect
    path = Store(tmp_path).write(record, ranks)
    assert path == tmp_path / "records" / "toys" / "alpha--es--seed0--alphaes0to.json"
    (stored,) = read_all([tmp_path])
    assert stored.path == path
    assert stored.record == record.model_copy(update={"ranks_file": "alpha--es--seed0--alphaes0to.npz"})
    np.testing.assert_array_equal(stored.ranks()["test"]["v2t"].rank, ranks["test"]["v2t"].rank)
    assert stored.ranks()["test"]["v2t"].subject.tolist() == ranks["test"]["v2t"].subject.tolist()


def test_ids_in_an_array_of_objects_are_not_pickled(tmp_path: Path, perfect: Perfect) -> None:
    record, ranks = perfect
    odd = QueryRanks(np.array(["ä", "b"], dtype=object), np.array(["x", "y"], dtype=object), np.array([1, 2]))
    Store(tmp_path).write(record, {"test": {"t2v": odd, "v2t": ranks["test"]["v2t"]}})
    assert read_all([tmp_path])[0].ranks()["test"]["t2v"].query.tolist() == ["ä", "b"]


def test_names_cannot_leave_the_folder(tmp_path: Path, perfect: Perfect) -> None:
    record, ranks = perfect
    unit = record.unit.model_copy(update={"method": "../../a b:c", "language": "zh-Hant"})
    path = Store(tmp_path).write(record.model_copy(update={"unit": unit, "suite": ".."}), ranks)
    assert path.relative_to(tmp_path).parts == ("records", "_", "_.._a_b_c--zh-Hant--seed0--alphaes0to.json")


def test_nothing_is_recorded_if_the_ranks_cannot_be_written(
    tmp_path: Path, perfect: Perfect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **arrays: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space"):
        Store(tmp_path).write(*perfect)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    assert Store(tmp_path).done() == {}


def test_done_lists_whole_records_only(tmp_path: Path, perfect: Perfect) -> None:
    record, ranks = perfect
    store = Store(tmp_path)
    paths = {}
    for key in ("whole", "broken", "other version", "no ranks"):
        paths[key] = store.write(record.model_copy(update={"key": key}), ranks)
    paths["broken"].write_text("{")
    content = json.loads(paths["other version"].read_text())
    paths["other version"].write_text(json.dumps(content | {"schema_version": 99}))
    paths["no ranks"].with_suffix(".npz").unlink()
    assert store.done() == {"whole": paths["whole"]}
    assert Store(tmp_path / "missing").done() == {}


def test_remove_forgets_a_unit_and_its_ranks(tmp_path: Path, perfect: Perfect) -> None:
    record, ranks = perfect
    store = Store(tmp_path)
    gone = store.write(record.model_copy(update={"key": "gone"}), ranks)
    kept = store.write(record.model_copy(update={"key": "kept"}), ranks)
    store.remove(["gone", "unknown"])
    assert store.done() == {"kept": kept}
    assert not gone.with_suffix(".npz").exists()


def test_reads_run_folders_their_parent_records_folders_and_files(tmp_path: Path, perfect: Perfect) -> None:
    record, ranks = perfect
    for machine in ("one", "two"):
        Store(tmp_path / machine).write(record.model_copy(update={"key": machine}), ranks)
        (tmp_path / machine / "plan.json").write_text("{}")
    file = next((tmp_path / "one").rglob("alpha*.json"))

    def keys(*paths: Path) -> list[str]:
        return [stored.record.key for stored in read_all(paths)]

    assert keys(tmp_path) == ["one", "two"]
    assert keys(tmp_path / "two", tmp_path / "one") == ["one", "two"]
    assert keys(tmp_path / "one" / "records") == keys(file.parent) == keys(file) == ["one"]
    assert keys(file, file.parent) == ["one"]


def test_of_two_records_with_one_key_the_last_finished_is_kept(tmp_path: Path, perfect: Perfect) -> None:
    record, ranks = perfect
    for folder, finished in (("a", "2025-03-01T10:00:00+00:00"), ("b", "2025-03-01T10:30:00+02:00")):
        Store(tmp_path / folder).write(record.model_copy(update={"finished": finished}), ranks)
    (stored,) = read_all([tmp_path])
    assert stored.path.is_relative_to(tmp_path / "a"), "10:30 in a zone two hours ahead is earlier"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not a readable record"),
        ("[]", "not a record .no schema_version"),
        ('{"schema_version": 2}', "schema version 2; this crossret reads version 1"),
        ('{"schema_version": 1}', "not a record: key: Field required"),
    ],
)
def test_a_bad_file_is_named_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(DataError, match=f"bad.json: .*{reason}"):
        read_all([tmp_path])


def test_an_unreadable_time_is_named(tmp_path: Path, perfect: Perfect) -> None:
    record, ranks = perfect
    Store(tmp_path).write(record.model_copy(update={"finished": "yesterday"}), ranks)
    with pytest.raises(DataError, match=r"finished: .*yesterday"):
        read_all([tmp_path])


def test_nothing_to_read_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no records here; looked for records/<suite>"):
        read_all([tmp_path])
    with pytest.raises(DataError, match="no such file or folder"):
        read_all([tmp_path / "missing"])


def test_lost_ranks_are_named_when_asked_for(tmp_path: Path, perfect: Perfect) -> None:
    path = Store(tmp_path).write(*perfect)
    shutil.move(path.with_suffix(".npz"), tmp_path / "elsewhere.npz")
    with pytest.raises(DataError, match=r"alpha--es--seed0--alphaes0to\.npz"):
        read_all([path])[0].ranks()
