"""The same demand in other places: AWS's other regions by a plan of their own, other clouds by plain machines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from typing import Literal

from pydantic import Field

from poolwright.price_tables.comparison_tables import AWS, Clouds
from poolwright.price_tables.plain_machines import PlainMachine, of_aws
from poolwright.price_tables.plain_plan import PlainPlan, plain_plan
from solver.alternatives import alternative, solve_without_budget
from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.demand.storage import Bucket, StorageClaim
from solver.errors import InfeasibleError, InputError, PoolwrightError
from solver.inputs import StackInputs
from solver.model.carbon import carbon_in
from solver.plan.cost import Pool
from solver.plan.plan import Plan
from solver.quantity import cents
from solver.schema import Schema

_MONTH_DAYS = 365 / 12
BUILDS = "Poolwright builds AWS and Docker hosts; other clouds are for comparison only"


class How(StrEnum):
    """How a place's machines were found."""

    PLAN = "plan"
    """As `poolwright plan` finds them."""
    PLAIN = "plain"
    """As plain machines: on demand and spot, without commitments, disks and rules of company."""


class Place(Schema):
    """The stack's site in one place."""

    cloud: str
    """aws, azure, gcp, …"""
    region: str
    """Region of the cloud; `*` for a list of all regions."""
    country: str
    """ISO 3166; empty where it is not known."""
    how: How
    """Places are compared with the home of the same kind."""
    home: bool = False
    """Where the site is now."""
    machines_usd_per_month: float | None = None
    """The compute pool of a plan; plain machines elsewhere."""
    other_pools_usd_per_month: float | None = None
    """Network, storage and security: planned on AWS, as at home on other clouds, whose prices are not in the tables."""
    transfer_once_usd: float | None = None
    """Moving what is kept at home, once, at home's prices of transfer."""
    total_usd_per_month: float | None = None
    """Machines and other pools; None where something is missing."""
    difference_percent: float | None = None
    """Total against the home of the same kind."""
    kg_per_month: float | None = None
    """CO2 equivalent of the electricity of a plan's machines; None where the catalog has no figures of it."""
    gap: float | None = None
    """How far the machines, or the plan, may be from the least possible cost."""
    built: bool
    """Whether `poolwright up` can build it."""
    variants: dict[str, str] = Field(default_factory=dict[str, str])
    """On plain machines: the variant in which each workload runs."""
    missing: tuple[str, ...] = ()
    """What can't be had there, and why."""


class Comparison(Schema):
    """What `poolwright compare` says."""

    schema_version: Literal[1] = 1
    """Of this format."""
    stack: str
    """The stack."""
    site: str
    """The site that is moved; the stack's others stay."""
    kept_gib: float
    """What the site's storage claims keep when they are full."""
    notes: tuple[str, ...]
    """What to bear in mind."""
    places: tuple[Place, ...]
    """Home first, then by cloud and total."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked."""

    site: str
    clouds: Sequence[str]
    """Without AWS."""
    regions: Collection[str]
    """Only these; all where none is named."""
    countries: Collection[str]
    """Only these; all where none is named."""


