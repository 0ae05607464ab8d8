"""Bills come out as AWS's own examples have them, and by the rules that its pages state.

Figures: "Understanding how Savings Plans apply to your usage", AWS Savings Plans user guide
(https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html), and "How Reserved Instances are applied",
Amazon EC2 user guide (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html); both read as stored copies on
2026-11-26. The pages round half a cent up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.plan.billing import HourBill, Promise, Reservation, SavingsPlan, bill_hour
from solver.proofs.commitments import Pool, uncovered
from solver.vocabulary import CommitmentKind

INSTANCE = CommitmentKind.INSTANCE_SAVINGS_PLAN
COMPUTE = CommitmentKind.COMPUTE_SAVINGS_PLAN
R5, M5, VCPU, GB, SECONDS, CALLS = (
    "r5.4xlarge Linux",
    "m5.24xlarge Windows",
    "Fargate vCPU",
    "Fargate GB",
    "Lambda GB-second",
    "Lambda million requests",
)
USAGE = {R5: 4, M5: 1, VCPU: 400, GB: 1600, SECONDS: 1_000_000 * 0.5 * 3, CALLS: 1}
ON_DEMAND = {R5: 1.0, M5: 10.0, VCPU: 0.04, GB: 0.004, SECONDS: 0.000015, CALLS: 0.2}
COMPUTE_RATES = {R5: 0.7, M5: 8.2, VCPU: 0.03, GB: 0.003, SECONDS: 0.00001275, CALLS: 0.2}
R5_RATE = {R5: 0.6}
"""With an EC2 instance savings plan for r5 in us-east-1."""


@dataclass(frozen=True)
class Scenario:
    """One of the page's, with what it says comes out."""

    promises: Sequence[Promise]
    used: Sequence[float]
    """USD of each savings plan, machines of each reservation."""
    on_demand: Mapping[str, str] = field(default_factory=dict[str, str])
    """USD by usage, to the cent."""
    total: str = "0.00"
    """USD on demand."""


def compute(usd_per_hour: float) -> SavingsPlan:
    return SavingsPlan(COMPUTE, usd_per_hour, COMPUTE_RATES)


UNTOUCHED = {M5: "10.00", SECONDS: "22.50", CALLS: "0.20"}
SCENARIOS = {
    "no commitment": Scenario([], [], {R5: "4.00", VCPU: "16.00", GB: "6.40", **UNTOUCHED}, "59.10"),
    "1: all usage is covered": Scenario([compute(50.0)], [47.125]),
    "2: some usage is covered": Scenario(
        [compute(2.0)], [2.0], {R5: "1.14", VCPU: "16.00", GB: "6.40", **UNTOUCHED}, "56.24"
    ),
    "3: some usage of several products": Scenario([compute(19.6)], [19.6], UNTOUCHED, "32.70"),
    "4: reservations first": Scenario([compute(18.2), Reservation(2, {R5: 32}, 32)], [18.2, 2.0], UNTOUCHED, "32.70"),
    "5: the family's plan before the wider one": Scenario(
        [compute(16.8), SavingsPlan(INSTANCE, 3.0, R5_RATE)], [16.8, 2.4], UNTOUCHED, "32.70"
    ),
}


