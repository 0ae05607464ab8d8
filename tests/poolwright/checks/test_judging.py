"""Verdicts: what stands, what is waived, what can't be judged yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from poolwright.checks.check import Fault, NotYet, Severity, on_each, on_plan, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.judging import Verdict, judge
from poolwright.checks.registry import CHECKS as ALL_CHECKS
from poolwright.checks.resource import Resource
from poolwright.engine.preview import UNKNOWN
from solver.demand.compliance import Waiver
from tests.poolwright.checks.estate import shipped, with_lock

THING = "aws:test/thing:Thing"


@on_each(THING, id="size", title="Small", remedy="Make it small in stacks/", controls=("T.1",))
def size(thing: Resource) -> list[str]:
    return ["is too large"] if thing.get("size") > 1 else []


@on_stack(THING, id="count", title="Few", remedy="Take one out in stacks/", severity=Severity.WARN)
def count(evidence: Evidence) -> list[Fault | NotYet]:
    things = evidence.of_type(THING)
    unclear: list[Fault | NotYet] = [NotYet(thing) for thing in things if not thing.known("size")]
    return [*unclear, *([Fault(text="has too many things")] if len(things) > 1 else [])]


@on_plan(id="plan", title="Fine", remedy="Plan again")
def plan(evidence: Evidence) -> list[Fault]:
    return [Fault(text="is never fine")]


CHECKS = (count, size, plan)


def things(*sizes: object) -> Evidence:
    return Evidence(
        resources=tuple(
            Resource(urn=f"urn::{n}", type=THING, name=f"main-{n}", inputs={"size": each, "tags": {"workload": "web"}})
            for n, each in enumerate(sizes)
        )
    )


def waiver(control: str, expires: date) -> Waiver:
    return Waiver(control=control, reason="measured otherwise", owner="security@example.com", expires=expires)


def verdict(*waivers: Waiver, on: date = date(2027, 6, 30), evidence: Evidence | None = None) -> Verdict:
    return judge(CHECKS, evidence or things(1, 2), waivers=waivers, on=on)


def test_refusals_come_before_warnings() -> None:
    found = verdict().findings
    assert [finding.check for finding in found] == ["size", "count"]
    assert [finding.severity for finding in verdict().refusals] == [Severity.REFUSE]


def test_a_finding_names_its_resource_and_where_the_demand_asks_for_it() -> None:
    [finding] = verdict().refusals
    assert (finding.resource, finding.type, finding.text) == ("main-1", THING, "is too large")
    assert finding.at == ("workloads", "web")
    assert finding.controls == ("T.1",)


def test_a_waiver_silences_by_the_id_of_the_check_or_of_its_control() -> None:
    for control in ("size", "T.1"):
        given = waiver(control, date(2027, 12, 31))
        after = verdict(given)
        assert [finding.check for finding in after.findings] == ["count"]
        assert [(each.finding.check, each.waiver) for each in after.waived] == [("size", given)]


def test_a_waiver_silences_nothing_else() -> None:
    assert len(verdict(waiver("T.10", date(2027, 12, 31))).findings) == 2
    assert len(verdict(waiver("T.", date(2027, 12, 31))).findings) == 2


def test_a_waiver_counts_on_its_last_day_and_not_on_the_next() -> None:
    given = waiver("size", date(2027, 6, 30))
    assert verdict(given, on=date(2027, 6, 30)).refusals == ()
    after = verdict(given, on=date(2027, 7, 1))
    assert len(after.refusals) == 1
    assert after.waived == ()
    assert after.expired == (given,)


def test_what_is_not_known_yet_is_told_and_hides_no_other_finding() -> None:
    after = verdict(evidence=things(UNKNOWN, 2))
    assert [finding.resource for finding in after.refusals] == ["main-1"]
    assert {(each.check, each.resource) for each in after.undecided} == {("size", "main-0"), ("count", "main-0")}


def test_a_check_without_its_evidence_is_left_out_and_named() -> None:
    assert verdict().left_out == ("plan",)
    empty = judge(CHECKS, Evidence(), on=date(2027, 1, 1))
    assert empty.left_out == ("count", "size", "plan")
    assert empty.judged == ()


def test_the_order_of_the_resources_changes_the_findings_order_alone() -> None:
    evidence = things(3, 2)
    turned = replace(evidence, resources=tuple(reversed(evidence.resources)))
    assert set(verdict(evidence=evidence).findings) == set(verdict(evidence=turned).findings)


def test_checks_of_a_vpc_that_exists_say_that_it_is_not_built_here() -> None:
    stack = shipped()

    def stand_in_a_vpc(content: dict[str, Any]) -> None:
        content["sites"]["main"]["network"]["existing"] = {"vpc_id": "vpc-0a1b2c3d", "subnets": {"private": {}}}

    within = with_lock(stand_in_a_vpc)(stack)
    outside = replace(
        within,
        resources=tuple(
            each
            for each in within.resources
            if not each.type.startswith(("aws:ec2/vpc", "aws:ec2/sub", "aws:ec2/route", "aws:ec2/netw", "aws:ec2/def"))
        ),
    )
    after = judge(ALL_CHECKS, outside, on=date(2026, 12, 1))
    assert {"EC2.2", "EC2.15", "EC2.21", "network.private-routes"} <= set(after.not_built_here)
    assert not {"EC2.6", "EC2.13"} & set(after.not_built_here)
    assert not set(after.not_built_here) & {*after.judged, *after.left_out}
    assert "EC2.15" in judge(ALL_CHECKS, within, on=date(2026, 12, 1)).judged
    assert judge(ALL_CHECKS, stack, on=date(2026, 12, 1)).not_built_here == ()
