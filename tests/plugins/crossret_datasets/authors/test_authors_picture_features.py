from __future__ import annotations

import json

import numpy as np
import pytest
from authors_layout import write_lines, write_multi30k
from parity.recorded import FOLDER

from crossret.contracts.data import Item
from crossret.contracts.visual import FeatureBackbone
from crossret.errors import DataError
from crossret.plugins import registry

IDS = {"train": ("11", "12", "13"), "val": ("22", "21"), "test": ("32", "31")}
LISTS = {"train": "train_id.txt", "val": "val_id.txt", "test": "test_id_2016.txt"}
NAMES = {
    "train": "train-resnet_152-avgpool.npy",
    "val": "val-resnet_152-avgpool.npy",
    "test": "test_2016_flickr-resnet152-avgpool.npy",
}


def vector(identifier):
    return np.full(3, float(identifier), dtype=np.float32)


def write_features(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for split, name in NAMES.items():
        np.save(folder / name, np.stack([vector(identifier) for identifier in IDS[split]]))


@pytest.fixture
def home(tmp_path):
    write_multi30k(tmp_path)
    write_features(tmp_path / "multi30k" / "FeatureData" / "resnet_152")
    return tmp_path / "multi30k"


def build(home, feature="resnet_152"):
    return registry().build("visual-backbone", "nrccr-npy", root=str(home.parent), feature=feature)


def items(*names):
    return [Item(name, name) for name in names]


def test_vectors_are_found_by_id_over_all_splits(home):
    backbone = build(home)
    assert isinstance(backbone, FeatureBackbone)
    assert backbone.dimension == 3
    found = backbone.features(items("31", "12", "22"))
    np.testing.assert_array_equal(found, np.stack([vector(i) for i in ("31", "12", "22")]))


@pytest.mark.parametrize("name", ["test_2016_flickr-resnet_152-avgpool.npy", "test-resnet_152-avgpool.npy"])
def test_the_test_matrix_has_several_names(home, name):
    folder = home / "FeatureData" / "resnet_152"
    (folder / NAMES["test"]).rename(folder / name)
    np.testing.assert_array_equal(build(home).features(items("31"))[0], vector("31"))


def test_the_folder_may_lie_beside_the_others(home):
    (home / "FeatureData" / "resnet_152").rename(home / "resnet_152")
    np.testing.assert_array_equal(build(home).features(items("31"))[0], vector("31"))


def test_a_list_inside_the_folder_goes_first(home):
    write_lines(home / "FeatureData" / "resnet_152" / "test_id_2016.txt", ["31", "32"])
    np.testing.assert_array_equal(build(home).features(items("31"))[0], vector("32"))


def test_the_fingerprint_follows_matrices_and_lists(home):
    seen = {build(home).fingerprint()}
    write_lines(home / "FeatureData" / "val_id.txt", ["21", "22"])
    seen.add(build(home).fingerprint())
    np.save(home / "FeatureData" / "resnet_152" / NAMES["val"], np.ones((2, 3), np.float32))
    seen.add(build(home).fingerprint())
    assert len(seen) == 3


def test_lists_that_do_not_fit(home):
    write_lines(home / "FeatureData" / "val_id.txt", ["21", "22", "23"])
    with pytest.raises(DataError, match=r"val_id\.txt: 3 ids; expected 2, as in .*val-resnet_152-avgpool\.npy"):
        build(home)
    (home / "FeatureData" / "val_id.txt").unlink()
    with pytest.raises(DataError, match=r"FeatureData: no file val_id\.txt"):
        build(home)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (np.ones((2, 3), dtype=np.int64), "found int64 of shape"),
        (np.ones(2, dtype=np.float32), r"found float32 of shape \(2,\)"),
        (np.ones((2, 4), dtype=np.float32), "4 dimensions; expected 3, as in"),
        (np.array([[{}]], dtype=object), "no features can be read"),
    ],
)
def test_broken_matrices(home, content, said):
    np.save(home / "FeatureData" / "resnet_152" / NAMES["val"], content, allow_pickle=True)
    with pytest.raises(DataError, match=rf"val-resnet_152-avgpool\.npy: {said}"):
        build(home)


def test_a_truncated_matrix(home):
    path = home / "FeatureData" / "resnet_152" / NAMES["val"]
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(DataError, match=r"val-resnet_152-avgpool\.npy: no features can be read"):
        build(home)


def test_no_matrix_says_which_names_were_tried(home):
    for name in NAMES.values():
        (home / "FeatureData" / "resnet_152" / name).unlink()
    with pytest.raises(DataError, match=r"none of the files train-resnet_152-avgpool\.npy, train-resnet152-avgpool"):
        build(home)


def test_pictures_without_features_or_with_broken_ones(home):
    (home / "FeatureData" / "resnet_152" / NAMES["val"]).unlink()
    with pytest.raises(DataError, match=r"1 of 2 pictures are in none of the lists .*train_id\.txt, test_id_2016\.txt"):
        build(home).features(items("31", "22"))
    np.save(home / "FeatureData" / "resnet_152" / NAMES["val"], np.full((2, 3), np.nan, np.float32))
    with pytest.raises(DataError, match=r"val-resnet_152-avgpool\.npy: row 0, of picture '22', is not finite"):
        build(home).features(items("22"))


def test_verification_wants_features_for_every_picture(home):
    dataset = registry().build("dataset", "nrccr-multi30k", root=str(home.parent))
    assert dataset.verify() == []
    (home / "FeatureData" / "resnet_152" / NAMES["val"]).unlink()
    assert "in none of the lists" in dataset.verify()[0].message


def test_recorded_order_of_rows():
    root = FOLDER / "layouts"
    if not root.is_dir():
        pytest.skip(f"no reference files at {root}")
    backbone = build(root / "multi30k")
    expected = json.loads((root / "expected_captions.json").read_text())["multi30k_task1"]["feature_rows"]
    names = {"train": "train-resnet_152", "val": "val-resnet_152", "test": "test_2016_flickr-resnet152"}
    for split, ids in expected.items():
        stored = np.load(root / "multi30k" / "FeatureData" / "resnet_152" / f"{names[split]}-avgpool.npy")
        np.testing.assert_array_equal(backbone.features(items(*ids)), stored)


def test_real_features_in_the_layout():
    data = FOLDER.parent / "data" / "multi30k-f8k"
    if not data.is_dir():
        pytest.skip(f"no data at {data}")
    root = data / "authors-layout"
    backbone = build(root / "multi30k", "efficientnet_lite0")
    dataset = registry().build("dataset", "nrccr-multi30k", root=str(root))
    found = backbone.features(dataset.split("task1", "test").items)
    assert found.shape == (243, 1280)
    stored = registry().build(
        "visual-backbone",
        "features",
        path=str(data / "features" / "efficientnet_lite0.float16.npy"),
        ids=str(data / "features" / "efficientnet_lite0.ids.txt"),
    )
    np.testing.assert_allclose(found, stored.features(dataset.split("task1", "test").items), atol=2e-3)
