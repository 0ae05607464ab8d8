"""A list of few machine types: the packing holds on all types, and the bound too."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from solver.model.packing import shortlist
from solver.pack import Instance, Item, Machine, pack
from tests.solver.model.packing.test_pack import cheapest, instances


@pytest.mark.parametrize("zoned", [False, True])
def test_a_list_of_one_type_gives_a_bound_that_no_packing_is_below(
    zoned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortlist, "MOST", 0)
    monkeypatch.setattr(shortlist, "_FIRST", 1)
    monkeypatch.setattr(shortlist, "_MORE", 1)
    monkeypatch.setattr(shortlist, "_LISTS", 1)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(instances(zoned=zoned))
    def check(instance: Instance) -> None:
        packing = pack(instance)
        assert packing.check(instance) == ()
        assert packing.bound_usd_per_hour <= cheapest(instance) + 1e-9

    check()


def test_among_thousands_of_types_the_one_that_fits_is_found() -> None:
    """Prices are those of the room, but one type, made for five of the items, is a tenth cheaper."""
    machines = [Machine(f"m{n:04d}", {"cpu": 2 + n / 50, "gib": 120 - n / 50}, 122 + n / 50_000) for n in range(3000)]
    machines[1700] = Machine("made", {"cpu": 35, "gib": 85}, 110)
    instance = Instance(tuple(machines), (Item("a", {"cpu": 7, "gib": 17}, 500),))
    packing = pack(instance)
    assert packing.check(instance) == ()
    assert {group.machine for group in packing.machines} == {"made"}
    assert packing.proven
