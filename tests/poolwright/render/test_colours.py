"""Words keep their colours from picture to picture, and no two of one picture look alike while there are colours."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from poolwright.render.colours import colours_of

PALETTE = ("red", "green", "blue", "grey")
WORDS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6)


def test_a_word_looks_alike_in_each_picture_and_a_new_one_takes_what_nothing_else_has() -> None:
    told: dict[str, str] = {}
    assert colours_of("ab", PALETTE, told) == {"a": "red", "b": "green"}
    assert colours_of("cb", PALETTE, told) == {"c": "blue", "b": "green"}
    assert colours_of("dea", PALETTE, told) == {"d": "grey", "e": "green", "a": "red"}


@given(st.lists(WORDS, max_size=4))
def test_no_two_words_of_a_picture_look_alike_while_there_are_colours(pictures: list[list[str]]) -> None:
    told: dict[str, str] = {}
    for words in pictures:
        found = colours_of(words, PALETTE, told)
        assert list(found) == words
        assert len(set(found.values())) == min(len(words), len(PALETTE))
        assert colours_of(words, PALETTE, told) == found, "for a screen and for a phone"
