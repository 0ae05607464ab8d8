"""A plan on a terminal: verdict, sizes by pool, money, reasons, inputs; plain text where there is no terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum

from rich.console import Group, RenderableType
from rich.text import Text

from poolwright.render.carbon_view import carbon_view
from poolwright.render.hosts_view import hosts_view
from poolwright.render.money_view import money_view, separate_words
from poolwright.render.network_view import network_view
from poolwright.render.parts import heading as _heading
from poolwright.render.parts import table as _table
from poolwright.render.storage_view import item_usd, storage_view
from solver.plan.compute import CapacityUse, ComputePlan, HeldUse, JobPlan, NodeGroup, ServicePlan, VariantPlan
from solver.plan.cost import CostLine
from solver.plan.difference import Change, ChangeKind, Difference
from solver.plan.docker import DockerSitePlan
from solver.plan.explanation import Reason, RejectedMove
from solver.plan.plan import Plan, Proof, SitePlan
from solver.plan.schedule import WeekSchedule, format_days
from solver.plan.security import SecurityPlan
from solver.quantity import format_clock, format_cpu, format_memory_mib, format_usd

_MARKS = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-", ChangeKind.CHANGED: "~"}
_STYLES = {ChangeKind.ADDED: "green", ChangeKind.REMOVED: "red", ChangeKind.CHANGED: "yellow"}
_MOST_STEPS = 3
_MOST_CHANGES = 40
_FEW_NAMES = 3
"""Of services that share slots; the rest are counted."""


def plan_view(plan: Plan, change: Difference | None, *, growth: str = "") -> RenderableType:
    """The whole plan; `change` is the difference to the lock, None when there is nothing to compare with.

    `growth` says what the plan serves of more than its demand.
    """
    parts: list[RenderableType] = [verdict(plan)]
    if plan.week_of is not None:
        parts.append(Text(f"For the week of {plan.week_of} alone; a month is one of such weeks."))
    if growth:
        parts.append(Text(growth))
    if change is not None:
        parts.append(difference_view(change))
    for name, site in plan.sites.items():
        lines = [line for line in plan.cost_lines if line.site == name]
        if isinstance(site, DockerSitePlan):
            parts += [Text(), *hosts_view(name, site, lines)]
            continue
        parts += [Text(), _heading(f"Site {name}: {site.kind} {site.region}, {len(site.network.zones)} zones")]
        parts += list(_site_view(site, lines))
    parts += [Text(), _heading("Money, USD a month before tax"), money_view(plan.cost_lines)]
    if plan.separate_usd_per_month is not None:
        parts.append(Text(separate_words(plan.proof.cost_usd_per_month, plan.separate_usd_per_month)))
    parts += carbon_view(plan)
    if plan.rejected:
        parts += [Text(), _heading("Not changed"), *rejected_view(plan.rejected)]
    if plan.reasons:
        parts += [Text(), _heading("Why"), *reasons_view(plan.reasons)]
    if plan.not_priced:
        parts += [Text(), _heading("Not in the figures"), *(Text(f"  {text}") for text in plan.not_priced)]
    prices = ", ".join(f"{table.region} of {table.dated}" for table in plan.inputs.prices) or "as the hosts' owners say"
    if plan.inputs.discounts is not None:
        prices += f", less the discounts {plan.inputs.discounts.name} (sha256:{plan.inputs.discounts.digest[:12]})"
    parts += [Text(), Text(f"Prices: {prices}. Solver: {plan.proof.solver}. Witness: {plan.proof.witness}.", "dim")]
    return Group(*parts)


def verdict(plan: Plan) -> Text:
    """One line: what the stack costs a month and how well that is proven."""
    cost = format_usd(plan.proof.cost_usd_per_month)
    return Text.assemble((f"Stack {plan.stack}", "bold"), f": {cost} a month, ", (proof_words(plan.proof)))


def proof_words(proof: Proof) -> tuple[str, str]:
    """How well a cost is proven, and the style to print that in."""
    bound = format_usd(proof.bound_usd_per_month)
    share = f"{proof.gap * 100:.2f} %"
    if proof.proven:
        return f"proven within {share} of the least possible ({bound} lower bound)", "green"
    return f"not proven: {share} above the lower bound {bound}", "yellow"


def difference_view(change: Difference) -> RenderableType:
    """What a new lock would change against the approved one."""
    if change.old_usd_per_month is None:
        return Text("No lock yet: this would be the stack's first.")
    if not change.changes and change.usd_per_month == 0:
        return Text("Same as the lock.")
    money = f"{format_usd(change.old_usd_per_month)} → {format_usd(change.new_usd_per_month)}"
    head = Text(f"Against the lock: {len(change.changes)} decisions differ, {money} a month")
    rows = [change_line(entry) for entry in change.changes[:_MOST_CHANGES]]
    if len(change.changes) > _MOST_CHANGES:
        rows.append(Text(f"  … and {len(change.changes) - _MOST_CHANGES} more"))
    return Group(head, *rows)


def change_line(change: Change) -> Text:
    """One decision that differs."""
    line = Text(f"  {_MARKS[change.kind]} ", _STYLES[change.kind])
    line.append(change.path, "default")
    if change.kind is ChangeKind.CHANGED:
        line.append(f": {change.old} → {change.new}", "default")
    return line


def _site_view(site: SitePlan, lines: Sequence[CostLine]) -> Iterator[RenderableType]:
    yield from _compute_view(site.compute, lines)
    yield Text()
    yield from storage_view(site.storage, lines)
    yield Text()
    yield from network_view(site.network)
    yield Text()
    yield from _security_view(site.security)


def slots_words(group: NodeGroup) -> str:
    """`3 × assistant.cpu, 1 × ranker.cpu`, or `any 7 of cart.cpu, search.cpu` where services share machines.

    `any of 12 × cart.cpu, 6 × search.cpu` where their replicas differ: as many of each by itself.
    """
    if group.shared is None:
        return ", ".join(f"{count} × {name}" for name, count in group.slots.items())
    alike = len(set(group.slots.values())) == 1
    names = [name if alike else f"{count} × {name}" for name, count in group.slots.items()]
    shown = names if len(names) <= _FEW_NAMES + 1 else [*names[:_FEW_NAMES], f"{len(names) - _FEW_NAMES} more"]
    return f"any {f'{max(group.slots.values())} ' if alike else ''}of {', '.join(shown)}"


def _compute_view(compute: ComputePlan, lines: Sequence[CostLine]) -> Iterator[RenderableType]:
    groups = _table("node group", "machine", "bought", "holds", "machines", "at most", "USD", right=("at most", "USD"))
    for group in compute.node_groups:
        groups.add_row(
            "",
            group.key,
            _machine_words(group),
            group.purchase.value if group.capacity is None else f"{group.capacity.kind} {group.capacity.key}",
            slots_words(group),
            schedule_words(group.machines),
            str(group.max_machines),
            item_usd(lines, f"node-group {group.key}"),
        )
    yield Text("Compute")
    yield groups
    if compute.services:
        services = _table(
            "service", "peak load", "holds", "variant", "each replica", "replicas", "at most", right=("at most",)
        )
        for service in compute.services:
            for variant in service.variants:
                services.add_row("", *_service_cells(compute, service, variant))
        yield services
    if compute.jobs:
        jobs = _table("job", "variant", "workers", "each worker", "starts", "takes", "on")
        for job in compute.jobs:
            jobs.add_row("", *_job_cells(job))
        yield jobs
    for kept in compute.kept:
        yield Text(_kept_words(kept))
    for held in compute.held:
        yield Text(_held_words(held))
    for commitment in compute.commitments:
        what = (
            f"{commitment.machines} × {commitment.machine_type}"
            if commitment.machines
            else f"machines of {commitment.machine_type}"
            if commitment.machine_type
            else "any machine it covers"
        )
        yield Text(
            f"  To buy: {commitment.kind} for {commitment.years} y, {commitment.payment}, {what}, "
            f"{format_usd(commitment.usd_per_hour)} an hour. {commitment.reason}"
        )


def _kept_words(kept: CapacityUse) -> str:
    until = f" until {kept.ends}" if kept.ends is not None else ""
    what = f"{kept.count} × {kept.machine_type} in {', '.join(kept.zones)}{until}"
    return f"  Kept by AWS: {kept.key}, {what}: {kept.used * 100:.0f} % used, and paid for whatever is planned."


def _held_words(held: HeldUse) -> str:
    what = f"{held.machines} × {held.machine_type}" if held.machines else f"{format_usd(held.usd_per_hour)} an hour"
    of = f" of {held.machine_type}" if held.machine_type and not held.machines else ""
    until = f" until {held.ends}" if held.ends is not None else ""
    return (
        f"  Held: {held.kind}, {what}{of}{until}: {held.used * 100:.0f} % used; without it the same machines cost "
        f"{format_usd(held.saved_usd_per_month)} a month more."
    )


def _machine_words(group: NodeGroup) -> str:
    first, *others = group.machine_types
    return f"{first} (or {', '.join(others)})" if others else first


def _service_cells(compute: ComputePlan, service: ServicePlan, variant: VariantPlan) -> tuple[str, ...]:
    first = variant is service.variants[0]
    need, have = _peak(compute, service)
    return (
        service.key if first else "",
        need if first else "",
        have if first else "",
        variant.key,
        _request_words(variant),
        schedule_words(variant.replicas),
        str(variant.max_replicas),
    )


def _peak(compute: ComputePlan, service: ServicePlan) -> tuple[str, str]:
    """Load and capacity in the service's highest hour, units a second."""
    loads = [(hours.load_per_second[service.key], hours.hours[0]) for hours in compute.hour_classes]
    if not loads:
        return "-", "-"
    need, hour = max(loads)
    have = fsum(variant.replicas.hourly()[hour] * variant.load_per_replica_per_second for variant in service.variants)
    return f"{need:,.0f}/s", f"{have:,.0f}/s ({have / need - 1:+.0%})" if need else f"{have:,.0f}/s"


