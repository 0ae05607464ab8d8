"""Asked: the controls that a site must cover, the measures that can, and what each costs around the other pools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solver.catalog.catalog import Catalog
from solver.catalog.services import CostTerm, SecurityMeasure
from solver.model.priced import Charge, SitePrices
from solver.model.security.cover import CoverProblem
from solver.model.security.drivers import PlanFacts, bucket_log_stored_gib, estimate_drivers
from solver.model.security.identity import key_purposes, keys_of_measure, secrets_of
from solver.plan.cost import Billing, Pool
from solver.plan.security import CONTROLS_OF_A_VPC

BY_CONSTRUCTION = "poolwright-defaults"
"""The measure that stands for what the pools always have."""
BUCKET_LOGS = "s3-access-logs"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The set cover of one site, with what it was made from."""

    problem: CoverProblem
    charges: Mapping[str, list[Charge]]
    """What each measure costs, without customer keys."""
    waived: tuple[str, ...]
    """Controls that are not asked for."""
    secrets: tuple[str, ...]
    """Secrets of the site's workloads."""


def asked_of(facts: PlanFacts, catalog: Catalog) -> Asked:
    """What the profile of the demand asks for at the site of a plan."""
    demand = facts.demand
    region = demand.aws_sites[facts.site_key].region
    prices = SitePrices(catalog, region, facts.site_key, Pool.SECURITY)
    measures = catalog.measures(region)
    waived = tuple(sorted({waiver.control for waiver in demand.compliance.waivers}))
    elsewhere = frozenset[str]() if facts.network.existing is None else CONTROLS_OF_A_VPC
    required = tuple(
        c for c in catalog.profile(demand.compliance.profile).controls if c not in waived and c not in elsewhere
    )
    given = {BY_CONSTRUCTION, *(catalog.measure(name).name for name in demand.compliance.existing)}
    secrets = secrets_of(demand, facts.site_key)
    purposes = key_purposes(facts.storage, secrets)
    drivers = estimate_drivers(facts)
    charges = {each.name: [] if each.name in given else _charges(each, drivers, facts) for each in measures}
    keys = {
        each.name: owned
        for each in measures
        if each.name not in given and (owned := keys_of_measure(each.name, purposes))
    }
    problem = CoverProblem(
        measures=measures,
        usd_per_month={name: prices.usd(own) for name, own in charges.items()},
        keys=keys,
        key_usd_per_month=prices.price("kms", "key_month").usd_first,
        controls=required,
        given=given,
    )
    return Asked(problem=problem, charges=charges, waived=waived, secrets=secrets)


def _charges(measure: SecurityMeasure, drivers: Mapping[str, float], facts: PlanFacts) -> list[Charge]:
    """What the measure costs, but for customer keys: measures share them."""
    return [
        Charge(
            subject=f"measure {measure.name}",
            detail=term.item.replace("_", " "),
            service=term.service,
            item=term.item,
            amount_per_month=term.amount * _driver(measure, term, drivers, facts),
            billing=Billing.FIXED if term.driver == "one" else Billing.USAGE,
        )
        for term in measure.costs
        if (term.service, term.item) != ("kms", "key_month")
    ]


def _driver(measure: SecurityMeasure, term: CostTerm, drivers: Mapping[str, float], facts: PlanFacts) -> float:
    # The catalog names the logs of load balancers and of buckets by one driver; each measure keeps its own.
    if measure.name == BUCKET_LOGS and term.driver == "access_log_stored_gib":
        return bucket_log_stored_gib(facts)
    return drivers[term.driver]