class Elsewhere:
    """Compares one site of a stack."""

    def __init__(self, inputs: StackInputs, home: Plan, everywhere: Catalog, clouds: Clouds, asked: Question) -> None:
        """`home` is the stack's plan; `everywhere` the catalog of all regions."""
        self._inputs, self._home, self._catalog, self._clouds, self._asked = inputs, home, everywhere, clouds, asked
        self._demand = inputs.loaded.demand
        self._region = self._demand.aws_sites[asked.site].region
        self._country = clouds.country(AWS, self._region)
        self._moved, self._unsettled = _settled(self._demand, asked.site)
        self.kept_gib = _kept_gib(self._demand, asked.site)

    def home_places(self) -> list[Place]:
        """The site as planned, and its workloads on plain machines of its own region."""
        planned = self._planned(self._home, self._region, home=True)
        machines = of_aws(self._catalog.purchasable(self._region), self._demand)
        return [planned, self._plain(AWS, self._region, machines, by_name=True, home=True)]

    def regions(self) -> Iterator[str]:
        """AWS's other regions that are asked for."""
        for region in self._catalog.regions:
            if region != self._region and (not self._asked.regions or region in self._asked.regions):
                yield region

    def aws_place(self, region: str) -> Place:
        """A plan of the stack with the site in another region; what is in the way, where there is none."""
        place = Place(cloud=AWS, region=region, country=self._clouds.country(AWS, region), how=How.PLAN, built=False)
        if away := self._may_not_go(place.country):
            return place.model_copy(update={"missing": away})
        try:
            other = alternative(self._inputs, self._inputs.catalog(), [f"sites.{self._asked.site}.region={region}"])
            plan = solve_without_budget(other.demand, other.catalog, previous=None, inputs=other.inputs)
        except InputError as error:
            words = tuple(f"{each.path}: {each.found or ''} {each.allowed}".strip() for each in error.problems[:3])
            return place.model_copy(update={"missing": words})
        except InfeasibleError as error:
            return place.model_copy(update={"missing": (error.summary, *error.conflict)})
        except PoolwrightError as error:
            return place.model_copy(update={"missing": (error.message.splitlines()[0],)})
        return self._planned(plan, region)

    def cloud_places(self) -> Iterator[Place]:
        """Plain machines of each other cloud's regions."""
        for (cloud, region), machines in self._clouds.machines.items():
            if cloud in self._asked.clouds and (not self._asked.regions or region in self._asked.regions):
                country = self._clouds.country(cloud, region)
                if away := self._may_not_go(country):
                    yield Place(cloud=cloud, region=region, country=country, how=How.PLAIN, built=False, missing=away)
                else:
                    yield self._plain(cloud, region, machines, by_name=False)

    def _planned(self, plan: Plan, region: str, *, home: bool = False) -> Place:
        machines, others = _usd(plan, self._asked.site)
        compute, counted = plan.aws_sites[self._asked.site].compute, region in self._catalog.carbon.grids
        return Place(
            cloud=AWS,
            region=region,
            country=self._clouds.country(AWS, region),
            how=How.PLAN,
            home=home,
            machines_usd_per_month=machines,
            other_pools_usd_per_month=others,
            transfer_once_usd=0.0 if home else self._transfer("inter_region_out"),
            total_usd_per_month=cents(machines + others),
            kg_per_month=carbon_in(self._catalog, region, compute).kg_per_month if counted else None,
            gap=plan.proof.gap,
            built=True,
        )

    def _plain(
        self, cloud: str, region: str, machines: Sequence[PlainMachine], *, by_name: bool, home: bool = False
    ) -> Place:
        found = plain_plan(self._moved, self._asked.site, machines, by_name=by_name)
        usd, others = cents(found.usd_per_month), _usd(self._home, self._asked.site)[1]
        missing = (*(f"{key}: {why}" for key, why in found.missing.items()), *self._unsettled)
        return Place(
            cloud=cloud,
            region=region,
            country=self._clouds.country(cloud, region),
            how=How.PLAIN,
            home=home,
            machines_usd_per_month=usd,
            other_pools_usd_per_month=others,
            transfer_once_usd=0.0 if home else self._transfer("internet_out"),
            total_usd_per_month=None if found.missing else cents(usd + others),
            gap=_gap(found),
            built=cloud == AWS,
            variants=dict(found.variants),
            missing=missing,
        )

    def _may_not_go(self, country: str) -> tuple[str, ...]:
        """Why nothing is offered in a country; empty where it may go there."""
        if self._asked.countries and country not in self._asked.countries:
            return (f"only {', '.join(sorted(self._asked.countries))} may be offered",)
        pins = _pinned(self._demand, self._asked.site)
        if pins and country != self._country:
            named = ", ".join(pins[:3]) + (f" and {len(pins) - 3} more" if len(pins) > 3 else "")
            where = f", in {self._country}" if self._country else ""
            return (f"{named}: pinned to site {self._asked.site}{where}",)
        return ()

    def _transfer(self, item: str) -> float:
        return cents(self._catalog.price(self._region, "data_transfer", item).cost(self.kept_gib))


def compared(found: Sequence[Place]) -> tuple[Place, ...]:
    """The places with their differences from home: home first, AWS next, then by cloud; cheapest first."""
    homes = {place.how: place.total_usd_per_month for place in found if place.home}
    with_difference = [
        place.model_copy(update={"difference_percent": _percent(place.total_usd_per_month, homes.get(place.how))})
        for place in found
    ]
    return tuple(
        sorted(
            with_difference,
            key=lambda place: (
                place.how is How.PLAIN,
                not place.home,
                place.cloud != AWS,
                place.cloud,
                place.total_usd_per_month is None,
                place.total_usd_per_month or 0.0,
                place.region,
            ),
        )
    )


def _percent(usd: float | None, home: float | None) -> float | None:
    return None if usd is None or not home else round((usd / home - 1) * 100, 1)


def _gap(found: PlainPlan) -> float | None:
    if not found.usd_per_month:
        return None
    return round(max(0.0, 1 - found.bound_usd_per_month / found.usd_per_month), 4)


def _usd(plan: Plan, site: str) -> tuple[float, float]:
    """The compute pool of the site, and its other pools."""
    mine = [line for line in plan.cost_lines if line.site == site]
    compute = fsum(line.usd_per_month for line in mine if line.pool is Pool.COMPUTE)
    return cents(compute), cents(fsum(line.usd_per_month for line in mine) - compute)


def _pinned(demand: Demand, site: str) -> list[str]:
    """Workloads and claims that name the site, and no other."""
    entries: Mapping[str, object] = {**demand.workloads, **demand.storage}
    return sorted(key for key, entry in entries.items() if _names_only(entry, site))


def _names_only(entry: object, site: str) -> bool:
    return getattr(entry, "site", None) == site or getattr(entry, "sites", ()) == (site,)


def _settled(demand: Demand, site: str) -> tuple[Demand, tuple[str, ...]]:
    """The demand with what runs on this site alone, and words on what may run on others too."""
    places = demand.sites_of()
    here = {key: entry for key, entry in demand.workloads.items() if places[key] == (site,)}
    free = sorted(key for key in demand.workloads if site in places[key] and key not in here)
    words = (f"{', '.join(free)}: on several sites, as the plan chooses; left out",) if free else ()
    return demand.model_copy(update={"workloads": here}), words


def _kept_gib(demand: Demand, site: str) -> float:
    return round(fsum(_full_gib(claim) for claim in demand.storage.values() if demand.site_of(claim) == site), 1)


def _full_gib(claim: StorageClaim) -> float:
    """What a claim keeps when as much goes as comes: objects for as long as they are kept, else its size."""
    if isinstance(claim, Bucket):
        return claim.written_gib_per_month * claim.retention_days / _MONTH_DAYS
    return float(claim.size)
