"""A document that knows no format: blocks of text that Markdown, a terminal and a page each write in their own way."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Style(StrEnum):
    """How a piece of text stands out."""

    PLAIN = "plain"
    STRONG = "strong"
    CODE = "code"


@dataclass(frozen=True)
class Span:
    """A piece of text in one style; it is data, whatever characters it holds."""

    text: str
    style: Style = Style.PLAIN


Line = tuple[Span, ...]


@dataclass(frozen=True)
class Paragraph:
    """One line of text."""

    line: Line


@dataclass(frozen=True)
class Bullets:
    """A list."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Table:
    """Columns with names; those of numbers stand at the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    numbers: frozenset[str] = frozenset()
    caption: str = ""
    """What a screen reader says it is."""


@dataclass(frozen=True)
class Callout:
    """What must not be overlooked."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Section:
    """A part with a title; a folded one is opened by who wants it."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    folded: bool = False
    cut_first: int = 0
    """Where there is too little room: the highest goes first; 0 stays."""
    short: tuple[Block, ...] = ()
    """What stands there instead, before all of it goes."""


Block = Paragraph | Bullets | Table | Callout


@dataclass(frozen=True)
class Document:
    """A review as text."""

    stack: str
    title: str
    verdict: tuple[Block, ...]
    """Stands above all sections, and always."""
    sections: tuple[Section, ...]
    quiet: bool = False
    """Nothing changes: the verdict is enough."""
    footer: Line = field(default=())


def line(*parts: str | Span) -> Line:
    """A line of text and spans."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def strong(text: str) -> Span:
    """Text that stands out."""
    return Span(text, Style.STRONG)


def code(text: str) -> Span:
    """A name of something."""
    return Span(text, Style.CODE)
