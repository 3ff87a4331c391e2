from __future__ import annotations

import numpy as np
import pytest
from authors_layout import write_bigfile, write_vatex
from parity.recorded import FOLDER, MISSING, arrays_of

from crossret.contracts.data import Item, Split
from crossret.contracts.visual import FrameFeatureBackbone
from crossret.data.visual_inputs import VisualInputs
from crossret.errors import DataError
from crossret.plugins import registry
from crossret.recipe.models import FramesRecipe
from crossret_datasets.authors.bigfile import open_bigfile
from crossret_datasets.authors.frame_lists import read_frame_lists

recorded = pytest.mark.skipif(not FOLDER.is_dir(), reason=MISSING)

CLIPS = {"vid_a_000001_000011": 3, "-b": 1, "vid_v": 12, "vid_t": 5}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "vatex" / "FeatureData" / "i3d"


@pytest.fixture
def matrix(folder):
    return write_bigfile(folder, CLIPS)


def build(root):
    return registry().build("visual-backbone", "nrccr-bigfile", root=str(root), collection="vatex", feature="i3d")


def items(*names):
    return [Item(name, name) for name in names]


def test_frames_come_in_the_order_of_their_list(tmp_path, matrix):
    backbone = build(tmp_path)
    assert isinstance(backbone, FrameFeatureBackbone)
    assert backbone.dimension == 4
    found = backbone.frame_features(items("vid_v", "-b"))
    np.testing.assert_array_equal(found[0], matrix[4:16])
    np.testing.assert_array_equal(found[1], matrix[3:4])
    assert found[0].dtype == np.float32


def test_the_recipe_keeps_the_first_frames(tmp_path, matrix):
    write_vatex(tmp_path)
    dataset = registry().build("dataset", "nrccr-vatex", root=str(tmp_path))
    inputs = VisualInputs(dataset, build(tmp_path), most_frames=7).of(dataset.split("standard", "val"))
    np.testing.assert_array_equal(inputs.rows(), matrix[4:11])


def test_a_lookup_by_name_keeps_the_order_of_the_file(folder, matrix):
    names = (folder / "id.txt").read_text().split()
    found, rows = open_bigfile(folder).lookup([names[5], "no", names[2], names[5]])
    assert found == [names[2], names[5]]
    assert rows.shape == (2, 4)


def test_the_fingerprint_follows_the_content(tmp_path, folder, matrix):
    before = build(tmp_path).fingerprint()
    assert before == build(tmp_path).fingerprint()
    content = bytearray((folder / "feature.bin").read_bytes())
    content[0] ^= 1
    (folder / "feature.bin").write_bytes(content)
    assert build(tmp_path).fingerprint() != before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("feature.bin", b"\0" * 333, "feature.bin: 333 bytes; expected 336, as .*shape.txt says 21 rows of 4 float32"),
        ("feature.bin", b"\0" * 340, "feature.bin: 340 bytes; expected 336"),
        ("shape.txt", b"21 5\n", "feature.bin: 336 bytes; expected 420"),
        ("shape.txt", b"22 4\n", "id.txt: 21 ids; expected 22, as .*shape.txt says"),
        ("shape.txt", b"21\n4\n", "shape.txt:1: found '21'; expected two numbers"),
        ("shape.txt", b"-21 4\n", "shape.txt:1: found '-21 4'"),
        ("shape.txt", b"", "shape.txt:1: found ''"),
        ("id.txt", b"a " * 21, "id.txt: id 'a' stands there twice, at places 1 and 2"),
        ("video2frames.txt", b"{'vid_v': ['vid_v_0', 'vid_v_99']}", "frame 'vid_v_99' of clip 'vid_v' is not among"),
        ("video2frames.txt", b"{'vid_v': ['vid_v_0'],\n 'x': [oops]}", "video2frames.txt: no Python dict literal"),
        ("video2frames.txt", b"{'vid_v': ['vid_v_0']\n 'x': []}", "video2frames.txt:[12]: no Python dict literal"),
        ("video2frames.txt", b"{'vid_v': []}", "clip 'vid_v' has no frames"),
        ("video2frames.txt", b"['vid_v']", "found a list; expected a dict"),
        ("video2frames.txt", b"{'vid_v': 'vid_v_0'}", "clip 'vid_v': expected a list of frame names"),
        ("video2frames.txt", b"__import__('os').remove('x')", "no Python dict literal"),
    ],
)
def test_broken_files(tmp_path, folder, matrix, name, content, said):
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=said):
        build(tmp_path)