def cents(usd: float) -> str:
    return str(Decimal(repr(round(usd, 9))).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def used(bill: HourBill, promises: Sequence[Promise]) -> list[float]:
    holds = [each.machines if isinstance(each, Reservation) else each.usd_per_hour for each in promises]
    return [hold - lost for hold, lost in zip(holds, bill.unused, strict=True)]


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_an_hour_of_the_savings_plans_guide_costs_what_the_guide_says(scenario: Scenario) -> None:
    bill = bill_hour(USAGE, ON_DEMAND, scenario.promises)
    assert used(bill, scenario.promises) == pytest.approx(scenario.used)
    billed = {name: cents(amount * ON_DEMAND[name]) for name, amount in bill.on_demand.items()}
    assert {name: usd for name, usd in billed.items() if usd != "0.00"} == scenario.on_demand
    assert cents(bill.on_demand_usd) == scenario.total


def test_all_usage_at_the_plans_rates_is_the_sum_that_the_guide_prints() -> None:
    assert cents(fsum(each.usd for each in bill_hour(USAGE, ON_DEMAND, [compute(50.0)]).covered)) == "47.13"


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_the_witness_comes_to_the_guides_cents_by_code_of_its_own(scenario: Scenario) -> None:
    left = uncovered({name: float(each) for name, each in USAGE.items()}, ON_DEMAND, pools_of(scenario.promises))
    assert cents(fsum(hours * ON_DEMAND[name] for name, hours in left.items())) == scenario.total


def pools_of(promises: Sequence[Promise]) -> list[Pool]:
    pools: list[Pool] = []
    for each in promises:
        if isinstance(each, Reservation):
            pools.append(Pool(1 if len(each.units) > 1 else 0, each.machines * each.units_per_machine, each.units))
        else:
            pools.append(Pool(2 if each.kind is INSTANCE else 3, each.usd_per_hour, each.rates))
    return pools


M4 = {"m4.large": 4.0, "m4.xlarge": 8.0, "m4.2xlarge": 16.0}
C4 = {"c4.large": 4.0, "c4.xlarge": 8.0, "c4.2xlarge": 16.0}


@pytest.mark.parametrize(
    ("running", "reserved", "left"),
    [
        ({"m4.xlarge": 2}, Reservation(4, M4, 4.0), {}),
        ({"c4.xlarge": 1}, Reservation(1, C4, 4.0), {"c4.xlarge": 0.5}),
        ({"m4.xlarge": 2, "m4.2xlarge": 1}, Reservation(4, M4, 8.0), {}),
        ({"c4.xlarge": 2, "c4.2xlarge": 1}, Reservation(2, C4, 8.0), {"c4.2xlarge": 1.0}),
        ({"c4.xlarge": 2}, Reservation(4, {"c4.large": 1.0}, 1.0), {"c4.xlarge": 2.0}),
    ],
    ids=["two larger ones", "half of one", "two sizes", "small ones first", "a zonal one, of its size alone"],
)
def test_a_reservation_covers_its_family_as_the_guide_to_reserved_instances_says(
    running: dict[str, int], reserved: Reservation, left: dict[str, float]
) -> None:
    prices = dict.fromkeys(running, 1.0)
    bill = bill_hour(running, prices, [reserved])
    assert {name: each for name, each in bill.on_demand.items() if each > 1e-9} == pytest.approx(left)
    mine = uncovered({name: float(each) for name, each in running.items()}, prices, pools_of([reserved]))
    assert {name: each for name, each in mine.items() if each > 1e-9} == pytest.approx(left)


def test_of_two_plans_of_one_kind_the_pair_that_saves_most_is_applied_first() -> None:
    prices = {"a": 1.0, "b": 1.0}
    plans = [SavingsPlan(COMPUTE, 0.5, {"a": 0.6, "b": 0.9}), SavingsPlan(COMPUTE, 0.5, {"a": 0.5, "b": 0.55})]
    bill = bill_hour({"a": 1, "b": 1}, prices, plans)
    assert [(each.promise, each.usage) for each in bill.covered] == [(1, "a"), (0, "b")]
    assert bill.on_demand == pytest.approx({"a": 0.0, "b": 1 - 0.5 / 0.9})


def test_of_equal_savings_the_lower_rate_is_applied_first() -> None:
    bill = bill_hour(
        {"large": 1, "small": 1},
        {"large": 8.0, "small": 2.0},
        [SavingsPlan(COMPUTE, 1.0, {"large": 4.0, "small": 1.0})],
    )
    assert bill.on_demand == {"large": 1.0, "small": 0.0}


NAMES = ("a", "b", "c")
AMOUNTS = st.fixed_dictionaries({name: st.integers(0, 5) for name in NAMES})
PLANS = st.builds(
    SavingsPlan,
    st.sampled_from([INSTANCE, COMPUTE]),
    st.integers(0, 40).map(lambda each: each / 8),
    st.dictionaries(st.sampled_from(NAMES), st.integers(1, 8).map(lambda each: each / 8)),
)
RESERVATIONS = st.builds(
    Reservation,
    st.integers(0, 5),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([4.0, 8.0, 16.0]), min_size=1),
    st.sampled_from([4.0, 8.0]),
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(usage=AMOUNTS, promises=st.lists(PLANS | RESERVATIONS, max_size=4))
def test_what_is_used_is_paid_once_and_no_commitment_pays_more_than_it_holds(
    usage: dict[str, int], promises: list[Promise]
) -> None:
    prices: dict[str, float] = dict.fromkeys(NAMES, 1.0)
    bill = bill_hour(usage, prices, promises)
    for name, amount in usage.items():
        covered = fsum(each.amount for each in bill.covered if each.usage == name)
        assert covered + bill.on_demand.get(name, 0.0) == pytest.approx(amount)
    for place, each in enumerate(promises):
        mine = [one for one in bill.covered if one.promise == place]
        if isinstance(each, Reservation):
            spent = fsum(one.amount * each.units[one.usage] for one in mine) / each.units_per_machine
            holds: float = each.machines
        else:
            spent, holds = fsum(one.usd for one in mine), each.usd_per_hour
        assert spent + bill.unused[place] == pytest.approx(holds)
    assert bill.on_demand_usd == pytest.approx(fsum(bill.on_demand.values()))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(usage=AMOUNTS, promises=st.lists(PLANS | RESERVATIONS, max_size=4))
def test_model_and_witness_come_to_the_same_bill(usage: dict[str, int], promises: list[Promise]) -> None:
    prices = {"a": 1.0, "b": 1.25, "c": 2.0}
    left = uncovered({name: float(each) for name, each in usage.items()}, prices, pools_of(promises))
    mine = fsum(hours * prices[name] for name, hours in left.items())
    assert bill_hour(usage, prices, promises).on_demand_usd == pytest.approx(mine)
