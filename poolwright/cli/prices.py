"""`poolwright prices show`: what machines cost."""

from __future__ import annotations

import fnmatch
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from poolwright.cli.console import print_json
from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.catalog.prices import Offering
from solver.catalog.tables import near_miss
from solver.errors import ConfigError, Problem
from solver.quantity import format_memory_mib
from solver.vocabulary import CommitmentKind, PurchaseOption

_KINDS = {
    PurchaseOption.RESERVED: (CommitmentKind.STANDARD_RESERVED, CommitmentKind.CONVERTIBLE_RESERVED),
    PurchaseOption.SAVINGS_PLAN: (CommitmentKind.INSTANCE_SAVINGS_PLAN, CommitmentKind.COMPUTE_SAVINGS_PLAN),
}
_NONE = "-"


def show(
    *,
    region: str | None = None,
    machine_type: str | None = None,
    purchase_option: str | None = None,
    as_json: bool = False,
    catalog: Path | None = None,
    discounts: Path | None = None,
) -> None:
    """Prints the offerings of a region (all by default) whose type matches a name or pattern like `c7g.*`.

    With a purchase option only what is sold that way, with its prices in detail. Raises InputError for a region, type
    or option that does not exist.
    """
    option = _option(purchase_option)
    tables = load_catalog(catalog, None if region is None else [region], discounts=discounts)
    chosen = [
        (name, offering)
        for name in tables.regions
        for offering in sorted(tables.offerings(name), key=_by_size)
        if (machine_type is None or fnmatch.fnmatchcase(offering.machine.name, machine_type))
        and _sold(offering, option)
    ]
    if not chosen:
        raise _nothing(tables, machine_type, option)
    if as_json:
        agreed = tables.discounts
        print_json(
            {
                "discounts": None if agreed is None else {"name": agreed.name, "digest": agreed.digest},
                "offerings": [_record(name, offering, option) for name, offering in chosen],
            }
        )
        return
    heads, numeric = _columns(option)
    rows = [_cells(name, offering, option) for name, offering in chosen]
    print_table(heads, numeric, rows)
    if tables.discounts is not None:
        print(f"\nThe discounts {tables.discounts} are taken off.")


def _option(text: str | None) -> PurchaseOption | None:
    if text is None:
        return None
    try:
        return PurchaseOption(text)
    except ValueError:
        words = [str(option) for option in PurchaseOption]
        raise ConfigError(
            [
                Problem(
                    file="",
                    path="--option",
                    found=f'"{text}"',
                    allowed=f"{', '.join(words)} are allowed",
                    hint=near_miss(text, words),
                )
            ]
        ) from None


def _nothing(tables: Catalog, machine_type: str | None, option: PurchaseOption | None) -> ConfigError:
    names = {offering.machine.name for region in tables.regions for offering in tables.offerings(region)}
    sold = "" if option is None else f" sold as {option}"
    return ConfigError(
        [
            Problem(
                file="",
                path="--type",
                found=f'"{machine_type or "*"}"',
                allowed=f"a machine type of {', '.join(tables.regions)}{sold}, or a pattern like c7g.*, is allowed",
                hint=near_miss(machine_type or "", names),
            )
        ]
    )


def _by_size(offering: Offering) -> tuple[str, bool, int, int, str]:
    machine = offering.machine
    return (machine.family, machine.bare_metal, machine.vcpus, machine.memory_mib, machine.name)


def _sold(offering: Offering, option: PurchaseOption | None) -> bool:
    match option:
        case None:
            return True
        case PurchaseOption.ON_DEMAND:
            return offering.on_demand_usd_per_hour is not None
        case PurchaseOption.SPOT:
            return bool(offering.spot_usd_per_hour)
        case PurchaseOption.RESERVED | PurchaseOption.SAVINGS_PLAN:
            return any(term.kind in _KINDS[option] for term in offering.commitments)


