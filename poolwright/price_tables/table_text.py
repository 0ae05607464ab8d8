"""A CSV table of the catalog as text: a cell is changed or a row added, and every other byte stays as it was."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solver.catalog.tables import shown
from solver.errors import CatalogError, Problem


@dataclass(frozen=True, kw_only=True)
class CellChange:
    """What one cell of a table says otherwise."""

    file: str
    """Path inside the catalog folder."""
    row: str
    """The row's first cell."""
    column: str
    old: str
    """Empty in a new row."""
    new: str


class TableText:
    """The table's lines. Rows are found by their first cell; changes are kept in the order in which they were made."""

    def __init__(self, file: str, text: str, columns: Sequence[str]) -> None:
        """Raises CatalogError where the header is not the columns, as the loader would."""
        self.file = file
        self.changes: list[CellChange] = []
        self._lines = text.splitlines(keepends=True)
        if self._lines and not self._lines[-1].endswith("\n"):
            self._lines[-1] += "\n"
        self._columns = {column: position for position, column in enumerate(columns)}
        self._rows: list[list[str]] = []
        self._at: list[int] = []
        self._places: dict[str, int] = {}
        for number, line in enumerate(self._lines):
            cells: list[str] = next(csv.reader([line]), list[str]())
            if not cells or cells[0].startswith("#"):
                continue
            if self._at or cells == list(columns):
                self._at.append(number)
                self._rows.append(cells)
            else:
                allowed = f"{','.join(columns)} is needed"
                raise CatalogError([Problem(file=file, line=number + 1, path="header", allowed=allowed)])

    @property
    def text(self) -> str:
        """The table as it is to be."""
        return "".join(self._lines)

    @property
    def names(self) -> tuple[str, ...]:
        """First cells of the rows, in the table's order."""
        return tuple(row[0] for row in self._rows[1:])

    def row(self, name: str) -> Mapping[str, str]:
        """The row's cells by column."""
        cells = self._rows[self._place(name)]
        return {column: cells[position] for column, position in self._columns.items()}

    def put(self, name: str, column: str, value: str) -> None:
        """Changes a cell where it says something else."""
        place = self._place(name)
        cells, position = self._rows[place], self._columns[column]
        if cells[position] == value:
            return
        change = CellChange(file=self.file, row=name, column=column, old=cells[position], new=value)
        self.changes.append(change)
        cells[position] = value
        ending = "\r\n" if self._lines[self._at[place]].endswith("\r\n") else "\n"
        self._lines[self._at[place]] = ",".join(cells) + ending

    def add(self, cells: Sequence[str], key: Callable[[Sequence[str]], Any]) -> None:
        """A new row before the first one whose key is greater; the rows that are there keep their order."""
        place = next((i for i, row in enumerate(self._rows) if i and key(row) > key(cells)), len(self._rows))
        line = self._at[place] if place < len(self._at) else len(self._lines)
        self._lines.insert(line, ",".join(cells) + "\n")
        self._rows.insert(place, list(cells))
        self._places = {}
        self._at = [*self._at[:place], line, *(number + 1 for number in self._at[place:])]
        self.changes += [
            CellChange(file=self.file, row=cells[0], column=column, old="", new=cells[position])
            for column, position in self._columns.items()
            if position and cells[position]
        ]

    def remove(self, name: str) -> None:
        """Takes a row away."""
        place = self._place(name)
        line = self._at[place]
        self.changes += [
            CellChange(file=self.file, row=name, column=column, old=self._rows[place][position], new="")
            for column, position in self._columns.items()
            if position and self._rows[place][position]
        ]
        del self._lines[line], self._rows[place], self._at[place]
        self._at = [number - (number > line) for number in self._at]
        self._places = {}

    def comment(self, line: str) -> None:
        """One more line of comment, above the header."""
        self._lines.insert(self._at[0], f"# {line}\n")
        self._at = [number + 1 for number in self._at]

    def comment_names(self, old: str, new: str) -> None:
        """A source that the lines of comment name has another key now."""
        for number, line in enumerate(self._lines):
            if line.startswith("#"):
                self._lines[number] = line.replace(old, new)

    def _place(self, name: str) -> int:
        if not self._places:
            self._places = {row[0]: place for place, row in enumerate(self._rows) if place}
        return self._places[name]


def read_table(root: Path, file: str, columns: Sequence[str]) -> TableText:
    """A table of a catalog folder; CatalogError where it can't be read."""
    path = root / file
    try:
        # Line endings stay as they are.
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError([Problem(file=shown(path), allowed=f"a readable table is needed: {error}")]) from None
    return TableText(file, text, columns)
