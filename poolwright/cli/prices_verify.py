"""`poolwright prices verify`: how old the tables are, what they lack, and what is odd in them."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from poolwright.cli.console import print_json, say
from poolwright.cli.prices import print_table
from poolwright.price_tables.catalog_at import catalog_at
from poolwright.price_tables.moves import PriceMoves, price_moves
from poolwright.price_tables.oddities import Oddity, OddityKind, oddities
from solver.catalog.catalog import Catalog
from solver.catalog.digest import default_catalog_path, region_names
from solver.catalog.loader import load_catalog
from solver.catalog.notes import NoteKind
from solver.errors import CatalogError, GateError, StaleError

_HEADS = ("region", "machine types", "priced", "spot", "committed", "oldest", "newest", "days", "unverified prices")
_TITLES = {
    OddityKind.SIZE: "Off their family's price of a vCPU",
    OddityKind.REGION: "Off what other regions ask",
    OddityKind.JUMP: "Jumps since the table before",
    OddityKind.SPOT_ABOVE: "Spot above on demand",
    OddityKind.SPOT_LOW: "Spot too low to be true",
    OddityKind.TERMS: "Commitments in the wrong order",
}


def run(
    *,
    region: str | None = None,
    max_age_days: int | None = None,
    jump_percent: float = 10,
    against: str | None = None,
    gate: bool = False,
    as_json: bool = False,
    catalog: Path | None = None,
    today: datetime.date | None = None,
) -> None:
    """Prints what the loader left out, what the tables lack, how old they are, and which prices are odd.

    Raises StaleError (exit code 4) when a table's newest on-demand price is older than `max_age_days`, or agreements
    began or ended that are not counted so, then, with `gate`, GateError (5) when anything is odd. `against` names the
    catalog before. All prices are list prices.
    """
    tables = load_catalog(catalog, None if region is None else [region], list_prices=True)
    ages = [_age(tables, name, today or datetime.datetime.now(datetime.UTC).date()) for name in tables.regions]
    found = oddities(tables, jump_percent=jump_percent, moved=None if against is None else _moved(tables, against))
    if as_json:
        _print_record(tables, ages, found)
    else:
        _print(tables, ages, found)
    if max_age_days is not None:
        old = [str(age["region"]) for age in ages if age["age_days"] is None or int(age["age_days"]) > max_age_days]
        if old:
            raise StaleError(
                f"prices older than {max_age_days} days, or undated: {', '.join(old)}",
                hint="poolwright prices refresh, or replace the tables in catalog/regions/, as docs/catalog.md says",
            )
    _refuse_turned(catalog, today or datetime.datetime.now(datetime.UTC).date())
    if gate and found:
        raise GateError(f"{len(found)} prices are odd", hint="Correct them, or run again with a larger --jump.")


def _refuse_turned(catalog: Path | None, today: datetime.date) -> None:
    """Raises StaleError where agreements began or ended since the day for which discounts.yaml counts them."""
    folder = catalog or default_catalog_path()
    try:
        agreed = load_catalog(folder, [region_names(folder)[0]]).discounts
    except CatalogError as error:
        if error.problems[0].path != "private.file":
            raise
        # The tables themselves were read: it is the private file that is not here.
        say(f"note: whether the discounts still count is not known: {error.problems[0]}")
        return
    if agreed is not None and agreed.turns is not None and agreed.turns <= today:
        raise StaleError(
            f"the discounts {agreed.name} are others since {agreed.turns}",
            hint="Write a later day at `as_of` in the catalog's discounts.yaml, and plan the stacks again.",
        )


def _moved(tables: Catalog, against: str) -> PriceMoves:
    """What moved in the regions that both catalogs have."""
    with catalog_at(against, "--against") as before:
        both = sorted({*region_names(before.folder)} & {*tables.regions})
        return price_moves(load_catalog(before.folder, both, list_prices=True), tables)


def _print_record(tables: Catalog, ages: Sequence[dict[str, Any]], found: Sequence[Oddity]) -> None:
    notes = [
        {"kind": str(note.kind), "region": note.region, "subject": note.subject, "text": note.text}
        for note in tables.notes
    ]
    odd = [
        {"kind": str(each.kind), "region": each.region, "subject": each.subject, "text": each.text} for each in found
    ]
    print_json({"tables": list(ages), "notes": notes, "oddities": odd})


def _print(tables: Catalog, ages: Sequence[dict[str, Any]], found: Sequence[Oddity]) -> None:
    print_table(_HEADS, set(range(1, 9)), [[_text(value) for value in age.values()] for age in ages])
    for kind, title in ((NoteKind.DROPPED, "Left out"), (NoteKind.HOLE, "Missing")):
        notes = [note for note in tables.notes if note.kind is kind]
        print(f"\n{title}: {len(notes)}")
        for note in notes:
            print(f"  {note}")
    for kind, title in _TITLES.items():
        odd = [each for each in found if each.kind is kind]
        if odd:
            print(f"\n{title}: {len(odd)}")
            for each in odd:
                print(f"  {each}")
    if not found:
        print("\nNothing is odd.")


def _age(tables: Catalog, region: str, today: datetime.date) -> dict[str, Any]:
    offerings = tables.offerings(region)
    newest = tables.price_table(region).source_date
    dates = [offering.source.date for offering in offerings if offering.source is not None and offering.source.date]
    verified = Counter(price.verified for price in tables.tables[region].prices.values())
    return {
        "region": region,
        "machine_types": len(offerings),
        "priced": sum(offering.on_demand_usd_per_hour is not None for offering in offerings),
        "with_spot": sum(bool(offering.spot_usd_per_hour) for offering in offerings),
        "with_commitments": sum(bool(offering.commitments) for offering in offerings),
        "oldest_source_date": str(min(dates)) if dates else None,
        "newest_source_date": None if newest is None else str(newest),
        "age_days": None if newest is None else (today - newest).days,
        "unverified_prices": verified[False],
    }


def _text(value: object) -> str:
    return "-" if value is None else str(value)
