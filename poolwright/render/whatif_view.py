"""The difference of two plans on a terminal: money, node groups, replicas, and what else differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import fsum

from rich.console import Group, RenderableType
from rich.text import Text

from poolwright.render.parts import heading, signed_usd, table
from poolwright.render.plan_view import change_line, proof_words, schedule_words, slots_words, verdict
from solver.plan.comparison import Comparison
from solver.plan.compute import NodeGroup
from solver.plan.difference import Change
from solver.plan.plan import Plan
from solver.plan.schedule import WeekSchedule
from solver.plan.whatif import WhatIf
from solver.quantity import format_usd

_MOST_CHANGES = 20
_NONE = "-"


def whatif_view(found: WhatIf, now: Plan, then: Plan) -> RenderableType:
    """Both plans' verdicts, the difference, and what makes it."""
    parts: list[RenderableType] = [
        verdict(now),
        Text.assemble(
            ("With " + " ".join(found.comparison.arguments), "bold"),
            f": {format_usd(found.then.cost_usd_per_month)} a month, ",
            proof_words(found.then),
        ),
        Text(f"Difference: {_difference_words(found.comparison)}"),
    ]
    if found.over_budget_usd_per_month is not None:
        over = format_usd(found.over_budget_usd_per_month)
        parts.append(Text(f"Over limits.budget_usd_per_month by {over}: such a plan would be refused.", "red"))
    parts += [Text(), heading("Money, USD a month before tax"), _money(found)]
    groups = list(_group_rows(now, then))
    if groups:
        parts += [Text(), heading("Node groups that differ"), _groups(groups)]
    replicas = list(_replica_rows(now, then))
    if replicas:
        parts += [Text(), heading("Replicas that differ"), _replicas(replicas)]
    parts += _carbon(now, then)
    others = [change for change in found.changes if not _is_shown_above(change)]
    if others:
        parts += [Text(), heading("What else differs"), *(_other_line(each) for each in others[:_MOST_CHANGES])]
    if len(others) > _MOST_CHANGES:
        parts.append(Text(f"  … and {len(others) - _MOST_CHANGES} more; --json has all"))
    if not found.changes:
        parts += [Text(), Text("No decision differs.")]
    return Group(*parts)


def _difference_words(found: Comparison) -> str:
    least, most = signed_usd(found.least_usd_per_month), signed_usd(found.most_usd_per_month)
    usd = found.usd_per_month
    words = f"{format_usd(abs(usd))} a month {'more' if usd > 0 else 'less'}" if usd else "the same cost"
    return f"{words}; the least possible costs differ by {least} to {most}"


def _money(found: WhatIf) -> RenderableType:
    several = len({pool.site for pool in found.pools}) > 1
    shown = table("pool", "now", "then", "difference", right=("now", "then", "difference"))
    for pool in found.pools:
        name = f"{pool.site} {pool.pool}" if several else pool.pool.value
        now, then = pool.now_usd_per_month, pool.then_usd_per_month
        shown.add_row("", name, f"{now:,.2f}", f"{then:,.2f}", signed_usd(round(then - now, 2)))
    now, then = found.now.cost_usd_per_month, found.then.cost_usd_per_month
    shown.add_row("", "all", f"{now:,.2f}", f"{then:,.2f}", signed_usd(found.comparison.usd_per_month), style="bold")
    return shown


def _group_rows(now: Plan, then: Plan) -> Iterator[tuple[str, ...]]:
    old, new = dict(_running(now)), dict(_running(then))
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before is not None and after is not None and before == after:
            continue
        hours = [_machine_hours(before), _machine_hours(after)]
        usd = [_usd(now, key), _usd(then, key)]
        holds = " → ".join(dict.fromkeys(slots_words(each) for each in (before, after) if each is not None))
        yield (
            key,
            holds,
            _bounds(None if before is None else before.machines),
            _bounds(None if after is None else after.machines),
            f"{hours[0]:,} → {hours[1]:,}",
            signed_usd(round(usd[1] - usd[0], 2)),
        )


def _groups(rows: list[tuple[str, ...]]) -> RenderableType:
    numbers = ("now", "then", "hours a week", "USD")
    shown = table("node group", "holds", *numbers, right=numbers)
    for row in rows:
        shown.add_row("", *row)
    return shown


def _running(plan: Plan) -> Iterator[tuple[str, NodeGroup]]:
    """Groups that hold something, by key; with several sites the site stands before it."""
    for name, site in plan.aws_sites.items():
        for group in site.compute.node_groups:
            if group.slots:
                yield (f"{name} {group.key}" if len(plan.aws_sites) > 1 else group.key), group


def _machine_hours(group: NodeGroup | None) -> int:
    return 0 if group is None else sum(group.machines.hourly())


def _bounds(schedule: WeekSchedule | None) -> str:
    return _NONE if schedule is None else schedule_words(schedule).split(",")[0].split(" (")[0]


def _usd(plan: Plan, key: str) -> float:
    """What a group's lines cost; what a commitment covers is in none of them."""
    site, _, name = key.rpartition(" ")
    lines = (line for line in plan.cost_lines if line.item == f"node-group {name}" and site in ("", line.site))
    return fsum(line.usd_per_month for line in lines)


def _carbon(now: Plan, then: Plan) -> Iterator[RenderableType]:
    kg = [
        {key: f"{site.carbon.kg_per_month:,.1f}" for key, site in plan.aws_sites.items() if site.carbon}
        for plan in (now, then)
    ]
    if not any(kg):
        return
    shown = table("site", "now", "then", right=("now", "then"))
    for key in sorted({*kg[0], *kg[1]}):
        shown.add_row("", key, *(each.get(key, _NONE) for each in kg))
    yield from (Text(), heading("Carbon of the machines' electricity, kg CO2e a month"), shown)


def _replica_rows(now: Plan, then: Plan) -> Iterator[tuple[str, ...]]:
    old, new = _replica_weeks(now), _replica_weeks(then)
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        hours = [0 if each is None else sum(each.hourly()) for each in (before, after)]
        yield key, _bounds(before), _bounds(after), f"{hours[0]:,} → {hours[1]:,}"


def _replica_weeks(plan: Plan) -> Mapping[str, WeekSchedule]:
    several = len(plan.sites) > 1
    return {
        f"{name} {service.key}.{variant.key}" if several else f"{service.key}.{variant.key}": variant.replicas
        for name, site in plan.aws_sites.items()
        for service in site.compute.services
        for variant in service.variants
    }


def _replicas(rows: list[tuple[str, ...]]) -> RenderableType:
    shown = table("variant", "now", "then", "hours a week", right=("now", "then", "hours a week"))
    for row in rows:
        shown.add_row("", *row)
    return shown


def _other_line(change: Change) -> Text:
    # A commitment's empty fields say nothing to a person.
    return change_line(change.model_copy(update={"old": _without_empty(change.old), "new": _without_empty(change.new)}))


def _without_empty(words: str) -> str:
    return " ".join(word for word in words.split(" ") if word not in ("machine_type=None", "machines=0"))


def _is_shown_above(change: Change) -> bool:
    parts = change.path.split(".")
    if parts[1] == "carbon":
        return True
    return parts[1:3] == ["compute", "node_groups"] or (parts[1:3] == ["compute", "services"] and "variants" in parts)