def _columns(option: PurchaseOption | None) -> tuple[tuple[str, ...], set[int]]:
    """Heads, and the positions of the columns of numbers."""
    machine = ("region", "machine type", "vCPU", "memory", "accelerator")
    tail = ("source", "date")
    match option:
        case None:
            heads = (*machine, "zones", "on demand", "spot from", "best 1 year", "best 3 years", *tail)
        case PurchaseOption.ON_DEMAND:
            heads = (*machine, "zones", "on demand", *tail)
        case PurchaseOption.SPOT:
            heads = (*machine, "on demand", "spot by zone", "interruptions", *tail)
        case PurchaseOption.RESERVED | PurchaseOption.SAVINGS_PLAN:
            kinds = [kind.value.replace("-", " ") for kind in _KINDS[option]]
            heads = (*machine, "on demand", *(f"{kind}, {years} y" for kind in kinds for years in (1, 3)), *tail)
    words = {"region", "machine type", "accelerator", "zones", "spot by zone", "interruptions", "source", "date"}
    return heads, {position for position, head in enumerate(heads) if head not in words}


def _cells(region: str, offering: Offering, option: PurchaseOption | None) -> list[str]:
    machine, accelerator = offering.machine, offering.machine.accelerator
    device = _NONE
    if accelerator is not None:
        device = f"{accelerator.count or accelerator.share:g} × {accelerator.model}"
    cells = [region, machine.name, str(machine.vcpus), format_memory_mib(machine.memory_mib), device]
    on_demand = _usd(offering.on_demand_usd_per_hour)
    spot = offering.spot_usd_per_hour
    match option:
        case None:
            best = offering.best_commitment
            lowest = min(spot.values()) if spot else None
            cells += [" ".join(offering.zones), on_demand, _usd(lowest), _usd(best.get(1)), _usd(best.get(3))]
        case PurchaseOption.ON_DEMAND:
            cells += [" ".join(offering.zones), on_demand]
        case PurchaseOption.SPOT:
            by_zone = " ".join(f"{zone}={price:.4f}" for zone, price in spot.items())
            cells += [on_demand, by_zone, offering.interruption_band or _NONE]
        case PurchaseOption.RESERVED | PurchaseOption.SAVINGS_PLAN:
            cells.append(on_demand)
            for kind in _KINDS[option]:
                for years in (1, 3):
                    rates = [
                        rate for term, rate in offering.commitments.items() if (term.kind, term.years) == (kind, years)
                    ]
                    cells.append(_usd(min(rates, default=None)))
    source = offering.source
    return [*cells, source.name if source else _NONE, str(source.date) if source and source.date else _NONE]


def _record(region: str, offering: Offering, option: PurchaseOption | None) -> dict[str, Any]:
    """One offering for programs; with a purchase option only the prices of that option."""
    machine, accelerator, source = offering.machine, offering.machine.accelerator, offering.source
    record: dict[str, Any] = {
        "region": region,
        "machine_type": machine.name,
        "architecture": str(machine.architecture),
        "vcpus": machine.vcpus,
        "memory_mib": machine.memory_mib,
        "accelerator": None,
        "zones": list(offering.zones),
        "purchasable": offering.purchasable,
    }
    if accelerator is not None:
        record["accelerator"] = {
            "kind": str(accelerator.kind),
            "model": accelerator.model,
            "count": accelerator.count,
            "share": accelerator.share,
            "memory_mib": accelerator.memory_mib,
        }
    if option in (None, PurchaseOption.ON_DEMAND):
        record["on_demand_usd_per_hour"] = offering.on_demand_usd_per_hour
    if option in (None, PurchaseOption.SPOT):
        record["spot_usd_per_hour"] = dict(offering.spot_usd_per_hour)
        record["interruption_band"] = offering.interruption_band
    kinds = tuple(CommitmentKind) if option is None else _KINDS.get(option, ())
    if kinds:
        record["commitments"] = [
            {"kind": str(term.kind), "years": term.years, "payment": str(term.payment), "usd_per_hour": rate}
            for term, rate in offering.commitments.items()
            if term.kind in kinds
        ]
    record["source"] = source.name if source else None
    record["source_date"] = str(source.date) if source and source.date else None
    return record


def _usd(value: float | None) -> str:
    """Four decimals, as AWS quotes an hour."""
    return _NONE if value is None else f"{value:.4f}"


def print_table(heads: Sequence[str], numeric: set[int], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; elsewhere aligned lines, heads first, columns two blanks apart."""
    if sys.stdout.isatty():
        from rich import box
        from rich.console import Console
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for position, head in enumerate(heads):
            table.add_column(head, justify="right" if position in numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*row)
        Console().print(table)
        return
    lines = [list(heads), *rows]
    widths = [max(len(line[position]) for line in lines) for position in range(len(heads))]
    for line in lines:
        cells = [
            cell.rjust(width) if position in numeric else cell.ljust(width)
            for position, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
