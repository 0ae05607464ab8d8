"""Brings one region's answers into the tables: prices, zones and machine types, each cell only where it differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from poolwright.price_tables.asking import Clients
from poolwright.price_tables.instance_types import MachineRow, ask_instance_types, ask_offered_zones
from poolwright.price_tables.price_list import ListPrice, PriceList, ask_price_list
from poolwright.price_tables.savings_plans import SavingsPlanRates, ask_savings_plans
from poolwright.price_tables.spot_history import SpotHistory, ask_spot_history
from poolwright.price_tables.table_text import TableText
from poolwright.price_tables.working_tables import WorkingTables
from solver.catalog.offering_tables import MEASURED_TERMS, PRICE_COLUMNS
from solver.catalog.prices import CommitmentTerm
from solver.catalog.regions import Region
from solver.catalog.savings_plan_tables import SAVINGS_PLAN_TERMS
from solver.errors import CloudError

_TERM_COLUMNS = dict(zip(MEASURED_TERMS, PRICE_COLUMNS[-len(MEASURED_TERMS) :], strict=True))
_LEAST_ANSWERED = 0.75
"""Part of a table's rows that a whole answer has at least: AWS ends a family now and then, never a quarter of all."""
_SAME = Decimal("0.000001")
"""Rates are rounded to a millionth by different ways."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked for a region."""

    on: date
    """Day of the answers; spot prices are of the days before."""
    spot_days: int | None
    """Days of spot history; None: spot prices stay."""
    savings_plans: bool
    """Also the rates of savings plans."""
    spot_step_percent: float
    """A zone's spot price that moved by less stays as it is."""


@dataclass(frozen=True, kw_only=True)
class RegionAnswers:
    """All that AWS said of a region."""

    zones: Mapping[str, frozenset[str]]
    price_list: PriceList
    spot: SpotHistory | None
    savings_plans: SavingsPlanRates | None
    new_machines: Sequence[MachineRow]


@dataclass(frozen=True, kw_only=True)
class Remarks:
    """What a person should know of a region's refresh besides the cells."""

    region: str
    added: tuple[str, ...]
    """Machine types that are new in the region's table."""
    incomplete: Mapping[str, tuple[str, ...]]
    """Types that EC2 offers and the tables do not have, with the columns that its answer does not fill."""
    older: tuple[str, ...]
    """Types of earlier generations that the tables do not have; they are not taken."""
    unpriced: tuple[str, ...]
    """Rows with a price that the price list does not have: they keep price and source."""
    not_offered: tuple[str, ...]
    """Rows of types that EC2 offers in no zone of the region: remove them, or plans may buy what can't be had."""
    without_spot: tuple[str, ...]
    """Rows whose spot prices by zone went, since nobody had one in those days."""
    other_zones: tuple[str, ...]
    """Zones with machines that region.yaml does not have; their offers are left out."""
    unread: tuple[str, ...]
    """Parts of the answers that are not as they should be."""


def ask(clients: Clients, tables: WorkingTables, region: Region, question: Question) -> RegionAnswers:
    """Asks AWS; CloudError for an answer that is not whole."""
    zones = ask_offered_zones(clients.ec2)
    rows = tables.prices(region.name)
    _refuse_partial("DescribeInstanceTypeOfferings", rows.names, zones)
    price_list = ask_price_list(clients.pricing, region.name)
    priced = [name for name in rows.names if rows.row(name)["on_demand"]]
    _refuse_partial("GetProducts", priced, price_list.prices)
    spot = None
    if question.spot_days is not None:
        on_demand = {name: price.on_demand for name, price in price_list.prices.items()}
        spot = ask_spot_history(clients.ec2, until=question.on, days=question.spot_days, on_demand=on_demand)
        sold = [name for name in rows.names if rows.row(name)["spot"] or rows.row(name)["spot_by_zone"]]
        _refuse_partial("DescribeSpotPriceHistory", sold, spot.prices)
    plans = ask_savings_plans(clients.savingsplans, region.name) if question.savings_plans else None
    if plans is not None:
        _refuse_partial("DescribeSavingsPlansOfferingRates", tables.savings_plans(region.name).names, plans.rates)
    known = {name for family in tables.families() for name in tables.machines(family).names}
    new = [name for name in zones if name not in known]
    return RegionAnswers(
        zones=zones,
        price_list=price_list,
        spot=spot,
        savings_plans=plans,
        new_machines=ask_instance_types(clients.ec2, new),
    )


