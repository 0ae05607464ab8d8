"""Events of a load, and the one week that is planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.demand.edits import with_edits
from solver.demand.loader import LoadedDemand, load_demand
from solver.demand.workloads import Service
from solver.errors import DemandError

STACK = """\
owner: shop@example.com
sites: {main: {region: eu-west-1, network: {cidr: 10.20.0.0/16}}}
workloads:
  shop:
    kind: service
    image: {}
    load:
      constant_per_second: 10
      events:
        sale-day: {date: 2026-11-27, times: 8}
        rush: {date: 2026-11-27, times: 9, opens: 18:00, hours: 2}
        long-night: {date: 2026-11-29, times: 2, opens: 20:00, hours: 8}
        quiet: {date: 2026-12-01, times: 0.5}
    variants: {cpu: {cpu: 1, memory: 1Gi, throughput_per_second: 10, source: made up}}
"""


def loaded(folder: Path, *edits: tuple[str, str]) -> LoadedDemand:
    path = folder / "shop.yaml"
    path.write_text(STACK, "utf-8")
    return with_edits(load_demand(path), edits)


def week(folder: Path, *edits: tuple[str, str]) -> tuple[float, ...]:
    shop = loaded(folder, *edits).demand.workloads["shop"]
    assert isinstance(shop, Service)
    return shop.load.week_per_second()


def test_a_week_as_any_has_no_events(tmp_path: Path) -> None:
    assert week(tmp_path) == (10,) * 168


def test_events_count_in_the_week_that_they_are_in_and_the_highest_of_an_hour_counts(tmp_path: Path) -> None:
    found = week(tmp_path, ("week_of", "2026-11-23"), ("limits.fold", "week"))

    assert found[: 4 * 24] == (10,) * 96
    assert found[4 * 24 : 5 * 24] == (80,) * 18 + (90,) * 2 + (80,) * 4
    assert found[-4:] == (20,) * 4, "what goes on on Monday is of the next week"


def test_an_event_that_began_in_the_week_before_goes_on(tmp_path: Path) -> None:
    found = week(tmp_path, ("week_of", "2026-11-30"), ("limits.fold", "week"))

    assert found[:6] == (20,) * 4 + (10,) * 2
    assert found[24:48] == (5,) * 24


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        ({"week_of": "2026-11-25"}, 'week_of: found "2026-11-25"; a Monday is allowed. Did you mean 2026-11-23?'),
        (
            {"week_of": "2026-11-23", "limits.fold": "workdays"},
            'limits.fold: found "workdays"; week is allowed where a day is unlike the others: shop has an event in the '
            "week of 2026-11-23",
        ),
        (
            {"week_of": "2026-11-09", "purchase.commitments": "[{kind: standard-reserved, years: 1}]"},
            "purchase.commitments: found a list of 1; none is allowed together with week_of: what is bought for years "
            "does not follow from one week. State under purchase.held what was bought",
        ),
        (
            {"workloads.shop.load.week_of": "2026-11-23"},
            'workloads.shop.load.week_of: found "2026-11-23"; the week of the whole stack is allowed, and filled in '
            "from there. Set week_of of the stack",
        ),
    ],
)
def test_what_does_not_go_with_a_week_is_told(tmp_path: Path, edits: dict[str, str], told: str) -> None:
    with pytest.raises(DemandError) as refused:
        loaded(tmp_path, *edits.items())

    assert [str(problem) for problem in refused.value.problems] == [told]
