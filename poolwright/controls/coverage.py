"""controls_of: the report of a lock: who covers each control, with what, at which cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import fsum

from poolwright.checks.registry import CHECKS
from poolwright.checks.report import FoundPlace, WaiverRecord, waiver_record
from poolwright.checks.waivers import counts
from poolwright.controls.builders import BUILDERS
from poolwright.controls.names import evidence_names
from poolwright.controls.report import (
    ControlRecord,
    ControlsReport,
    CostRecord,
    EvidenceRecord,
    MeasureRecord,
    SiteControls,
    Standing,
)
from solver.catalog.catalog import Catalog
from solver.demand.loader import LoadedDemand
from solver.model.security.asked import BY_CONSTRUCTION
from solver.model.security.identity import CUSTOMER_KEYS, TRAIL_ENCRYPTION
from solver.plan.lock import Lock
from solver.plan.plan import SitePlan
from solver.plan.security import CONTROLS_OF_A_VPC, MeasurePlan
from solver.quantity import cents
from solver.vocabulary import SiteKind

KEYS = "customer keys"
"""The item that measures with keys share."""
HTTPS_ALONE = "ELB.1"
"""The control that plain HTTP is sent on to HTTPS."""
_MEASURE = "measure "
_ONE_OF_A_TYPE: Mapping[str, tuple[str, ...]] = {
    "CloudTrail.6": ("-security-trail", "-security-audit"),
    "CloudWatch.1": ("-root-use",),
    "CloudWatch.4": ("-iam-changes",),
    "CloudWatch.5": ("-trail-changes",),
    "GuardDuty.10": ("-guardduty-objects",),
    "GuardDuty.11": ("-guardduty-runtime",),
}
"""Controls that ask for some resources of their types, by the ends of the names; all others ask for all of them."""


def controls_of(lock: Lock, loaded: LoadedDemand, catalog: Catalog, *, on: date) -> ControlsReport:
    """The controls of a lock's profiles; `on` is the day that waivers are compared with."""
    waivers = _waivers(loaded)
    sites = tuple(
        _site(key, site, _costs_of(lock, key), catalog, {waiver.control: waiver for waiver in waivers})
        for key, site in sorted(lock.aws_sites.items())
        if site.kind is SiteKind.AWS
    )
    written = loaded.demand.compliance.waivers
    ended = tuple(record for waiver, record in zip(written, waivers, strict=True) if not counts(waiver, on))
    is_open = any(control.standing is Standing.OPEN for site in sites for control in site.controls)
    return ControlsReport(
        stack=lock.stack,
        on=on,
        passed=not ended and not is_open,
        sites=sites,
        waivers=waivers,
        ended=ended,
        usd_per_month=cents(fsum(site.usd_per_month for site in sites)),
    )


def _waivers(loaded: LoadedDemand) -> tuple[WaiverRecord, ...]:
    found: list[WaiverRecord] = []
    for number, waiver in enumerate(loaded.demand.compliance.waivers):
        path = ("compliance", "waivers", number)
        place = loaded.problem(path, "")
        found.append(waiver_record(waiver, FoundPlace(file=place.file, line=place.line, path=".".join(map(str, path)))))
    return tuple(found)


def _costs_of(lock: Lock, site: str) -> Mapping[str, float]:
    """What a site pays for measures, by item."""
    pool = f"{site} security" if len(lock.aws_sites) > 1 else "security"
    items = lock.cost_usd_per_month.get(pool, {})
    return {item: usd for item, usd in items.items() if item == KEYS or item.startswith(_MEASURE)}


