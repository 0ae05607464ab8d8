"""A catalog of one region and three machine families on disk, taken from the real tables, for tests that break rows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from solver.catalog.catalog import Catalog
from solver.catalog.digest import default_catalog_path
from solver.catalog.loader import load_catalog
from solver.errors import CatalogError, Problem

REGION = "eu-west-1"
FAMILIES = ("c7g", "g5", "t3")
PRICES = f"regions/{REGION}/machine_prices.csv"


@dataclass(frozen=True)
class SmallCatalog:
    """The folder, with ways to change a file and to load it."""

    root: Path

    def text(self, file: str) -> str:
        """A file's text."""
        return (self.root / file).read_text()

    def line(self, file: str, start: str) -> str:
        """The only line of a file that begins so."""
        (found,) = [line for line in self.text(file).splitlines() if line.startswith(start)]
        return found

    def replace(self, file: str, old: str, new: str) -> None:
        """Replaces the only place where a text occurs."""
        text = self.text(file)
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {file}"
        (self.root / file).write_text(text.replace(old, new))

    def set_cell(self, file: str, start: str, column: str, value: str) -> None:
        """Sets one cell of the row that begins so."""
        header = next(line for line in self.text(file).splitlines() if not line.startswith("#")).split(",")
        line = self.line(file, start)
        cells = line.split(",")
        cells[header.index(column)] = value
        self.replace(file, line + "\n", ",".join(cells) + "\n")

    def load(self) -> Catalog:
        """The catalog."""
        return load_catalog(self.root)

    def problems(self) -> tuple[Problem, ...]:
        """What loading complains about; fails when it does not."""
        try:
            self.load()
        except CatalogError as error:
            return error.problems
        raise AssertionError("the catalog loads")

    def problem(self) -> Problem:
        """The only problem."""
        (found,) = self.problems()
        return found


def write_small_catalog(root: Path) -> SmallCatalog:
    """Copies what the small catalog needs from the real tables."""
    real = default_catalog_path()
    for folder in ("machines", "storage", f"regions/{REGION}"):
        (root / folder).mkdir(parents=True)
    files = [path.relative_to(real) for pattern in ("*.yaml", "storage/*.yaml") for path in real.glob(pattern)]
    files += [Path(f"machines/{family}.csv") for family in FAMILIES]
    files += [path.relative_to(real) for path in (real / "regions" / REGION).iterdir()]
    for file in files:
        shutil.copyfile(real / file, root / file)
    kept = [
        line
        for line in (root / PRICES).read_text().splitlines()
        if line.startswith(("#", "type,", *(f"{family}." for family in FAMILIES)))
    ]
    (root / PRICES).write_text("\n".join(kept) + "\n")
    return SmallCatalog(root)
