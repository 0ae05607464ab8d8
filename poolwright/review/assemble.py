"""Puts a Review together: lock and plan, the preview, the checks, and the side it is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import fsum

from poolwright.checks.report import CheckReport, FindingRecord, WaivedRecord
from poolwright.engine.preview import Preview
from poolwright.review.against import Against, loads_of
from poolwright.review.drivers import Side, covered_shares, drivers_of, list_prices
from poolwright.review.gate import Overrule
from poolwright.review.gate_facts import Facts, QuotaUse
from poolwright.review.gates import gates_of
from poolwright.review.guarantees import guarantees_of
from poolwright.review.needs import needs_of
from poolwright.review.networks import flows_of, networks_of
from poolwright.review.placements import placements_of
from poolwright.review.resources import WORDS, cautions_of, resource_rows
from poolwright.review.review import (
    NO_CLOUD,
    Choice,
    Decisions,
    FindingRow,
    InputRow,
    Item,
    Money,
    PoolMoney,
    ResourceRow,
    Review,
    Word,
)
from poolwright.review.stack_gates import age_days
from poolwright.review.utilisation import utilisation_of
from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.plan.cost import Billing, Pool, total_usd_per_month
from solver.plan.difference import Change, ChangeKind, difference
from solver.plan.explanation import Explanation
from solver.plan.lock import Lock
from solver.plan.plan import Plan
from solver.quantity import cents
from solver.vocabulary import GateId

_MARKS = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-", ChangeKind.CHANGED: "~"}


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a review is made from."""

    demand: Demand
    lock: Lock
    lock_digest: str
    plan: Plan
    preview: Preview
    checked: CheckReport
    against: Against
    catalog: Catalog
    explanation: Explanation | None = None
    """Of the same lock, where one was worked out."""
    cloud: str
    on: date
    max_age_days: int | None = None
    quotas: tuple[QuotaUse, ...] | None = None
    acknowledged: tuple[str, ...] = ()
    off: Mapping[GateId, Overrule] = field(default_factory=dict[GateId, Overrule])
    overrides: Mapping[GateId, Overrule] = field(default_factory=dict[GateId, Overrule])


def review_of(sources: Sources) -> Review:
    """The review; what it says of money adds up to the cent."""
    lock, old = sources.lock, sources.against.side
    items = tuple(_items(None if old is None else old.lock, lock))
    list_price = list_prices(sources.catalog)
    covered = {site: covered_shares(lock, site, list_price) for site in lock.aws_sites}
    rows, elsewhere = resource_rows(sources.preview, items, covered)
    cautions = cautions_of(sources.preview)
    return Review(
        stack=lock.stack,
        cloud=sources.cloud,
        on=sources.on,
        against=sources.against.words,
        lock_digest=sources.lock_digest,
        counts=_counts(rows),
        unchanged=sum(row.word is None for row in rows),
        money=Money(old=sources.against.usd_per_month, new=lock.proof.cost_usd_per_month),
        bound_usd_per_month=lock.proof.bound_usd_per_month,
        gap=lock.proof.gap,
        gates=tuple(
            gates_of(
                Facts(
                    lock=lock,
                    lock_digest=sources.lock_digest,
                    demand=sources.demand,
                    on=sources.on,
                    checked=sources.checked,
                    cautions=cautions if sources.cloud != NO_CLOUD else None,
                    acknowledged=sources.acknowledged,
                    max_age_days=sources.max_age_days,
                    quotas=sources.quotas,
                ),
                off=sources.off,
                overrides=sources.overrides,
            )
        ),
        cautions=cautions,
        needs=needs_of(sources.plan),
        drivers=drivers_of(old, Side(lock=lock, loads=loads_of(sources.demand)), list_price),
        choices=tuple(_choices(sources.plan)),
        decisions=_decisions(None if old is None else old.lock, lock),
        pools=tuple(_pools(items, sources.plan)),
        items=items,
        not_priced=sources.plan.not_priced,
        resources=rows,
        billed_elsewhere=elsewhere,
        placements=tuple(placements_of(sources.plan, sources.demand, sources.catalog)),
        utilisation=tuple(utilisation_of(sources.plan, sources.demand, sources.catalog)),
        networks=tuple(networks_of(sources.plan)),
        flows=tuple(flows_of(sources.plan)),
        guarantees=guarantees_of(sources.explanation),
        findings=tuple(_findings(sources.checked)),
        inputs=tuple(_inputs(lock, sources.on)),
    )


