"""What moved between two catalogs: each price, and each family's by region and purchase option, largest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from solver.catalog.catalog import Catalog
from solver.catalog.prices import Offering, Price
from solver.schema import Schema
from solver.vocabulary import CommitmentKind

RESERVED = "reserved"
SAVINGS_PLAN = "savings-plan"
_WORDS = {
    CommitmentKind.STANDARD_RESERVED: "standard",
    CommitmentKind.CONVERTIBLE_RESERVED: "convertible",
    CommitmentKind.INSTANCE_SAVINGS_PLAN: "instance",
    CommitmentKind.COMPUTE_SAVINGS_PLAN: "compute",
}
_ORIGINS = {
    CommitmentKind.INSTANCE_SAVINGS_PLAN: CommitmentKind.STANDARD_RESERVED,
    CommitmentKind.COMPUTE_SAVINGS_PLAN: CommitmentKind.CONVERTIBLE_RESERVED,
}
"""Savings plans without rates of their own have those of reservations, which would only say everything twice."""
_SMALLEST = 1e-9
Key = tuple[str, str, str, str, str]
"""Region, family, machine type or item, purchase option, and which of its prices: a zone, a term, a tier."""


class PriceMove(Schema):
    """One price that is another one now."""

    region: str
    """The region."""
    family: str
    """Machine family; the service of a price of services or storage."""
    name: str
    """Machine type, or what the service charges for."""
    option: str
    """on-demand, spot, reserved, savings-plan, service."""
    detail: str
    """Zone of a spot price, term of a reservation, first amount of a tier; empty otherwise."""
    old_usd: float
    """USD an hour, or of the service's unit."""
    new_usd: float
    """Likewise."""
    percent: float
    """(new / old − 1) · 100, two decimals; 0 for a price that was nothing."""


class FamilyMove(Schema):
    """What the prices of a family did in one region, for one purchase option."""

    region: str
    """The region."""
    family: str
    """Machine family or service."""
    option: str
    """Purchase option."""
    prices: int
    """Prices that moved."""
    least_percent: float
    """The smallest of the moves; below 0 where one became cheaper."""
    most_percent: float
    """The largest."""


class PriceEntry(Schema):
    """A price that only one of the catalogs has."""

    region: str
    """The region."""
    name: str
    """Machine type, or service and item."""
    option: str
    """Purchase option."""
    prices: int
    """How many of them: zones, terms, tiers."""


class PriceMoves(Schema):
    """All that differs between two catalogs."""

    families: tuple[FamilyMove, ...]
    """Largest move first."""
    moves: tuple[PriceMove, ...]
    """Largest first."""
    added: tuple[PriceEntry, ...]
    """Only in the new one, by region and name."""
    gone: tuple[PriceEntry, ...]
    """Only in the old one, likewise."""


def price_moves(old: Catalog, new: Catalog) -> PriceMoves:
    """What the new catalog says otherwise than the old one."""
    before, after = dict(_prices(old)), dict(_prices(new))
    moves = [
        _move(key, before[key], after[key])
        for key in before.keys() & after.keys()
        if abs(before[key] - after[key]) > _SMALLEST
    ]
    moves.sort(key=lambda move: (-abs(move.percent), move.region, move.name, move.option, move.detail))
    return PriceMoves(
        families=_families(moves),
        moves=tuple(moves),
        added=_entries(after.keys() - before.keys()),
        gone=_entries(before.keys() - after.keys()),
    )


def _prices(catalog: Catalog) -> Iterator[tuple[Key, float]]:
    for region, tables in catalog.tables.items():
        for offering in tables.offerings.values():
            machine = offering.machine
            for option, detail, usd in _offered(offering):
                yield (region, machine.family, machine.name, option, detail), usd
        for (service, item), price in tables.prices.items():
            yield from _tiers(region, service, item, price)


def _offered(offering: Offering) -> Iterator[tuple[str, str, float]]:
    if offering.on_demand_usd_per_hour is not None:
        yield "on-demand", "", offering.on_demand_usd_per_hour
    for zone, usd in offering.spot_usd_per_hour.items():
        yield "spot", zone, usd
    rates = offering.commitments
    for term, usd in rates.items():
        detail = f"{_WORDS[term.kind]} {term.years}y {term.payment}"
        if (origin := _ORIGINS.get(term.kind)) is None:
            yield RESERVED, detail, usd
        elif rates.get(term._replace(kind=origin)) != usd:
            yield SAVINGS_PLAN, detail, usd


def _tiers(region: str, service: str, item: str, price: Price) -> Iterator[tuple[Key, float]]:
    for tier in price.tiers:
        from_amount = f"from {tier.from_amount:g} {price.unit}" if tier.from_amount else ""
        yield (region, service, f"{service} {item}", "service", from_amount), tier.usd


def _move(key: Key, old: float, new: float) -> PriceMove:
    region, family, name, option, detail = key
    percent = round((new / old - 1) * 100, 2) if old else 0.0
    return PriceMove(
        region=region,
        family=family,
        name=name,
        option=option,
        detail=detail,
        old_usd=old,
        new_usd=new,
        percent=percent,
    )


def _families(moves: Iterable[PriceMove]) -> tuple[FamilyMove, ...]:
    groups: dict[tuple[str, str, str], list[float]] = {}
    for move in moves:
        groups.setdefault((move.region, move.family, move.option), []).append(move.percent)
    found = [
        FamilyMove(
            region=region,
            family=family,
            option=option,
            prices=len(percents),
            least_percent=min(percents),
            most_percent=max(percents),
        )
        for (region, family, option), percents in groups.items()
    ]
    largest = {id(each): max(abs(each.least_percent), abs(each.most_percent)) for each in found}
    return tuple(sorted(found, key=lambda each: (-largest[id(each)], each.region, each.family, each.option)))


def _entries(keys: Iterable[Key]) -> tuple[PriceEntry, ...]:
    counts: dict[tuple[str, str, str], int] = {}
    for region, _, name, option, _ in keys:
        counts[region, name, option] = counts.get((region, name, option), 0) + 1
    return tuple(
        PriceEntry(region=region, name=name, option=option, prices=count)
        for (region, name, option), count in sorted(counts.items())
    )


def moved_regions(moves: PriceMoves) -> Mapping[str, bool]:
    """Regions in which anything differs; True where prices of services or storage do too."""
    found: dict[str, bool] = {}
    for each in (*moves.moves, *moves.added, *moves.gone):
        found[each.region] = found.get(each.region, False) or each.option == "service"
    return found
