"""The catalog's tables while they are changed: read once, changed in memory, written all or not at all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import yaml

from poolwright.price_tables.table_text import CellChange, TableText, read_table
from solver.catalog.digest import OWN_SOURCES, REGION_FOLDER
from solver.catalog.loader import load_catalog
from solver.catalog.machine_tables import MACHINE_COLUMNS
from solver.catalog.offering_tables import PRICE_COLUMNS
from solver.catalog.savings_plan_tables import SAVINGS_PLAN_COLUMNS, SAVINGS_PLANS_FILE
from solver.catalog.tables import shown
from solver.errors import CatalogError, PoolwrightError
from solver.plan.whole_file import write_all

_OWN_SOURCES_HEAD = "# Written by `poolwright prices refresh`: sources of this region's figures, and their day.\n"


class WorkingTables:
    """A catalog folder and what is to be changed of it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tables: dict[str, TableText] = {}
        self._texts: dict[str, str] = {}
        self._changes: list[CellChange] = []

    def prices(self, region: str) -> TableText:
        """The region's machine prices."""
        return self._table(f"{REGION_FOLDER}/{region}/machine_prices.csv", PRICE_COLUMNS)

    def savings_plans(self, region: str) -> TableText:
        """The region's rates of savings plans; an empty table where there is none yet."""
        return self._table_or_new(f"{REGION_FOLDER}/{region}/{SAVINGS_PLANS_FILE}", SAVINGS_PLAN_COLUMNS)

    def machines(self, family: str) -> TableText:
        """A family's data sheets; an empty table where there is none yet."""
        return self._table_or_new(f"machines/{family}.csv", MACHINE_COLUMNS)

    def families(self) -> tuple[str, ...]:
        """Families with a table."""
        kept = {path.stem for path in (self._root / "machines").glob("*.csv")}
        made = {Path(file).stem for file in self._tables if file.startswith("machines/")}
        return tuple(sorted(kept | made))

    def own_sources(self, region: str) -> dict[str, Any]:
        """Entries of the region's own sources by key."""
        found: object = yaml.safe_load(self._text(self._own_sources_file(region)) or "{}")
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}

    def name_source(self, region: str, key: str, title: str, day: date) -> None:
        """An entry of the region's own sources."""
        entries = self.own_sources(region)
        old = entries.get(key, {})
        entries[key] = {"title": title, "licence": "facts", "date": day}
        file = self._own_sources_file(region)
        text = yaml.safe_dump(entries, sort_keys=True, allow_unicode=True, width=1000)
        self._texts[file] = _OWN_SOURCES_HEAD + text
        self._note(file, key, "date", str(old.get("date", "")), str(day))

    def set_column_source(self, region: str, column: str, key: str) -> None:
        """The source of a column of the region's prices that has no source column; comments follow."""
        file = f"{REGION_FOLDER}/{region}/region.yaml"
        text = self._text(file)
        named = re.search(rf"(?m)^  {column}: (\S+)$", text)
        if named is None or named[1] == key:
            return
        self._texts[file] = text[: named.start(1)] + key + text[named.end(1) :]
        self._note(file, "sources", column, named[1], key)
        self.prices(region).comment_names(named[1], key)

    @property
    def changes(self) -> tuple[CellChange, ...]:
        """All that differs from the files: tables first, by file."""
        made = [change for _, table in sorted(self._tables.items()) for change in table.changes]
        return (*made, *self._changes)

    def texts(self) -> Mapping[str, str]:
        """New texts of the files that differ. Written in this order, the folder is a catalog after each of them."""
        tables = {file: table.text for file, table in self._tables.items() if table.changes}
        machines = sorted(file for file in tables if file.startswith("machines/"))
        own = sorted(file for file in self._texts if file.endswith(OWN_SOURCES))
        columns = sorted(file for file in self._texts if file not in own)
        prices = sorted(file for file in tables if file not in machines)
        all_texts = {**tables, **self._texts}
        ordered = {file: all_texts[file] for file in (*machines, *own, *columns, *prices)}
        return {file: text for file, text in ordered.items() if _bytes(self._root / file) != text.encode()}

    def write(self, regions: Collection[str]) -> None:
        """Replaces the files, when what they are to be is a catalog that can be read; CatalogError otherwise.

        A file that can't be written puts those before it back.
        """
        texts = self.texts()
        self._try(texts, regions)
        try:
            write_all({self._root / file: text.encode("utf-8") for file, text in texts.items()})
        except OSError as error:
            raise PoolwrightError(f"{shown(self._root)} can't be written, and is as it was: {error}") from error

    def _try(self, texts: Mapping[str, str], regions: Collection[str]) -> None:
        with TemporaryDirectory(prefix="poolwright-catalog-") as folder:
            tried = Path(folder) / "catalog"
            shutil.copytree(self._root, tried)
            for file, text in texts.items():
                (tried / file).write_bytes(text.encode())
            try:
                load_catalog(tried, regions, list_prices=True)
            except CatalogError as error:
                words = "\n".join(str(problem).replace(f"{tried}/", "") for problem in error.problems[:20])
                hint = "Nothing was written."
                raise PoolwrightError(f"the new tables would be no catalog:\n{words}", hint=hint) from error

    def _table_or_new(self, file: str, columns: Sequence[str]) -> TableText:
        if file not in self._tables and not (self._root / file).exists():
            self._tables[file] = TableText(file, ",".join(columns) + "\n", columns)
        return self._table(file, columns)

    def _table(self, file: str, columns: Sequence[str]) -> TableText:
        if file not in self._tables:
            self._tables[file] = read_table(self._root, file, columns)
        return self._tables[file]

    def _text(self, file: str) -> str:
        if file not in self._texts:
            found = _bytes(self._root / file)
            return "" if found is None else found.decode("utf-8")
        return self._texts[file]

    def _note(self, file: str, row: str, column: str, old: str, new: str) -> None:
        if old != new:
            self._changes.append(CellChange(file=file, row=row, column=column, old=old, new=new))

    @staticmethod
    def _own_sources_file(region: str) -> str:
        return f"{REGION_FOLDER}/{region}/{OWN_SOURCES}"


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
