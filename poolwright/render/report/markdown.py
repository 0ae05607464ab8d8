"""A document as Markdown for a pull request on GitHub or GitLab: within their limits, found again by its marker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from poolwright.render.report.document import (
    Block,
    Bullets,
    Callout,
    Document,
    Line,
    Paragraph,
    Section,
    Span,
    Style,
    Table,
)

MOST_CHARACTERS = 60_000
"""GitHub takes 65,536 in a comment."""
MOST_BYTES = 200_000
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$-])")
_MENTION = re.compile(r"@(?=\w)")
_LINK = re.compile(r"(?i)\b(https?|ftp|www)(?=[:.])")


def marker(stack: str) -> str:
    """The line by which a comment is found again, to be written anew in its place."""
    return f"<!-- poolwright report {stack} -->"


def markdown(document: Document) -> str:
    """The text; where it is too long, parts give way in a fixed order, short forms first, and a line says so."""
    verdict = "\n\n".join((marker(document.stack), *_blocks(document.verdict)))
    parts = {section.key: _section(section) for section in document.sections}
    cut: dict[str, str] = {}
    order = sorted((each for each in document.sections if each.cut_first), key=lambda each: -each.cut_first)
    steps = [(each, each.short) for each in order if each.short] + [(each, ()) for each in order]
    text = _text(document, verdict, parts, cut)
    for section, short in steps:
        if _fits(text):
            return text
        cut[section.key] = section.title
        if short:
            parts[section.key] = _section(replace(section, blocks=short))
        else:
            del parts[section.key]
        text = _text(document, verdict, parts, cut)
    return text if _fits(text) else _shortened(text)


def _fits(text: str) -> bool:
    return len(text) <= MOST_CHARACTERS and len(text.encode()) <= MOST_BYTES


def _shortened(text: str) -> str:
    """The last resort, where even the first screen is too long: whole lines from its beginning."""
    note = "\n\nThe rest was cut: this comment would be too long.\n"
    lines: list[str] = []
    characters, size = len(note), len(note.encode())
    for each in text.split("\n"):
        characters, size = characters + len(each) + 1, size + len(each.encode()) + 1
        if characters > MOST_CHARACTERS or size > MOST_BYTES:
            break
        lines.append(each)
    return "\n".join(lines) + note


def _text(document: Document, verdict: str, kept: Mapping[str, str], cut: Mapping[str, str]) -> str:
    parts = [verdict, *kept.values()]
    if cut:
        names = plain(", ".join(cut.values()))
        parts.append(f"Cut, because this comment would be too long: {names}. The report's page has it all.")
    if document.footer:
        parts.append(f"<sub>{_line(document.footer)}</sub>")
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> str:
    body = _blocks(section.blocks)
    if section.folded:
        return "\n\n".join((f"<details><summary>{plain(section.title)}</summary>", *body, "</details>"))
    return "\n\n".join((f"#### {plain(section.title)}", *body))


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph():
                yield _line(block.line)
            case Bullets():
                yield "\n".join(f"- {_line(each)}" for each in block.lines)
            case Table():
                yield _table(block)
            case Callout():
                quoted = "\n>\n".join(_quoted(part) for part in _blocks(block.blocks))
                yield f"> [!CAUTION]\n> **{plain(block.title)}**\n>\n{quoted}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {each}" for each in text.split("\n"))


def _table(table: Table) -> str:
    rule = ["---:" if name in table.numbers else "---" for name in table.columns]
    rows = [[plain(name) or " " for name in table.columns], rule]
    rows += [[_line(cell) or " " for cell in row] for row in table.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _line(line: Line) -> str:
    return "".join(_span(span) for span in line)


def _span(span: Span) -> str:
    match span.style:
        case Style.PLAIN:
            return plain(span.text)
        case Style.STRONG:
            return f"**{plain(span.text)}**" if span.text.strip() else ""
        case Style.CODE:
            return _code(span.text)


def plain(text: str) -> str:
    """Text that stays what it is: no mark-up, no HTML, no link, nobody is called by it."""
    one_line = re.sub(r"\s+", " ", text)
    escaped = _SPECIAL.sub(r"\\\1", one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return _LINK.sub(lambda found: f"{found[0]}<!-- -->", _MENTION.sub("@<!-- -->", escaped))


def _code(text: str) -> str:
    """A code span with more backticks around it than it holds; a bar would end a table's cell."""
    one_line = " ".join(text.split()).replace("|", "¦")
    if not one_line:
        return ""
    longest = max((len(run) for run in re.findall(r"`+", one_line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if one_line.startswith("`") or one_line.endswith("`") else ""
    return f"{fence}{pad}{one_line}{pad}{fence}"
