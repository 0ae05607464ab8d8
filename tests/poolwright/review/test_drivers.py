"""What moved the cost: words that name load and machines, figures that add up."""

from __future__ import annotations

from math import fsum

from hypothesis import given
from hypothesis import strategies as st

from poolwright.review.drivers import Side, drivers_of, hour_words
from poolwright.review.review import DRIVERS
from solver.plan.lock import Lock
from solver.plan.schedule import week_schedule
from solver.quantity import cents
from tests.poolwright.review.reviews import lock_of_shipped


def list_price(region: str, machine: str) -> float:
    return 1.0


def costing(lock: Lock, changes: dict[int, float]) -> Lock:
    """The lock with other costs: item number → what it costs."""
    numbered = [(pool, item) for pool, items in lock.cost_usd_per_month.items() for item in items]
    cost = {pool: dict(items) for pool, items in lock.cost_usd_per_month.items()}
    for number, usd in changes.items():
        pool, item = numbered[number % len(numbered)]
        cost[pool][item] = usd
    total = cents(fsum(usd for items in cost.values() for usd in items.values()))
    proof = lock.proof.model_copy(update={"cost_usd_per_month": total})
    return lock.model_copy(update={"cost_usd_per_month": cost, "proof": proof})


@given(st.dictionaries(st.integers(0, 60), st.integers(0, 500_000).map(lambda amount: amount / 100), max_size=20))
def test_drivers_are_the_whole_difference_to_the_cent(changes: dict[int, float]) -> None:
    old = lock_of_shipped("prod")
    new = costing(old, changes)
    drivers = drivers_of(Side(lock=old, loads=None), Side(lock=new, loads=None), list_price)
    difference = cents(new.proof.cost_usd_per_month - old.proof.cost_usd_per_month)
    assert cents(fsum(driver.usd_per_month for driver in drivers)) == difference
    assert len(drivers) <= DRIVERS + 1
    sizes = [abs(driver.usd_per_month) for driver in drivers[:DRIVERS] if driver.subject != "everything else"]
    assert sizes == sorted(sizes, reverse=True)


def test_more_load_and_more_machines_are_told_with_the_hour() -> None:
    old = lock_of_shipped("prod")
    site = old.aws_sites["main"]
    groups = tuple(
        group.model_copy(
            update={"machines": week_schedule([count + 2 for count in group.machines.hourly()])}
            if "assistant.l4" in group.slots
            else {}
        )
        for group in site.compute.node_groups
    )
    compute = site.compute.model_copy(update={"node_groups": groups})
    item = next(item for item in old.cost_usd_per_month["compute"] if item.startswith("node-group g6-xlarge"))
    number = list(old.cost_usd_per_month["compute"]).index(item)
    dearer = costing(old, {number: old.cost_usd_per_month["compute"][item] + 412})
    new = dearer.model_copy(update={"sites": {"main": site.model_copy(update={"compute": compute})}})
    load = tuple(100.0 for _ in range(168))
    more = tuple(118.0 if hour == 20 else 100.0 for hour in range(168))
    first, *_ = drivers_of(
        Side(lock=old, loads={"assistant": load}), Side(lock=new, loads={"assistant": more}), list_price
    )
    assert first.subject == "assistant"
    assert first.text.startswith("load +18 % at mon 20:00 → ")
    assert "2 more g6.xlarge on-demand" in first.text


def test_what_is_paid_by_use_names_the_load_that_moved() -> None:
    old = lock_of_shipped("prod")
    item = next(item for item in old.cost_usd_per_month["security"] if item.startswith("measure waf"))
    numbered = [(pool, each) for pool, items in old.cost_usd_per_month.items() for each in items]
    new = costing(old, {numbered.index(("security", item)): old.cost_usd_per_month["security"][item] + 75})
    load, more = (100.0,) * 168, (104.0,) * 168

    (told,) = drivers_of(
        Side(lock=old, loads={"assistant": load, "fraud": load}),
        Side(lock=new, loads={"assistant": more, "fraud": load}),
        list_price,
    )
    assert (told.subject, told.text) == (item, "its use, with the load of assistant +4 %")
    (silent,) = drivers_of(Side(lock=old, loads=None), Side(lock=new, loads=None), list_price)
    assert silent.text == "its use"


def test_the_first_plan_is_new_in_all() -> None:
    new = lock_of_shipped("dev")
    drivers = drivers_of(None, Side(lock=new, loads=None), list_price)
    assert {driver.text for driver in drivers[:-1]} == {"new"}
    assert cents(fsum(driver.usd_per_month for driver in drivers)) == new.proof.cost_usd_per_month


def test_an_hour_has_its_day() -> None:
    assert [hour_words(hour) for hour in (0, 20, 167)] == ["mon 00:00", "mon 20:00", "sun 23:00"]
