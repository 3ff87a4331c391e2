from __future__ import annotations

from crossret.translation.copies import Copies, copies_in


def test_whole_copies_and_copied_words_are_counted() -> None:
    pairs = [("red apple", "Red Apple"), ("red apple", "apple rojo"), ("an old car", "un viejo carro"), ("a", "b")]
    # Words of four letters: apple | apple, rojo | viejo, carro; two of these five stand in their source.
    assert copies_in(pairs) == Copies(4, 0.25, 2 / 5)


def test_without_long_words_there_is_no_share() -> None:
    assert copies_in([("a cat", "un gato de")]).words == 0.0
    assert copies_in([("a cat", "un")]) == Copies(1, 0.0, None)
    assert copies_in([]) == Copies(0, 0.0, None)