def _refuse_partial(operation: str, rows: Sequence[str], answered: Mapping[str, object]) -> None:
    found = sum(name in answered for name in rows)
    if found < _LEAST_ANSWERED * len(rows):
        words = (
            f"AWS's answer to {operation} has {found} of the {len(rows)} machine types of the table: it is not whole"
        )
        raise CloudError(words, hint="Nothing was written; run the command again.")


def refresh(tables: WorkingTables, region: Region, answers: RegionAnswers, question: Question) -> Remarks:
    """Changes the tables to what AWS said."""
    complete = [row for row in answers.new_machines if not row.missing and not row.older_generation]
    _add_machines(tables, complete, question.on)
    return _RegionRefresh(tables, region, answers, question).run()


def _add_machines(tables: WorkingTables, rows: Iterable[MachineRow], on: date) -> None:
    by_family: dict[str, list[MachineRow]] = {}
    for row in rows:
        table = tables.machines(row.name.partition(".")[0])
        if row.name not in table.names:
            by_family.setdefault(row.name.partition(".")[0], []).append(row)
    for family, new in by_family.items():
        table = tables.machines(family)
        names = " ".join(row.name for row in new)
        table.comment(f"{names}: DescribeInstanceTypes, {on}; branch_enis is not told: 0, without trunking")
        for row in new:
            table.add(row.cells, _machine_size)


def _machine_size(cells: Sequence[str]) -> tuple[bool, int, int, str]:
    return ("bare-metal" in cells[-1], int(cells[3]), int(cells[5]), cells[0])


def _family_and_size(
    name: str, sizes: Mapping[str, tuple[bool, int, int, str]]
) -> tuple[str, tuple[bool, int, int, str]]:
    """Order of rows in a region's tables."""
    return name.partition(".")[0], sizes.get(name, (False, 0, 0, name))


