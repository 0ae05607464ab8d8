"""Planted conflicts of network and storage come back exactly, and what is said to free them does."""

from __future__ import annotations

from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import InfeasibleError
from solver.solve import solve
from tests.solver.model.conflict.planted import content, service

OUTSIDE: dict[str, Any] = {"image": {"reference": "docker.io/library/nginx:1.27"}}
OWN = "an image in the stack's own repository would do"


def network(**more: Any) -> dict[str, Any]:
    return {"network": {"cidr": "10.0.0.0/16"} | more}


def with_storage(**claims: dict[str, Any]) -> dict[str, Any]:
    demand = content({"a": service(uses=dict.fromkeys(claims, "read-write"))}, {}, {})
    return demand | {"storage": claims}


def files(**more: Any) -> dict[str, Any]:
    base = {"kind": "file-system", "size": "10Gi", "read_gib_per_month": 1, "write_gib_per_month": 1}
    return base | {"peak_mibps": 10} | more


PLANTED: dict[str, tuple[dict[str, Any], dict[str, str | None]]] = {
    "a range too small for its subnets": (
        content({"a": service()}, network(cidr="10.0.0.0/26", growth=0), {}),
        {"sites.main.network.cidr: 10.0.0.0/26": "sites.main.network.cidr: 10.0.0.0/23 would do"},
    ),
    "no NAT and bytes for the internet": (
        content({"a": service()}, network(nat="none"), {}),
        {
            "sites.main.network.nat: none": "sites.main.network.nat: auto would do",
            "sites.main.network.internet_gib_per_month: 10": "sites.main.network.internet_gib_per_month: 0 would do",
        },
    ),
    "no NAT and an image from elsewhere": (
        content({"a": service(**OUTSIDE)}, network(nat="none", internet_gib_per_month=0), {}),
        {
            "sites.main.network.nat: none": "sites.main.network.nat: auto would do",
            "workloads.a.image.reference: docker.io/library/nginx:1.27": OWN,
        },
    ),
    "one NAT gateway and a service that outlives a zone": (
        content({"a": service(survive="zone")}, network(nat="single"), {}),
        {
            "sites.main.network.nat: single": "sites.main.network.nat: auto would do",
            "sites.main.network.internet_gib_per_month: 10": "sites.main.network.internet_gib_per_month: 0 would do",
            "workloads.a.survive: zone": "without it there is a plan",
        },
    ),
    "a public service without a name": (
        content({"a": service(exposure="public")}, network(), {}),
        {
            "sites.main.network.dns: nothing": "sites.main.network.dns.domain with a name of yours would do",
            "workloads.a.exposure: public": "workloads.a.exposure: internal would do",
        },
    ),
    "plain TCP behind a load balancer": (
        content({"a": service(exposure="internal", protocol="tcp")}, network(), {}),
        {
            "workloads.a.exposure: internal": "without it there is a plan",
            "workloads.a.protocol: tcp": "workloads.a.protocol: http would do",
        },
    ),
    "a volume larger than any number of stripes": (
        with_storage(scratch={"kind": "volume", "attach": "machine", "size": "1000Ti"}),
        {"storage.scratch.size: 1000Ti": "storage.scratch.size: 512Ti would do"},
    ),
    "files faster than a file system": (
        with_storage(shared=files(peak_mibps=9000)),
        {"storage.shared.peak_mibps: 9000": "storage.shared.peak_mibps: 3072 would do"},
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_conflict_comes_back_exactly(name: str, catalog: Catalog) -> None:
    planted, members = PLANTED[name]
    with pytest.raises(InfeasibleError) as error:
        solve(Demand.model_validate(planted), catalog)
    assert {member.words: member.frees for member in error.value.members} == members
    assert error.value.also == ()


def test_two_claims_are_two_conflicts(catalog: Catalog) -> None:
    claims = {"one": files(peak_mibps=9000), "two": files(peak_mibps=8000, mount="/other")}
    with pytest.raises(InfeasibleError) as error:
        solve(Demand.model_validate(with_storage(**claims)), catalog)
    assert error.value.conflict == ("storage.one.peak_mibps: 9000",)
    assert [[each.words for each in members] for members in error.value.also] == [["storage.two.peak_mibps: 8000"]]
