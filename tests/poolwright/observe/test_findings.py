"""Each rule finds what it is for and nothing else; a stack that runs as planned has no finding."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from poolwright.checks.check import Severity
from poolwright.observe.findings.registry import RULES
from poolwright.observe.metrics import Metric
from poolwright.observe.named_anomalies import anomalies
from poolwright.observe.planned import group_subjects
from tests.poolwright.observe.measured_stack import MeasuredStack


@pytest.fixture
def measured() -> MeasuredStack:
    """prod, as planned, for three weeks."""
    return MeasuredStack()


def test_a_stack_that_runs_as_planned_has_no_finding_and_no_anomaly(measured: MeasuredStack) -> None:
    assert measured.findings() == {}
    assert anomalies(measured.observation()) == ()


def _load_doubles(measured: MeasuredStack) -> None:
    measured.values[Metric.LOAD, "assistant"][300:305] *= 2


def _half_the_load(measured: MeasuredStack) -> None:
    for metric in (Metric.LOAD, Metric.ACCELERATOR):
        measured.values[metric, "fraud"] *= 0.5


def _slow(measured: MeasuredStack) -> None:
    measured.values[Metric.LATENCY, "assistant"][:20] = 400.0


def _errors(measured: MeasuredStack) -> None:
    measured.values[Metric.ERRORS, "recommender"][40] = 0.2


def _little_memory(measured: MeasuredStack) -> None:
    measured.values[Metric.MEMORY, "fraud"][::20] = 0.97


def _much_memory(measured: MeasuredStack) -> None:
    measured.values[Metric.MEMORY, "recommender"][:] = 0.3


def _slower_model(measured: MeasuredStack) -> None:
    measured.values[Metric.ACCELERATOR, "fraud"] *= 1.4


def _another_machine(measured: MeasuredStack) -> None:
    measured.values[Metric.MACHINES, "c7g-8xlarge-spot"] += 1


def _taken_back(measured: MeasuredStack) -> None:
    measured.values[Metric.INTERRUPTIONS, "c7g-8xlarge-spot"][::100] = 1


def _many_logs(measured: MeasuredStack) -> None:
    measured.values[Metric.API, "logs"] = np.full(measured.hours, 12.0)


def _no_use(measured: MeasuredStack) -> None:
    measured.values[Metric.OPERATIONS, "scratch"] = np.zeros(measured.hours)


def _cold(measured: MeasuredStack) -> None:
    measured.values[Metric.STORED, "documents"] = np.full(measured.hours, 40_000.0)
    measured.values[Metric.READ, "documents"] = np.full(measured.hours, 0.5)


def _dear(measured: MeasuredStack) -> None:
    measured.values[Metric.COST, "prod"] *= 1.2


PLANTED: dict[str, Callable[[MeasuredStack], None]] = {
    "load-above-plan": _load_doubles,
    "load-below-plan": _half_the_load,
    "latency-missed": _slow,
    "requests-failed": _errors,
    "request-too-small": _little_memory,
    "request-too-large": _much_memory,
    "throughput-changed": _slower_model,
    "idle-machines": _another_machine,
    "spot-interrupted": _taken_back,
    "way-to-aws": _many_logs,
    "idle-storage": _no_use,
    "objects-read": _cold,
    "billed-above-plan": _dear,
}


def test_every_rule_has_a_case() -> None:
    assert tuple(PLANTED) == tuple(rule.id for rule in RULES)


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_fault_comes_back_as_its_finding_alone(measured: MeasuredStack, rule: str) -> None:
    PLANTED[rule](measured)
    found = measured.findings()
    assert [*found] == [rule]
    (finding,) = found[rule]
    assert finding.evidence
    assert finding.cause
    assert "prod" in finding.act or "workloads." in finding.act or "spot_pools" in finding.act


def test_a_processor_beside_an_accelerator_may_ask_for_less(measured: MeasuredStack) -> None:
    # fraud runs on Inferentia2, recommender on processors alone: little load is no reason to ask for less there.
    for service in ("fraud", "recommender"):
        measured.values[Metric.CPU, service] = np.full(measured.hours, 0.1)
    (found,) = measured.findings()["request-too-large"]
    assert found.act == "poolwright whatif prod workloads.fraud.variants.inferentia2.cpu=500m"


def test_groups_of_several_sites_with_one_key_are_told_apart(measured: MeasuredStack) -> None:
    plan = measured.plan
    both = plan.model_copy(update={"sites": {**plan.sites, "second": plan.sites["main"]}})
    subjects = group_subjects(both)
    assert subjects["second", "m8g-xlarge-spot"] == "second/m8g-xlarge-spot"
    assert len(set(subjects.values())) == len(subjects)
    assert group_subjects(plan)["main", "m8g-xlarge-spot"] == "m8g-xlarge-spot"


def test_load_that_replicas_do_not_hold_is_what_users_feel(measured: MeasuredStack) -> None:
    _load_doubles(measured)
    (found,) = measured.findings()["load-above-plan"]
    assert found.severity is Severity.REFUSE
    assert "in 5 of 504 hours" in found.evidence
    assert "Sat 2026-09-19 12:00 for 5 hours" in found.evidence


def test_load_within_the_headroom_is_no_finding(measured: MeasuredStack) -> None:
    # 0.95 of the demand's load × 1.25 is below its headroom of a fifth.
    measured.values[Metric.LOAD, "assistant"] *= 1.25
    assert "load-above-plan" not in measured.findings()


def test_the_saving_of_idle_machines_is_their_price(measured: MeasuredStack) -> None:
    _another_machine(measured)
    (found,) = measured.findings()["idle-machines"]
    # One machine more in every hour of a month, at the spot price of its first zone.
    assert found.usd_per_month == pytest.approx(0.3132 * 730, rel=0.02)


def test_machines_that_the_load_needs_are_not_idle(measured: MeasuredStack) -> None:
    _another_machine(measured)
    measured.values[Metric.LOAD, "recommender"] *= 10
    assert "idle-machines" not in measured.findings()


def test_an_endpoint_is_worth_it_only_above_the_break_even(measured: MeasuredStack) -> None:
    # Three zones cost 3 × 730 × $0.01 = $21.90 a month; a GiB saves $0.045 − $0.01: 626 GiB a month, 0.857 an hour.
    measured.values[Metric.API, "logs"] = np.full(measured.hours, 0.84)
    assert "way-to-aws" not in measured.findings()
    measured.values[Metric.API, "logs"] = np.full(measured.hours, 0.88)
    assert "way-to-aws" in measured.findings()


def test_what_was_not_measured_is_no_finding() -> None:
    measured = MeasuredStack()
    measured.values = {(Metric.LOAD, "assistant"): measured.values[Metric.LOAD, "assistant"]}
    assert measured.findings() == {}


def test_a_wave_of_interruptions_and_a_dear_day_are_named(measured: MeasuredStack) -> None:
    measured.values[Metric.INTERRUPTIONS, "m8g-xlarge-spot"][200:204] = 1
    measured.values[Metric.COST, "prod"][300:310] *= 3
    measured.values[Metric.LOAD, "assistant"][300:308] *= 3
    found = {each.metric: each for each in anomalies(measured.observation())}
    assert found[Metric.INTERRUPTIONS].stretch.measured == 4
    assert "m8g.xlarge was short" in found[Metric.INTERRUPTIONS].cause
    assert found[Metric.COST].cause == "load: assistant had more at the same time"
    assert found[Metric.LOAD].subject == "assistant"


def test_a_dear_day_without_load_points_at_drift(measured: MeasuredStack) -> None:
    measured.values[Metric.COST, "prod"][300:310] *= 3
    (found,) = anomalies(measured.observation())
    assert found.act == "poolwright drift prod"


def test_an_outage_is_told_from_a_holiday(measured: MeasuredStack) -> None:
    measured.values[Metric.LOAD, "fraud"][300:306] = 0
    (found,) = anomalies(measured.observation())
    assert "holiday" in found.cause
    measured.values[Metric.ERRORS, "fraud"][300:306] = 0.9
    (found,) = anomalies(measured.observation())
    assert found.cause == "requests failed at the same time: an outage"
