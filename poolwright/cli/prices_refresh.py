"""`poolwright prices refresh`: AWS's prices and machine types brought into the tables, where it is told to write."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from poolwright.cli.console import print_json, say
from poolwright.price_tables import asking
from poolwright.price_tables.refresh import Question, Remarks, ask, refresh
from poolwright.price_tables.table_text import CellChange
from poolwright.price_tables.working_tables import WorkingTables
from solver.catalog.digest import default_catalog_path
from solver.catalog.loader import load_catalog
from solver.catalog.tables import shown

_MOST_LINES = 60


def run(
    *,
    regions: Sequence[str] = (),
    spot: bool = True,
    spot_days: int = 14,
    spot_step_percent: float = 3,
    savings_plans: bool = True,
    write: bool = False,
    as_json: bool = False,
    catalog: Path | None = None,
    on: datetime.date | None = None,
) -> None:
    """Prints what the tables of the regions (all by default) would say otherwise, and with `write` writes it.

    Raises ConfigError (2) without boto3 or credentials, CloudError (6) where AWS does not answer whole: in both cases
    nothing is written.
    """
    folder = catalog or default_catalog_path()
    loaded = load_catalog(folder, regions or None, list_prices=True)
    question = Question(
        on=on or datetime.datetime.now(datetime.UTC).date(),
        spot_days=spot_days if spot else None,
        savings_plans=savings_plans,
        spot_step_percent=spot_step_percent,
    )
    tables = WorkingTables(folder)
    remarks: list[Remarks] = []
    for name in loaded.regions:
        say(f"asking AWS for {name}")
        region = loaded.region(name)
        answers = ask(asking.clients(name), tables, region, question)
        remarks.append(refresh(tables, region, answers, question))
    files = list(tables.texts())
    if write and files:
        tables.write(loaded.regions)
    if as_json:
        print_json(_record(tables.changes, remarks, files, written=write))
        return
    for line in _lines(tables.changes):
        print(line)
    for remark in remarks:
        for line in _remark_lines(remark):
            print(line)
    _say_end(folder, files, written=write)


def _say_end(folder: Path, files: Sequence[str], *, written: bool) -> None:
    if not files:
        say(f"{shown(folder)} says the same")
    elif written:
        say(f"{len(files)} files of {shown(folder)} written")
        say("whose plans that turns: poolwright prices diff HEAD --all-stacks")
    else:
        say(f"nothing written; --write changes {len(files)} files of {shown(folder)}")


def _record(
    changes: Sequence[CellChange], remarks: Sequence[Remarks], files: Sequence[str], *, written: bool
) -> dict[str, Any]:
    return {
        "written": written and bool(files),
        "files": list(files),
        "changes": [
            {"file": each.file, "row": each.row, "column": each.column, "old": each.old, "new": each.new}
            for each in changes
        ],
        "regions": [
            {
                "region": each.region,
                "added": list(each.added),
                "incomplete": {name: list(columns) for name, columns in each.incomplete.items()},
                "older_generations": list(each.older),
                "not_in_price_list": list(each.unpriced),
                "not_offered": list(each.not_offered),
                "without_spot": list(each.without_spot),
                "other_zones": list(each.other_zones),
                "unread": list(each.unread),
            }
            for each in remarks
        ],
    }


def _lines(changes: Sequence[CellChange]) -> list[str]:
    """Each file, with its changes of figures one by one, largest first; sources, which change together, as a count."""
    lines: list[str] = []
    for file in dict.fromkeys(change.file for change in changes):
        own = [change for change in changes if change.file == file]
        figures = [change for change in own if change.column != "source"]
        rows = len({change.row for change in own})
        lines.append(f"{file}: {rows} {'row' if rows == 1 else 'rows'}")
        figures.sort(key=lambda change: (-_moved(change), change.row))
        lines += [f"  {_words(change)}" for change in figures[:_MOST_LINES]]
        if len(figures) > _MOST_LINES:
            lines.append(f"  … and {len(figures) - _MOST_LINES} more, which move less; --json has all")
        named: dict[tuple[str, str], int] = {}
        for change in own:
            if change.column == "source":
                named[change.old, change.new] = named.get((change.old, change.new), 0) + 1
        lines += [f"  source {old or 'none'} → {new}: {count} rows" for (old, new), count in sorted(named.items())]
    return lines


def _words(change: CellChange) -> str:
    moved = _moved(change)
    part = f" ({_sign(change)}{moved:.1%})" if moved and change.column != "spot_by_zone" else ""
    return f"{change.row} {change.column}: {change.old or 'none'} → {change.new or 'none'}{part}"


def _moved(change: CellChange) -> float:
    """Part by which a price moved, of several the one that moved most; 0 for what is no price, or new, or gone."""
    old, new = _usd(change.old), _usd(change.new)
    return max((abs(new[key] / old[key] - 1) for key in old.keys() & new.keys()), default=0.0)


def _sign(change: CellChange) -> str:
    return "+" if _usd(change.new)[""] > _usd(change.old)[""] else "-"


def _usd(cell: str) -> dict[str, float]:
    """Prices of a cell by zone; by no name where it has one for all."""
    found: dict[str, float] = {}
    for word in cell.split():
        zone, _, amount = word.rpartition("=")
        try:
            found[zone] = float(amount)
        except ValueError:
            return {}
    return {zone: usd for zone, usd in found.items() if usd > 0}


def _remark_lines(remark: Remarks) -> list[str]:
    told = (
        ("new in the region's table", remark.added),
        ("offered, but EC2 does not tell all that a data sheet needs", _incomplete(remark)),
        ("offered, of earlier generations: not taken", remark.older),
        ("not in the price list: price and source stay", remark.unpriced),
        ("offered in no zone any more: remove their rows", remark.not_offered),
        ("without spot prices in these days: those by zone are gone", remark.without_spot),
        ("zones that region.yaml does not have: left out", remark.other_zones),
        ("could not be read", remark.unread),
    )
    return [f"{remark.region}: {len(names)} {words}: {_listed(names)}" for words, names in told if names]


def _incomplete(remark: Remarks) -> tuple[str, ...]:
    return tuple(f"{name} ({' '.join(columns)})" for name, columns in remark.incomplete.items())


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
