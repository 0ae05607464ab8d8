"""A document as one HTML page: no script, no font, nothing from elsewhere; read on a phone, on paper, by ear."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from poolwright.render.environment import Quoted, render
from poolwright.render.report.document import Block, Bullets, Callout, Document, Line, Paragraph, Section, Style, Table


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A chart; what it shows stands in tables too."""

    key: str
    """Of its section."""
    title: str
    """What it shows, which is also read out."""
    table: str
    """Key of the section whose table has the same in words."""
    wide: str
    """The text of an SVG file, for a screen and paper."""
    narrow: str
    """The same for a phone."""


def page(document: Document, pictures: Sequence[Picture]) -> str:
    """The page; pictures stand between the first screen and what is folded."""
    first = [section for section in document.sections if not section.folded]
    folded = [section for section in document.sections if section.folded]
    titles = {section.key: section.title for section in document.sections}
    return render(
        "report/page.html.j2",
        {
            "title": _text(document.title),
            "verdict": _joined(_blocks(document.verdict)),
            "first": [_part(section) for section in first],
            "pictures": [
                {
                    "key": _text(each.key),
                    "title": _text(each.title),
                    "table": _text(titles[each.table]) if each.table in titles else "",
                    "table_key": _text(each.table),
                    "wide": _source(each.wide),
                    "narrow": _source(each.narrow),
                }
                for each in pictures
            ],
            "folded": [_part(section) for section in folded],
            "footer": Quoted(_line(document.footer)),
        },
    )


def _part(section: Section) -> dict[str, Quoted]:
    return {"key": _text(section.key), "title": _text(section.title), "body": _joined(_blocks(section.blocks))}


def _text(text: str) -> Quoted:
    return Quoted(escape(text))


def _joined(parts: Iterator[str]) -> Quoted:
    return Quoted("\n".join(parts))


def _source(svg: str) -> Quoted:
    """An address that holds the picture: its styles stay its own."""
    return Quoted(f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}")


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph():
                yield f"<p>{_line(block.line)}</p>"
            case Bullets():
                yield f"<ul>{''.join(f'<li>{_line(each)}</li>' for each in block.lines)}</ul>"
            case Table():
                yield _table(block)
            case Callout():
                title = escape(block.title)
                inside = "\n".join(_blocks(block.blocks))
                yield f'<div class="caution" role="note" aria-label="{title}"><p class="head">{title}</p>{inside}</div>'


def _table(table: Table) -> str:
    """A table whose rows become cards where the screen is narrow; else it is scrolled by itself, by keyboard too.

    The roles say what the elements are anyway; some browsers forget it where cells are laid out as blocks.
    """
    kinds = [" class=number" if name in table.numbers else "" for name in table.columns]
    head = "".join(
        f"<th scope=col role=columnheader{kind}>{escape(name)}</th>" if name else f"<td role=cell{kind}></td>"
        for name, kind in zip(table.columns, kinds, strict=True)
    )
    labels = [f' data-name="{escape(name, quote=True)}"' if name else "" for name in table.columns]
    attributes = [f"{kind}{label}" for kind, label in zip(kinds, labels, strict=True)]
    rows = "".join(f"<tr role=row>{''.join(map(_cell, row, attributes))}</tr>" for row in table.rows)
    name = escape(table.caption or ", ".join(table.columns), quote=True)
    return (
        f'<div class="scroll" role="group" tabindex="0" aria-label="{name}">'
        f"<table role=table><caption>{name}</caption><thead role=rowgroup><tr role=row>{head}</tr></thead>"
        f"<tbody role=rowgroup>{rows}</tbody></table></div>"
    )


def _cell(line: Line, attributes: str) -> str:
    return f"<td role=cell{attributes}>{_line(line)}</td>"


_TAGS = {Style.STRONG: "strong", Style.CODE: "code"}


def _line(line: Line) -> str:
    parts: list[str] = []
    for span in line:
        tag = _TAGS.get(span.style)
        text = escape(span.text)
        parts.append(text if tag is None else f"<{tag}>{text}</{tag}>")
    return "".join(parts)
