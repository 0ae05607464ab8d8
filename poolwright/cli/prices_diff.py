"""`poolwright prices diff OLD [NEW]`: what moved between two catalogs, and whose plan it turns. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

from poolwright.cli.console import data_alone, say
from poolwright.engine.project import find_project
from poolwright.price_tables.catalog_at import NamedCatalog, catalog_at
from poolwright.price_tables.moves import moved_regions, price_moves
from poolwright.price_tables.price_diff import PriceDiff, diff_lines
from poolwright.price_tables.turned_plans import TurnedPlan, turned_plan
from solver.catalog.catalog import Catalog
from solver.catalog.digest import region_names
from solver.catalog.discounts import DISCOUNTS_FILE
from solver.catalog.loader import load_catalog
from solver.errors import CatalogError, ConfigError, Problem


def run(
    old: str, new: str | None = None, *, stacks: Sequence[str] = (), all_stacks: bool = False, as_json: bool = False
) -> None:
    """Prints the moves, and what becomes of the stacks' plans; ConfigError (2) for what is no catalog or stack."""
    names = _stacks(stacks, all_stacks=all_stacks)
    notes: list[str] = []
    with catalog_at(old, "OLD") as before, catalog_at(new, "NEW") as after:
        with data_alone():
            moves = price_moves(_load(before), _load(after))
            regions = moved_regions(moves)
            if _discounts(before) != _discounts(after):
                notes.append("The discounts differ; the moves above are of list prices, plans are at agreed ones.")
                regions = dict.fromkeys(region_names(after.folder), True)
            turned: list[TurnedPlan] = []
            for name in names:
                say(f"solving {name} at the new prices")
                root = find_project().root
                turned.append(turned_plan(root, name, old=before.folder, new=after.folder, moved=regions))
        found = PriceDiff(old=before.words, new=after.words, prices=moves, notes=tuple(notes), stacks=tuple(turned))
    if as_json:
        print(found.model_dump_json(indent=2))
        return
    for line in diff_lines(found):
        print(line)


def _stacks(named: Sequence[str], *, all_stacks: bool) -> tuple[str, ...]:
    if not named and not all_stacks:
        return ()
    known = find_project().stack_names()
    if all_stacks and named:
        problem = Problem(
            file="", path="--all-stacks", found=named[0], allowed="either stacks or all of them are allowed"
        )
        raise ConfigError([problem])
    allowed = f"one of {', '.join(known)} is allowed"
    problems = [Problem(file="", path="--stack", found=name, allowed=allowed) for name in named if name not in known]
    if problems:
        raise ConfigError(problems)
    return known if all_stacks else tuple(dict.fromkeys(named))


def _discounts(named: NamedCatalog) -> bytes | None:
    path = named.folder / DISCOUNTS_FILE
    return path.read_bytes() if path.is_file() else None


def _load(named: NamedCatalog) -> Catalog:
    """All its regions; an error names a revision instead of the folder that it was unpacked into."""
    try:
        return load_catalog(named.folder, list_prices=True)
    except CatalogError as error:
        folder = str(named.folder)
        if not any(problem.file.startswith(folder) for problem in error.problems) or named.words == folder:
            raise
        words = [str(problem).replace(folder, named.words) for problem in error.problems[:20]]
        raise CatalogError([Problem(file="", allowed=each) for each in words]) from None
