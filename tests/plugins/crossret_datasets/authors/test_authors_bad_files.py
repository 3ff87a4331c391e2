"""What a user sees when a file is not as it should be: one line with the file and the line."""

from __future__ import annotations

import re

import pytest
from authors_layout import write_lines, write_multi30k, write_vatex

from crossret.errors import DataError
from crossret.plugins import registry


def vatex(root):
    return registry().build("dataset", "nrccr-vatex", root=str(root))


def multi30k(root):
    return registry().build("dataset", "nrccr-multi30k", root=str(root))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"v#zh#0 ok\nv#zh#1\n", ":2: 'v#zh#1' is followed by no blank and caption"),
        (b"v#zh#0 ok\n\nv#zh#1 ok\n", ":2: found an empty line"),
        (b"v#zh#0\tok\n", ":1: found a tab and no blank"),
        (b"v#zh#0 ok\nv#zz#1 ok\n", ":2: unknown tag 'zz'; did you mean 'zh'?"),
        (b"v#zh2enc#0 ok\n", ":1: unknown tag 'zh2enc'"),
        (b"v#zh ok\n", ":1: found id 'v#zh'; expected '<visual id>#<tag>#<k>'"),
        (b"#zh#0 ok\n", ":1: found id '#zh#0'"),
        (b"v#zh#one ok\n", ":1: found number 'one'"),
        (b"v#zh#0 ok\nv#zh#0 again\n", ":2: caption 'v#zh#0' stands already on line 1"),
        (b"v#zh#0 ok\nv.mp4#zh#0 again\n", ":2: caption 'v.mp4#zh#0' stands already on line 1"),
        (b"v#zh#0 ok\nv#zh#1 caf\xe9\n", ":2: found byte 0xe9; expected UTF-8 (Latin-1?)"),
        ("v#zh#0 一\n".encode("utf-16"), ":1: found UTF-16; expected UTF-8"),
        ("v#zh#0 ok\n".encode("utf-16-le"), ":1: found UTF-16; expected UTF-8"),
    ],
)
def test_a_malformed_caption_file(tmp_path, content, said):
    path = write_vatex(tmp_path) / "vatexval_zh.caption.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"^{re.escape(str(path) + said)}"):
        vatex(tmp_path).captions("standard", "val", "zh")
    assert [problem.where for problem in vatex(tmp_path).verify()] == [f"{path}{said[:2]}"]


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"v#zh#0 a\r\nv#zh#1 b\r\n", ["a", "b"]),
        (b"v#zh#0 a\rv#zh#1 b", ["a", "b"]),
        (b"v#zh#0 a\nv#zh#1 b", ["a", "b"]),
        (b"\xef\xbb\xbfv#zh#0 a\n", ["a"]),
        ("v#zh#0 a\u2028b\n".encode(), ["a\u2028b"]),
        ("v#zh#0  two blanks \u3000\n".encode(), [" two blanks"]),
        (b"v#zh#0 player #5 wins\n", ["player #5 wins"]),
        (b"v.mp4#zh#0 a\n", ["a"]),
    ],
)
def test_odd_but_sound_files(tmp_path, content, texts):
    path = write_vatex(tmp_path) / "vatexval_zh.caption.txt"
    path.write_bytes(content)
    found = vatex(tmp_path).captions("standard", "val", "zh")
    assert [caption.text for caption in found] == texts
    assert {caption.subject for caption in found} == {"v"}


def test_lines_without_a_caption_can_be_left_out(tmp_path):
    path = write_vatex(tmp_path) / "vatexval_zh.caption.txt"
    path.write_bytes(b"v#zh#0 ok\nv#zh#1\n\n")
    dataset = registry().build("dataset", "nrccr-vatex", root=str(tmp_path), empty="skip")
    assert [caption.text for caption in dataset.captions("standard", "val", "zh")] == ["ok"]


def test_a_missing_file_says_which_names_were_tried(tmp_path):
    texts = write_vatex(tmp_path)
    (texts / "vatexval_google_zh2enc.caption.txt").unlink()
    (texts / "vatextest_zh.caption.txt").unlink()
    said = [problem.message for problem in vatex(tmp_path).verify()]
    assert any("vatextest_zh.caption.txt" in message for message in said)
    assert any("vatexval_google_zh2enc.caption.txt, vatexval_google_zhc2en.caption.txt" in message for message in said)
    with pytest.raises(DataError, match=r"vatextest_zh\.caption\.txt"):
        vatex(tmp_path).test_languages("standard")


def test_a_wrong_root_says_what_it_should_be(tmp_path):
    write_vatex(tmp_path)
    with pytest.raises(
        DataError, match=f"has none of the folders vatex/TextData, .*root is the folder above, {tmp_path}"
    ):
        vatex(tmp_path / "vatex").fingerprint()
    with pytest.raises(DataError, match="none of the folders multi30k/TextData"):
        multi30k(tmp_path).test_languages("task1")
    assert len(multi30k(tmp_path).verify()) == 1


def test_a_caption_of_an_item_that_is_not_listed(tmp_path):
    texts = write_multi30k(tmp_path)
    path = texts / "multi30kval_fr.caption.txt"
    write_lines(path, ["21#fr#0 un", "99#fr#0 deux"])
    with pytest.raises(
        DataError, match=r"multi30kval_fr\.caption\.txt:2: caption of '99', which .*val_id\.txt does not"
    ):
        multi30k(tmp_path).captions("task1", "val", "fr")


@pytest.mark.parametrize(
    ("lines", "said"),
    [(["21", "", "22"], "val_id.txt:2: found an empty line"), (["21", "22", "21.jpg"], "val_id.txt:3: id '21' stands")],
)
def test_a_malformed_list_of_ids(tmp_path, lines, said):
    write_multi30k(tmp_path)
    write_lines(tmp_path / "multi30k" / "FeatureData" / "val_id.txt", lines)
    with pytest.raises(DataError, match=re.escape(said)):
        multi30k(tmp_path).split("task1", "val")


def test_a_sound_collection_has_no_problem(tmp_path):
    write_vatex(tmp_path)
    write_multi30k(tmp_path)
    assert vatex(tmp_path).verify() == []
    assert multi30k(tmp_path).verify() == []


def test_later_releases_of_the_group_name_queries_differently(tmp_path):
    texts = write_vatex(tmp_path)
    old = texts / "vatextest_google_zh2enc.caption.txt"
    (texts / "vatextest_google_zhc2en.caption.txt").write_text(old.read_text().replace("zh2enc", "zhc2en"))
    old.unlink()
    dataset = vatex(tmp_path)
    captions = dataset.captions("standard", "test", "zh")
    answers = dataset.recorded(captions, dataset.recorded_routes("zh", "en")[0])
    assert [answer.status for answer in answers] == ["ok", "ok"]
