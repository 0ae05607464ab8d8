"""What a plan says of the renewal of machines."""

from __future__ import annotations

from ipaddress import IPv4Network

from solver.demand.demand import AwsSite, NetworkWish
from solver.demand.machines import MachinesWish, RefreshWish
from solver.model.compute.upkeep import upkeep_of
from solver.plan.upkeep import RefreshPlan, UpkeepPlan


def site(**wishes: object) -> AwsSite:
    return AwsSite.model_validate(
        {"region": "eu-west-1", "network": NetworkWish(cidr=IPv4Network("10.1.0.0/16")), **wishes}
    )


def test_a_site_without_a_wish_has_the_careful_steps_of_a_plan_that_says_nothing() -> None:
    assert upkeep_of(site()) == UpkeepPlan()
    assert upkeep_of(site(machines=MachinesWish())) == UpkeepPlan()


def test_a_lifetime_is_the_plans_as_it_is_wished() -> None:
    assert upkeep_of(site(machines={"max_lifetime_days": 30})) == UpkeepPlan(max_lifetime_days=30)


def test_a_replacement_that_pauses_goes_on_to_the_end_and_one_without_pauses_has_no_checkpoint() -> None:
    assert upkeep_of(site(machines={"refresh": {"checkpoints": [20]}})).refresh.checkpoints == (20, 100)
    for wish in (RefreshWish(checkpoints=()), RefreshWish(bake_minutes=0)):
        found = upkeep_of(site(machines=MachinesWish(refresh=wish))).refresh
        assert found == RefreshPlan(checkpoints=(), bake_minutes=0)
