import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossret.errors import DataError
from crossret.retrieval.relevance import Relevance

SUBJECTS = st.lists(st.sampled_from(["a", "b", "c", "d\0", "d", "é", ""]), min_size=1, max_size=25)


@given(captions=SUBJECTS, items=SUBJECTS, queried=st.none() | st.frozensets(st.sampled_from(["a", "d", "", "zzz"])))
def test_by_subject_gives_exactly_the_pairs_of_equal_queried_subject(captions, items, queried):
    expected = {
        (c, i)
        for c, caption in enumerate(captions)
        for i, item in enumerate(items)
        if caption == item and (queried is None or caption in queried)
    }
    if not expected:
        with pytest.raises(DataError, match="at least one positive pair"):
            Relevance.by_subject(captions, items, queried)
        return
    relevance = Relevance.by_subject(captions, items, queried)
    pairs = list(zip(relevance.captions.tolist(), relevance.items.tolist(), strict=True))
    assert sorted(pairs) == sorted(expected)
    assert (relevance.caption_count, relevance.item_count) == (len(captions), len(items))


def test_by_subject_scales_with_the_pairs_not_with_the_product():
    subjects = [f"s{i}" for i in range(60_000)]
    relevance = Relevance.by_subject(subjects, subjects[::-1])
    assert np.array_equal(relevance.captions + relevance.items, np.full(60_000, 59_999))


@pytest.mark.parametrize(
    ("captions", "items", "message"),
    [
        ([0, 0], [1, 1], r"pair \(caption 0, item 1\) is given more than once"),
        ([0, 3], [1, 1], r"caption index 3 is outside 0\.\.2"),
        ([0, 1], [1, -1], r"item index -1 is outside 0\.\.1"),
        ([0, 1], [1], "2 caption indices but 1 item indices"),
        ([], [], "at least one positive pair"),
        ([0.5], [1], "must be a row of integers"),
        ([[0]], [[1]], "must be a row of integers"),
    ],
)
def test_a_bad_relation_is_refused_in_one_line(captions, items, message):
    with pytest.raises(DataError, match=message) as caught:
        Relevance(np.array(captions), np.array(items), 3, 2)
    assert "\n" not in str(caught.value)


def test_any_integer_type_becomes_int64():
    relevance = Relevance(np.array([1], dtype=np.uint8), np.array([0], dtype=np.int32), 2, 2)
    assert relevance.captions.dtype == relevance.items.dtype == np.int64


@given(
    captions=SUBJECTS,
    items=SUBJECTS,
    queried=st.none() | st.frozensets(st.sampled_from(["a", "d", ""])),
    data=st.data(),
)
def test_equal_captions_share_their_items(captions, items, queried, data):
    texts = data.draw(st.lists(st.sampled_from("xyz"), min_size=len(captions), max_size=len(captions)))
    own = {
        (c, i)
        for c, caption in enumerate(captions)
        for i, item in enumerate(items)
        if caption == item and (queried is None or caption in queried)
    }
    if not own:
        return
    asked = {c for c, _ in own}
    expected = {(c, i) for c in asked for other, i in own if texts[other] == texts[c]}
    shared = Relevance.by_subject(captions, items, queried).shared_by_equal(texts)
    pairs = list(zip(shared.captions.tolist(), shared.items.tolist(), strict=True))
    assert sorted(pairs) == sorted(expected)
    assert (shared.caption_count, shared.item_count) == (len(captions), len(items))
