from __future__ import annotations

from dataclasses import dataclass

from tiny_data import TinyDataset

from crossret.contracts.data import Caption, ParallelDataset
from crossret.translation.references import kind_of, references


def captions(lang: str, *texts: tuple[str, str]) -> list[Caption]:
    return [Caption(f"{lang}{n}", subject, lang, text) for n, (subject, text) in enumerate(texts)]


@dataclass(frozen=True)
class Parallel(TinyDataset):
    def parallel(self, protocol: str, lang: str) -> bool:
        return lang == "xx"


def test_captions_are_parallel_only_where_the_data_set_says_so() -> None:
    assert isinstance(Parallel(), ParallelDataset)
    assert kind_of(Parallel(), "plain", "xx") == "parallel"
    assert kind_of(Parallel(), "plain", "yy") == "per item"
    assert kind_of(TinyDataset(), "plain", "xx") == "per item"


def test_parallel_captions_are_paired_by_their_place_in_the_subject() -> None:
    asked = captions("en", ("a", "a one"), ("b", "b one"), ("a", "a two"))
    answering = captions("xx", ("b", "B one"), ("a", "A one"), ("a", "A two"))
    assert references("parallel", asked, answering) == {"en0": ("A one",), "en1": ("B one",), "en2": ("A two",)}


def test_a_subject_with_more_captions_in_one_language_has_no_pairs() -> None:
    asked = captions("en", ("a", "a one"), ("a", "a two"), ("b", "b"), ("c", "c"))
    answering = captions("xx", ("a", "A"), ("b", "B"))
    assert references("parallel", asked, answering) == {"en2": ("B",)}


def test_without_pairs_every_caption_of_the_item_is_a_reference() -> None:
    asked = captions("en", ("a", "a one"), ("a", "a two"), ("c", "c"))
    answering = captions("xx", ("a", "A one"), ("a", "A two"), ("a", "A three"))
    three = ("A one", "A two", "A three")
    assert references("per item", asked, answering) == {"en0": three, "en1": three}
