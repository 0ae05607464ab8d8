"""Reading the catalog's files: CSV rows and YAML documents, every mistake with its file, line and column.

A CSV table starts with `#` comment lines (where the figures come from), then a header that must name exactly the
expected columns in their order, then one row for each thing. Cells hold no line breaks, so a row is a line.
"""

from __future__ import annotations

import csv
import difflib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from solver.errors import CatalogError, Problem

_Word = TypeVar("_Word", bound=StrEnum)
_LARGEST_PRICE = 1e6
_A_PRICE = f"a price above 0 and at most {_LARGEST_PRICE:,.0f} USD is allowed"
PRICE_OR_NONE = f"{_A_PRICE}, or an empty cell where there is none"


def near_miss(name: str, known: Iterable[str]) -> str | None:
    """`Did you mean c7g.large?`, or None when nothing is close."""
    matches = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(matches)}?" if matches else None


def unknown(what: str, name: str, known: Iterable[str], *, file: str = "") -> CatalogError:
    """The error for a look-up by a name that the catalog does not hold."""
    names = sorted(known)
    listed = ", ".join(names) if len(names) <= 12 else f"one of {len(names)} names"
    return CatalogError(
        [Problem(file=file, path=what, found=f'"{name}"', allowed=listed or "nothing", hint=near_miss(name, names))]
    )


def shown(path: Path) -> str:
    """The path as a user would type it: relative to the working directory where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def content_digest(path: Path, data: bytes) -> str:
    """SHA-256 of what a file says: of a CSV table the header and the rows, sorted; of any other file its bytes.

    The order of a table's rows says nothing, nor do its comments, empty lines and line endings.
    """
    if path.suffix == ".csv":
        header, *rows = [line for line in data.splitlines() if line and not line.startswith(b"#")] or [b""]
        data = b"\n".join([header, *sorted(rows)])
    return sha256(data).hexdigest()


@dataclass(slots=True)
class Reading:
    """What one loading of the catalog has found so far: problems, and the content digest of each file that was read."""

    root: Path
    problems: list[Problem] = field(default_factory=list[Problem])
    digests: dict[str, str] = field(default_factory=dict[str, str])
    withheld: set[str] = field(default_factory=set[str])
    """Machine types whose rows are broken: other tables that name them are not to blame."""

    def text(self, path: Path) -> str | None:
        """The file's text, or None after noting why it can't be read."""
        try:
            data = path.read_bytes()
            text = data.decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            self.problems.append(Problem(file=shown(path), allowed=f"a readable table is needed: {reason}"))
            return None
        self.digests[path.relative_to(self.root).as_posix()] = content_digest(path, data)
        return text


class Row:
    """One row of a CSV table. A cell that can't be read is noted as a problem and reads as zero or empty."""

    __slots__ = ("_cells", "_columns", "_file", "_problems", "broken", "line")

    def __init__(
        self, columns: dict[str, int], cells: list[str], file: str, line: int, problems: list[Problem]
    ) -> None:
        self._columns = columns
        self._cells = cells
        self._file = file
        self._problems = problems
        self.line = line
        self.broken = False

    def refuse(self, column: str, allowed: str, *, hint: str | None = None) -> None:
        """Note that the column's cell can't be right."""
        self.broken = True
        found = self._cells[self._columns[column]]
        path = f"{self._cells[0]}.{column}" if self._columns[column] else column
        self._problems.append(
            Problem(file=self._file, line=self.line, path=path, found=f'"{found}"', allowed=allowed, hint=hint)
        )

    def text(self, column: str) -> str:
        """The cell as it stands; an empty one is a problem."""
        value = self._cells[self._columns[column]]
        if not value:
            self.refuse(column, "a value is needed")
        return value

    def words(self, column: str) -> tuple[str, ...]:
        """The cell's words, separated by spaces; none where it is empty."""
        return tuple(self._cells[self._columns[column]].split())

    def whole(self, column: str, *, minimum: int = 0) -> int:
        """A whole number of at least `minimum`."""
        text = self._cells[self._columns[column]]
        # int() also reads signs, blanks and underscores, which a table has no use for.
        if text.isdecimal() and (value := int(text)) >= minimum:
            return value
        self.refuse(column, f"a whole number of at least {minimum} is allowed")
        return minimum

    def number(self, column: str, *, above: float = -1e-300, at_most: float = math.inf) -> float:
        """A finite number in (above, at_most]; the default allows zero."""
        try:
            value = float(self._cells[self._columns[column]])
        except ValueError:
            value = math.nan
        if above < value <= at_most and value != math.inf:
            return value
        least = "of at least 0" if above < 0 else f"above {above:g}"
        most = "" if at_most == math.inf else f" and at most {at_most:g}"
        self.refuse(column, f"a number {least}{most} is allowed")
        return 0.0

    def price(self, column: str) -> float | None:
        """Dollars above zero, or None where the cell is empty: the price is not known or not offered."""
        text = self._cells[self._columns[column]]
        if not text:
            return None
        value = positive_price(text)
        if value is None:
            self.refuse(column, PRICE_OR_NONE)
        return value

    def prices(self, first: str, count: int) -> list[float | None]:
        """As many prices as `count`, from column `first` on."""
        start = self._columns[first]
        cells = self._cells[start : start + count]
        values = [positive_price(cell) if cell else None for cell in cells]
        if None in values:
            names = list(self._columns)[start : start + count]
            for name, cell, value in zip(names, cells, values, strict=True):
                if cell and value is None:
                    self.refuse(name, PRICE_OR_NONE)
        return values

    def word(self, column: str, vocabulary: type[_Word]) -> _Word:
        """A member of a closed word list."""
        text = self._cells[self._columns[column]]
        try:
            return vocabulary(text)
        except ValueError:
            members = [str(member) for member in vocabulary]
            self.refuse(column, f"{', '.join(members)} are allowed", hint=near_miss(text, members))
            return next(iter(vocabulary))


def positive_price(text: str) -> float | None:
    """A number above zero and not beyond any price, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value <= _LARGEST_PRICE else None


def read_rows(reading: Reading, path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a CSV table; a wrong header or a row with too few or too many cells is noted as a problem."""
    text = reading.text(path)
    if text is None:
        return
    file = shown(path)
    index = {column: position for position, column in enumerate(columns)}
    header_seen = False
    for line, cells in enumerate(csv.reader(text.splitlines()), start=1):
        if not cells or cells[0].startswith("#"):
            continue
        if not header_seen:
            header_seen = True
            if cells != list(columns):
                reading.problems.append(
                    Problem(
                        file=file,
                        line=line,
                        path="header",
                        found=",".join(cells),
                        allowed=f"{','.join(columns)} is needed",
                    )
                )
                return
        elif len(cells) != len(columns):
            reading.problems.append(
                Problem(
                    file=file,
                    line=line,
                    path=cells[0],
                    found=f"{len(cells)} cells",
                    allowed=f"{len(columns)} cells are needed, one for each column of the header",
                )
            )
        else:
            yield Row(index, cells, file, line, reading.problems)
    if not header_seen:
        reading.problems.append(Problem(file=file, allowed=f"a header line is needed: {','.join(columns)}"))