@pytest.mark.parametrize("name", ["feature.bin", "id.txt", "shape.txt", "video2frames.txt"])
def test_missing_files(tmp_path, folder, matrix, name):
    (folder / name).unlink()
    with pytest.raises(DataError, match=f"i3d: no file {name}"):
        build(tmp_path)


def test_unknown_folders_suggest_the_nearest(tmp_path, matrix):
    with pytest.raises(DataError, match="no features 'i3d_kinetics'; known: i3d"):
        registry().build(
            "visual-backbone", "nrccr-bigfile", root=str(tmp_path), collection="vatex", feature="i3d_kinetics"
        )
    with pytest.raises(DataError, match="no collection 'vatx'; did you mean 'vatex'"):
        registry().build("visual-backbone", "nrccr-bigfile", root=str(tmp_path), collection="vatx", feature="i3d")


def test_any_name_of_the_collection_finds_its_folder(tmp_path, folder, matrix):
    (tmp_path / "vatex").rename(tmp_path / "VATEX")
    assert build(tmp_path).folder == tmp_path / "VATEX" / "FeatureData" / "i3d"


def test_clips_without_frames_or_with_broken_ones(tmp_path, folder, matrix):
    with pytest.raises(DataError, match=r"video2frames\.txt: 1 of 2 clips are missing, the first is 'vid_w'; did you"):
        build(tmp_path).frame_features(items("vid_v", "vid_w"))
    broken = np.full_like(matrix, np.nan)
    broken.tofile(folder / "feature.bin")
    with pytest.raises(DataError, match=r"feature\.bin: row \d+, of clip '-b', is not finite"):
        build(tmp_path).frame_features(items("-b"))


def test_features_without_captions_are_no_problem(tmp_path, folder):
    write_vatex(tmp_path)
    write_bigfile(folder, CLIPS | {"vid_without_captions": 2})
    assert registry().build("dataset", "nrccr-vatex", root=str(tmp_path)).verify() == []


def test_verification_reads_the_features_of_every_item(tmp_path, folder, matrix):
    write_vatex(tmp_path)
    dataset = registry().build("dataset", "nrccr-vatex", root=str(tmp_path))
    assert dataset.verify() == []
    lists = read_frame_lists(folder / "video2frames.txt")
    del lists["vid_t"]
    (folder / "video2frames.txt").write_text(repr(lists))
    assert [problem.where for problem in dataset.verify()] == [str(folder / "video2frames.txt")]
    (folder / "feature.bin").write_bytes(b"\0\0")
    assert [problem.where for problem in dataset.verify()] == [str(folder / "feature.bin")]


@pytest.mark.parametrize("text", ["{'it\\'s': ['a']}", '{"it\'s": ["a"]}', "{'a\"b': ['c']}", "{'a': ['b',],}"])
def test_any_literal_is_read(tmp_path, text):
    path = tmp_path / "video2frames.txt"
    path.write_text(text)
    assert read_frame_lists(path) == eval(text)


@recorded
def test_recorded_features():
    arrays, root = arrays_of("layouts/expected_bigfile"), FOLDER / "layouts"
    backbone = registry().build(
        "visual-backbone", "nrccr-bigfile", root=str(root), collection="vatex", feature="i3d_kinetics"
    )
    clips = [name.removeprefix("frames.") for name in arrays if name.startswith("frames.")]
    assert clips
    for clip, found in zip(clips, backbone.frame_features(items(*clips)), strict=True):
        np.testing.assert_array_equal(found, arrays[f"frames.{clip}"])
    names, rows = open_bigfile(backbone.folder).lookup([str(name) for name in arrays["lookup_request"]])
    assert names == [str(name) for name in arrays["lookup_names"]]
    np.testing.assert_array_equal(rows, arrays["lookup_rows"])


@recorded
def test_recorded_batch():
    arrays, root = arrays_of("layouts/expected_bigfile"), FOLDER / "layouts"
    dataset = registry().build("dataset", "nrccr-vatex", root=str(root))
    backbone = registry().build(
        "visual-backbone", "nrccr-bigfile", root=str(root), collection="vatex", feature="i3d_kinetics"
    )
    batch = Split("batch", tuple(items(*(str(clip) for clip in arrays["batch_order"]))))
    inputs = VisualInputs(dataset, backbone, FramesRecipe().most).of(batch)
    np.testing.assert_array_equal(inputs.lengths, arrays["batch_lengths"])
    states, mask = inputs.padded(np.arange(len(batch.items)))
    np.testing.assert_array_equal(states, arrays["batch_frames"])
    np.testing.assert_array_equal(mask, arrays["batch_mask"].astype(bool))