class _RegionRefresh:
    """One region's table while it is brought up to date."""

    def __init__(self, tables: WorkingTables, region: Region, answers: RegionAnswers, question: Question) -> None:
        self._tables = tables
        self._region = region
        self._answers = answers
        self._question = question
        self._rows: TableText = tables.prices(region.name)
        self._price_list = f"price-list-{region.name}"
        self._spot_history = f"spot-history-{region.name}"
        self._offerings = f"offerings-{region.name}"
        self._no_spot: set[str] = set()

    def run(self) -> Remarks:
        on, answers, region = self._question.on, self._answers, self._region
        self._keep_date_of_unpriced()
        sizes = self._sizes()
        added = self._add_rows(sizes)
        prices = answers.price_list.prices
        with_terms = any(price.commitments for price in prices.values())
        without_spot: list[str] = []
        for name in self._rows.names:
            self._put_zones(name)
            if (price := prices.get(name)) is not None:
                self._put_prices(name, price, with_terms)
            if answers.spot is None or name in self._no_spot:
                continue
            if not self._put_spot(name, answers.spot.prices.get(name, {})):
                without_spot.append(name)
        tables = self._tables
        tables.name_source(
            region.name, self._price_list, f"AWS Price List API, EC2 for Linux at shared tenancy in {region.name}", on
        )
        tables.name_source(region.name, self._offerings, f"AWS DescribeInstanceTypeOfferings in {region.name}", on)
        tables.set_column_source(region.name, "zones", self._offerings)
        if with_terms:
            tables.set_column_source(region.name, "commitments", self._price_list)
        if answers.spot is not None:
            title = (
                f"AWS spot price history in {region.name}, time-weighted mean of the {self._question.spot_days} days "
                f"before, to within {self._question.spot_step_percent:g} %"
            )
            tables.name_source(region.name, self._spot_history, title, on)
            tables.set_column_source(region.name, "spot_by_zone", self._spot_history)
        if answers.savings_plans is not None and answers.savings_plans.rates:
            self._put_savings_plans(answers.savings_plans.rates, sizes)
        return self._remarks(added, without_spot)

    def _remarks(self, added: Sequence[str], without_spot: Sequence[str]) -> Remarks:
        answers, names = self._answers, self._rows.names
        other = {zone for zones in answers.zones.values() for zone in zones} - set(self._region.zone_ids)
        return Remarks(
            region=self._region.name,
            added=tuple(added),
            incomplete={
                row.name: row.missing for row in answers.new_machines if row.missing and not row.older_generation
            },
            older=tuple(row.name for row in answers.new_machines if row.older_generation),
            unpriced=tuple(
                name for name in names if self._rows.row(name)["on_demand"] and name not in answers.price_list.prices
            ),
            not_offered=tuple(name for name in names if name not in answers.zones),
            without_spot=tuple(without_spot),
            other_zones=tuple(sorted(other)),
            unread=(
                *answers.price_list.unread,
                *(answers.spot.unread if answers.spot is not None else ()),
                *(answers.savings_plans.unread if answers.savings_plans is not None else ()),
            ),
        )

    def _keep_date_of_unpriced(self) -> None:
        """Rows that the price list had once and has no longer keep the day of that answer as their source."""
        entry = self._tables.own_sources(self._region.name).get(self._price_list)
        if entry is None or entry["date"] == self._question.on:
            return
        for name in self._rows.names:
            if self._rows.row(name)["source"] == self._price_list and name not in self._answers.price_list.prices:
                key = f"{self._price_list}-{entry['date']}"
                self._tables.name_source(self._region.name, key, entry["title"], entry["date"])
                self._rows.put(name, "source", key)

    def _sizes(self) -> dict[str, tuple[bool, int, int, str]]:
        """Order of all machine types within their families; those that are never sold as spot are noted."""
        found: dict[str, tuple[bool, int, int, str]] = {}
        for family in self._tables.families():
            table = self._tables.machines(family)
            for name in table.names:
                row = table.row(name)
                found[name] = _machine_size(tuple(row.values()))
                if "no-spot" in row["flags"].split():
                    self._no_spot.add(name)
        return found

    def _add_rows(self, sizes: Mapping[str, tuple[bool, int, int, str]]) -> list[str]:
        """A row for each type that is offered here and has a data sheet."""
        here = set(self._rows.names)
        added = [
            name
            for name, zones in self._answers.zones.items()
            if name in sizes and name not in here and zones & set(self._region.zone_ids)
        ]
        for name in added:
            cells = [name, " ".join(self._known_zones(name)), *("" for _ in PRICE_COLUMNS[2:])]
            self._rows.add(cells, lambda row: _family_and_size(row[0], sizes))
        return added

    def _known_zones(self, name: str) -> list[str]:
        return sorted(self._answers.zones.get(name, frozenset()) & set(self._region.zone_ids))

    def _put_zones(self, name: str) -> None:
        zones = self._known_zones(name)
        if zones and set(self._rows.row(name)["zones"].split()) != set(zones):
            self._rows.put(name, "zones", " ".join(zones))

    def _put_prices(self, name: str, price: ListPrice, with_terms: bool) -> None:
        row = self._rows.row(name)
        if not row["on_demand"] or Decimal(row["on_demand"]) != price.on_demand:
            self._rows.put(name, "on_demand", f"{price.on_demand:f}")
        self._rows.put(name, "source", self._price_list)
        for term, column in _TERM_COLUMNS.items() if with_terms else ():
            rate, cell = price.commitments.get(term), row[column]
            if rate is None:
                self._rows.put(name, column, "")
            elif not cell or abs(Decimal(cell) - rate) > _SAME:
                self._rows.put(name, column, f"{rate:f}")

    def _put_savings_plans(
        self, rates: Mapping[str, Mapping[CommitmentTerm, Decimal]], sizes: Mapping[str, tuple[bool, int, int, str]]
    ) -> None:
        """A row for each type of the region that savings plans cover; rows of types that none covers any more go."""
        key = f"savings-plans-{self._region.name}"
        table = self._tables.savings_plans(self._region.name)
        here = set(self._rows.names)
        if not table.names:
            table.comment(f"USD an hour of what is committed to, upfront payments spread over the term; source: {key}")
        for name in table.names:
            if name not in rates or name not in here:
                table.remove(name)
        there = set(table.names)
        for name in (each for each in rates if each in here):
            if name not in there:
                table.add([name, *("" for _ in SAVINGS_PLAN_TERMS)], lambda row: _family_and_size(row[0], sizes))
            for term, column in SAVINGS_PLAN_TERMS.items():
                rate = rates[name].get(term)
                table.put(name, column, "" if rate is None else f"{rate:f}")
        self._tables.name_source(
            self._region.name, key, f"AWS savings plans' rates, EC2 for Linux in {self._region.name}", self._question.on
        )

    def _put_spot(self, name: str, means: Mapping[str, Decimal]) -> bool:
        """False where prices by zone went; the estimate for the whole region stays where a zone has no other."""
        row = self._rows.row(name)
        old = {zone: Decimal(usd) for zone, _, usd in (word.partition("=") for word in row["spot_by_zone"].split())}
        new = {zone: means[zone] for zone in row["zones"].split() if zone in means}
        step = Decimal(str(self._question.spot_step_percent)) / 100
        for zone, usd in new.items():
            before = old.get(zone)
            if before is not None and abs(usd - before) <= step * before:
                new[zone] = before
        if new != old:
            self._rows.put(name, "spot_by_zone", " ".join(f"{zone}={usd:f}" for zone, usd in new.items()))
        return bool(new) or not old