def _job_cells(job: JobPlan) -> tuple[str, ...]:
    return (
        job.key,
        job.variant.key,
        str(job.workers),
        _request_words(job.variant),
        f"{format_days(job.days)} {format_clock(job.start_hour)}",
        f"{job.hours} h (deadline after {job.timeout_hours} h)",
        ", ".join(job.variant.node_groups),
    )


def _request_words(variant: VariantPlan) -> str:
    text = f"{format_cpu(variant.cpu_millis)} vCPU, {format_memory_mib(variant.memory_mib)}"
    return f"{text}, {variant.accelerator_count} {variant.accelerator_kind}" if variant.accelerator_count else text


def schedule_words(schedule: WeekSchedule) -> str:
    """`4`, or `2 to 6 (6 changes a week)` with the steps themselves when they are few."""
    if schedule.constant is not None:
        return str(schedule.constant)
    steps = [f"{format_days(step.days)} {format_clock(step.hour)} → {step.value}" for step in schedule.steps]
    bounds = f"{schedule.low} to {schedule.high}"
    return f"{bounds} ({', '.join(steps)})" if len(steps) <= _MOST_STEPS else f"{bounds}, {len(steps)} steps a week"


def _security_view(security: SecurityPlan) -> Iterator[RenderableType]:
    measures = ", ".join(measure.name for measure in security.measures) or "none"
    keys = ", ".join(security.keys) or "AWS-managed"
    covered = len({control for measure in security.measures for control in measure.controls})
    yield Text("Security")
    yield Text(f"  Profile {security.profile}: {covered} controls covered by {measures}.")
    yield Text(
        f"  Keys: {keys}. Secrets to fill: {', '.join(security.secrets) or 'none'}. "
        f"{len(security.flows)} allowed flows, {len(security.roles)} workload roles."
    )
    if security.permissions_boundary is not None:
        yield Text(f"  No role exceeds {security.permissions_boundary}.")


def rejected_view(moves: Sequence[RejectedMove]) -> Iterator[RenderableType]:
    """One line for each move that is not made: what would change, what it would save, why it is not made."""
    for move in moves:
        line = Text(f"  {move.subject}: ", "cyan")
        saving = format_usd(move.saving_usd_per_month)
        line.append(f"{move.change} would save {saving} a month; {move.reason}.", "default")
        yield line


def reasons_view(reasons: Sequence[Reason]) -> Iterator[RenderableType]:
    """One line for each decision: what binds, and the runner-up with its extra cost."""
    for reason in reasons:
        line = Text(f"  {reason.subject}: ", "cyan")
        line.append(reason.text, "default")
        if reason.next_best is not None:
            extra = reason.extra_usd_per_month
            more = "" if extra is None else f", {format_usd(abs(extra))} a month {'more' if extra >= 0 else 'less'}"
            line.append(f" Next best: {reason.next_best}{more}.", "default")
        yield line