def _site(
    key: str, site: SitePlan, usd: Mapping[str, float], catalog: Catalog, waivers: Mapping[str, WaiverRecord]
) -> SiteControls:
    security = site.security
    profile = catalog.profile(security.profile)
    costs = tuple(_costs(usd, security.measures, profile.controls, catalog))
    names = evidence_names(key, site)
    controls: list[ControlRecord] = []
    for control in profile.controls:
        covering = [measure for measure in security.measures if control in measure.controls]
        standing = _standing(covering, is_waived=control in security.waived)
        if standing is not Standing.WAIVED and site.network.existing is not None and control in CONTROLS_OF_A_VPC:
            standing = Standing.NOT_BUILT_HERE
        looks = [check for check in CHECKS if control == check.id or control in check.controls]
        own = [measure.name for measure in covering]
        controls.append(
            ControlRecord(
                id=control,
                title=catalog.controls[control].title,
                references=catalog.controls[control].references,
                standing=standing,
                measures=tuple(own),
                evidence=_evidence(control, [type_ for check in looks for type_ in check.types], names)
                if standing in (Standing.BUILT, Standing.BY_CONSTRUCTION)
                else (),
                checks=tuple(check.id for check in looks),
                usd_per_month=cents(fsum(cost.usd_per_month for cost in costs if cost.counted_at == control)),
                shares_with=_elsewhere(control, own, costs),
                except_for=_left_out(site) if control == HTTPS_ALONE else (),
                waiver=waivers.get(control),
            )
        )
    return SiteControls(
        site=key,
        profile=security.profile,
        profile_title=profile.title,
        controls=tuple(controls),
        measures=tuple(_measure(measure, catalog) for measure in security.measures),
        costs=costs,
        usd_per_month=cents(fsum(cost.usd_per_month for cost in costs)),
    )


def _left_out(site: SitePlan) -> tuple[str, ...]:
    """Load balancers that are reached by plain HTTP, which by construction are internal ones alone."""
    return tuple(
        f"load balancer {balancer.key} is reached by plain HTTP inside the VPC: network.dns.internal gives it HTTPS"
        for balancer in site.network.load_balancers
        if not balancer.https
    )


def _costs(
    usd: Mapping[str, float], measures: Sequence[MeasurePlan], order: Sequence[str], catalog: Catalog
) -> Iterator[CostRecord]:
    """Each item once, at the first control that its measures, or else those that need them, cover."""
    by_name = {measure.name: measure for measure in measures}
    for item, amount in sorted(usd.items()):
        paid = (CUSTOMER_KEYS, TRAIL_ENCRYPTION) if item == KEYS else (item.removeprefix(_MEASURE),)
        built = tuple(name for name in paid if name in by_name and by_name[name].build)
        served = {control for name in built for control in by_name[name].controls}
        if not served:
            needing = [each for each in measures if set(built) & set(_needed(each.name, catalog))]
            served = {control for measure in needing for control in measure.controls}
        first = next((control for control in order if control in served), "")
        yield CostRecord(item=item, usd_per_month=amount, measures=built, counted_at=first)


def _needed(measure: str, catalog: Catalog) -> Iterator[str]:
    """What a measure requires, and what that requires."""
    for other in catalog.measure(measure).requires:
        yield other
        yield from _needed(other, catalog)


def _elsewhere(control: str, measures: Sequence[str], costs: Sequence[CostRecord]) -> tuple[str, ...]:
    paying = (cost for cost in costs if cost.usd_per_month and set(cost.measures) & set(measures))
    return tuple(dict.fromkeys(cost.counted_at for cost in paying if cost.counted_at not in ("", control)))


def _standing(covering: Sequence[MeasurePlan], *, is_waived: bool) -> Standing:
    if is_waived:
        return Standing.WAIVED
    if any(measure.build for measure in covering):
        return Standing.BUILT
    if any(measure.name == BY_CONSTRUCTION for measure in covering):
        return Standing.BY_CONSTRUCTION
    return Standing.EXISTING if covering else Standing.OPEN


def _evidence(control: str, types: Sequence[str], names: Mapping[str, tuple[str, ...]]) -> tuple[EvidenceRecord, ...]:
    ends = _ONE_OF_A_TYPE.get(control, ("",))
    found = {type_: tuple(name for name in names.get(type_, ()) if name.endswith(ends)) for type_ in types}
    return tuple(EvidenceRecord(type=type_, names=each) for type_, each in found.items() if each)


def _measure(measure: MeasurePlan, catalog: Catalog) -> MeasureRecord:
    if measure.build:
        standing = Standing.BUILT
    else:
        standing = Standing.BY_CONSTRUCTION if measure.name == BY_CONSTRUCTION else Standing.EXISTING
    return MeasureRecord(
        name=measure.name,
        title=catalog.measure(measure.name).title,
        standing=standing,
        builder="" if standing is Standing.EXISTING else BUILDERS[measure.name],
        controls=measure.controls,
    )