def _counts(rows: tuple[ResourceRow, ...]) -> dict[Word, int]:
    counted = {word: sum(row.word is word for row in rows) for word in WORDS.values()}
    return {word: count for word, count in counted.items() if count}


def _items(old: Lock | None, new: Lock) -> Iterator[Item]:
    before = {} if old is None else _bill(old)
    after = _bill(new)
    for site, pool, item in sorted(before.keys() | after.keys()):
        money = Money(
            old=None if old is None else before.get((site, pool, item), 0.0), new=after.get((site, pool, item), 0.0)
        )
        yield Item(site=site, pool=pool, item=item, money=money)


def _bill(lock: Lock) -> dict[tuple[str, str, str], float]:
    several = len(lock.sites) > 1
    found: dict[tuple[str, str, str], float] = {}
    for name, items in lock.cost_usd_per_month.items():
        site, _, pool = name.rpartition(" ") if several else (next(iter(lock.sites)), "", name)
        for item, usd in items.items():
            found[site, pool, item] = usd
    return found


def _pools(items: tuple[Item, ...], plan: Plan) -> Iterator[PoolMoney]:
    for pool in Pool:
        of_pool = [item for item in items if item.pool == pool.value]
        if not of_pool:
            continue
        old = None if of_pool[0].money.old is None else cents(fsum(item.money.old or 0.0 for item in of_pool))
        lines = [line for line in plan.cost_lines if line.pool is pool]
        by_billing = {
            billing: total_usd_per_month(line for line in lines if line.billing is billing)
            for billing in Billing
            if any(line.billing is billing for line in lines)
        }
        money = Money(old=old, new=cents(fsum(item.money.new for item in of_pool)))
        yield PoolMoney(pool=pool.value, money=money, by_billing=by_billing)


def _choices(plan: Plan) -> Iterator[Choice]:
    """What was not chosen: moves that would save too little first, then next best choices by what they cost more."""
    for move in plan.rejected:
        yield Choice(
            subject=move.subject,
            text=move.reason,
            next_best=move.change,
            extra_usd_per_month=-move.saving_usd_per_month,
        )
    known = [reason for reason in plan.reasons if reason.next_best is not None]
    for reason in sorted(known, key=lambda each: (abs(each.extra_usd_per_month or 1e12), each.subject)):
        yield Choice(
            subject=reason.subject,
            text=reason.text,
            next_best=reason.next_best or "",
            extra_usd_per_month=reason.extra_usd_per_month,
        )


def _decisions(old: Lock | None, new: Lock) -> Decisions:
    if old is None:
        return Decisions(number=0, lines=())
    return decisions_of(difference(old, new).changes)


def decisions_of(changes: Sequence[Change]) -> Decisions:
    """Decisions that differ, a line for each."""
    return Decisions(number=len(changes), lines=tuple(_decision(change) for change in changes))


def _decision(change: Change) -> str:
    values = f": {change.old} → {change.new}" if change.kind is ChangeKind.CHANGED else ""
    return f"{_MARKS[change.kind]} {change.path}{values}"


def _findings(checked: CheckReport) -> Iterator[FindingRow]:
    for finding in checked.findings:
        yield _finding(finding)
    for waived in checked.waived:
        yield _finding(waived.finding, waived)


def _finding(finding: FindingRecord, waived: WaivedRecord | None = None) -> FindingRow:
    place = finding.place
    by = None if waived is None else waived.waiver
    return FindingRow(
        check=finding.check,
        refused=finding.severity.value == "refuse" and waived is None,
        resource=finding.resource,
        text=finding.text,
        remedy=finding.remedy,
        place="" if place is None else f"{place.file}:{place.line}" if place.line else place.file,
        waived="" if by is None else f"{by.owner}, until {by.expires}: {by.reason}",
    )


def _inputs(lock: Lock, on: date) -> Iterator[InputRow]:
    yield InputRow(name="demand", value=f"sha256:{lock.inputs.demand}")
    yield InputRow(name="catalog", value=f"sha256:{lock.inputs.catalog}")
    for table in lock.inputs.prices:
        yield InputRow(name=f"prices of {table.region}", value=table.dated, age_days=age_days(table.dated, on))
    if lock.inputs.discounts is not None:
        agreed = lock.inputs.discounts
        yield InputRow(name=f"discounts {agreed.name}", value=f"sha256:{agreed.digest}")
    yield InputRow(name="models", value=lock.inputs.model)
    yield InputRow(name="solver", value=lock.proof.solver)
