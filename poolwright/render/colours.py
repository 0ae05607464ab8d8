"""Which colour a word has in a picture, and in those of other stacks on one page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def colours_of(words: Iterable[str], palette: Sequence[str], told: dict[str, str]) -> dict[str, str]:
    """Word → colour: the one that it is `told` by, unless another word of this picture is, else the next free one.

    New words are added to `told`, so that one machine type or replica looks alike in all stacks of a page. With more
    words than the palette has colours these come again.
    """
    chosen: dict[str, str] = {}
    ordered = list(dict.fromkeys(words))
    for word in ordered:
        if told.get(word) in palette and told[word] not in chosen.values():
            chosen[word] = told[word]
    free = [colour for colour in palette if colour not in chosen.values()]
    # A colour that no word of an earlier picture has tells nobody something else.
    free.sort(key=lambda colour: colour in told.values())
    for place, word in enumerate(ordered):
        if word in chosen:
            continue
        if free:
            chosen[word] = free.pop(0)
            told.setdefault(word, chosen[word])
        else:
            chosen[word] = palette[place % len(palette)]
    return {word: chosen[word] for word in ordered}
