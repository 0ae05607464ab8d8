"""The storage of a site: every claim held, what it costs, and what is left out of the price."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.model.storage.model import solve_storage, volume_usd_per_month
from solver.plan.cost import total_usd_per_month
from solver.vocabulary import Termination

DemandMaker = Callable[..., Demand]
CLAIMS: dict[str, dict[str, Any]] = {
    "scratch": {"kind": "volume", "attach": "machine", "size": "500Gi", "iops": 6000, "throughput_mibps": 400},
    "documents": {
        "kind": "bucket",
        "written_gib_per_month": 100,
        "object_mib": 2,
        "retention_days": 900,
        "access": [
            {"from_days": 0, "reads_per_object_month": 1, "retrieved_share_per_month": 1},
            {
                "from_days": 60,
                "reads_per_object_month": 0,
                "retrieved_share_per_month": 0,
                "retrieval_within_hours": 48,
            },
        ],
    },
    "shared": {
        "kind": "file-system",
        "size": "10Gi",
        "read_gib_per_month": 10,
        "write_gib_per_month": 1,
        "peak_mibps": 5,
    },
}


def test_every_claim_is_held_by_key(catalog: Catalog, make_demand: DemandMaker) -> None:
    demand = make_demand({"app": {"uses": {"scratch": "read-write", "shared": "read"}}}, CLAIMS)
    answer = solve_storage(demand, "main", catalog)
    assert [bucket.key for bucket in answer.plan.buckets] == ["documents"]
    assert [(volume.key, volume.workloads) for volume in answer.plan.volumes] == [("scratch", ("app",))]
    assert [(each.key, each.workloads) for each in answer.plan.file_systems] == [("shared", ("app",))]
    assert answer.plan.protect
    assert answer.termination is Termination.OPTIMAL
    assert answer.bound_usd_per_month == total_usd_per_month(answer.lines)
    assert {reason.subject for reason in answer.reasons} == {
        "bucket documents",
        "volume scratch",
        "file-system shared",
    }


def test_volumes_are_priced_each_and_have_no_line(catalog: Catalog, make_demand: DemandMaker) -> None:
    demand = make_demand({"app": {"uses": {"scratch": "read-write"}}}, CLAIMS)
    answer = solve_storage(demand, "main", catalog)
    assert not any("scratch" in line.item for line in answer.lines)
    # gp3: 500 GiB at 0.08, 3,000 more IOPS at 0.005, 275 more MiB/s at 0.04.
    assert volume_usd_per_month(answer.plan.volumes[0], catalog, "us-east-1") == pytest.approx(40 + 15 + 11)


def test_archives_and_versions_say_what_is_not_priced(catalog: Catalog, make_demand: DemandMaker) -> None:
    not_priced = " ".join(solve_storage(make_demand(storage=CLAIMS), "main", catalog).not_priced)
    assert "restore requests" in not_priced
    assert "overwritten objects of documents" in not_priced
    assert "backups of shared" in not_priced


def test_a_volume_that_no_type_holds_is_refused_with_its_numbers(catalog: Catalog, make_demand: DemandMaker) -> None:
    huge = {"scratch": CLAIMS["scratch"] | {"size": "1024Ti"}}
    with pytest.raises(InfeasibleError) as error:
        solve_storage(make_demand(storage=huge), "main", catalog)
    assert error.value.conflict == (
        "storage.scratch.size: 1Pi",
        "storage.scratch.iops: 6000",
        "storage.scratch.throughput_mibps: 400",
    )


def test_a_file_system_that_no_mode_holds_is_refused(catalog: Catalog, make_demand: DemandMaker) -> None:
    fast = {"shared": CLAIMS["shared"] | {"peak_mibps": 9_000}}
    with pytest.raises(InfeasibleError, match="file system shared"):
        solve_storage(make_demand(storage=fast), "main", catalog)


def test_the_same_demand_gives_the_same_plan(catalog: Catalog, make_demand: DemandMaker) -> None:
    demand = make_demand(storage=CLAIMS)
    assert solve_storage(demand, "main", catalog) == solve_storage(demand, "main", catalog)


def test_a_file_system_stays_where_it_is(catalog: Catalog, make_demand: DemandMaker) -> None:
    losable = {"shared": CLAIMS["shared"] | {"zone_loss_tolerant": False}}
    everywhere = solve_storage(make_demand(storage=CLAIMS), "main", catalog).plan
    one_zone = solve_storage(make_demand(storage=losable), "main", catalog).plan
    assert everywhere.file_systems[0].zone is None
    assert one_zone.file_systems[0].zone is not None
    again = solve_storage(make_demand(storage=losable), "main", catalog, previous=everywhere).plan
    assert again.file_systems[0].zone is None
    moved = solve_storage(make_demand(storage=CLAIMS), "main", catalog, previous=one_zone).plan
    assert moved.file_systems[0].zone is None
