"""Flows: each allowed connection comes from a line of the demand."""

from __future__ import annotations

from collections.abc import Callable

from solver.catalog.services import NetworkService
from solver.demand.demand import Demand
from solver.model.network.load_balancers import load_balancers
from solver.model.network.routed import peer_plans, transit_gateway_plan
from solver.model.security.flows import flows_of
from solver.plan.network import EndpointPlan, NatPlan, NetworkPlan
from solver.plan.security import FlowPlan
from solver.plan.storage import FileSystemPlan, StoragePlan
from solver.vocabulary import EndpointKind, NatMode

DemandMaker = Callable[..., Demand]
KIND = NetworkService(
    title="load balancer",
    costs=(),
    limits={"rules_per_listener": 100, "target_groups": 100},
    capacity_unit={
        "new_connections_per_second": 25,
        "active_connections": 3000,
        "gib_per_hour": 1,
        "rule_evaluations_per_second": 1000,
    },
)


def network_of(demand: Demand, *endpoints: EndpointPlan) -> NetworkPlan:
    return NetworkPlan(
        cidr=demand.aws_sites["main"].network.cidr,
        zones=("use1-az1",),
        subnets=(),
        nat=NatPlan(mode=NatMode.NONE, zones=(), reason="test"),
        endpoints=endpoints,
        load_balancers=load_balancers(demand, "main", KIND),
        flow_logs=False,
        flow_log_retention_days=90,
        dns=None,
    )


def connections(flows: tuple[FlowPlan, ...]) -> set[tuple[str, str, int]]:
    return {(flow.source, flow.target, flow.port) for flow in flows}


def test_a_public_service_is_reached_through_its_load_balancer_alone(make_demand: DemandMaker) -> None:
    demand = make_demand({"app": {"exposure": "public", "port": 9000}})
    flows = flows_of(demand, "main", network_of(demand), StoragePlan(protect=True))
    assert connections(flows) == {
        ("internet", "load-balancer public", 80),
        ("internet", "load-balancer public", 443),
        ("load-balancer public", "workload app", 9000),
    }
    assert all(flow.reason == "workloads.app.exposure: public" for flow in flows)


def test_networks_beyond_the_vpc_are_called_on_their_ports_and_call_the_internal_load_balancer_alone(
    make_demand: DemandMaker,
) -> None:
    peers = {"data": {"vpc_id": "vpc-0a1b2c3d", "ranges": ["192.168.0.0/16"], "ports": [5432]}}
    gateway = {"id": "tgw-0a1b2c3d", "ranges": ["172.16.0.0/12"], "callers": True}
    network = {"peers": peers, "transit_gateway": gateway}
    demand = make_demand({"app": {"exposure": "internal", "port": 9000}}, network=network)
    wish = demand.aws_sites["main"].network
    linked = network_of(demand).model_copy(
        update={"peers": peer_plans(wish), "transit_gateway": transit_gateway_plan(wish)}
    )
    flows = flows_of(demand, "main", linked, StoragePlan(protect=True))
    assert connections(flows) == {
        ("vpc", "load-balancer internal", 80),
        ("load-balancer internal", "workload app", 9000),
        ("workload app", "peer data", 5432),
        ("transit-gateway", "load-balancer internal", 80),
    }
    reasons = {flow.target: flow.reason for flow in flows if flow.target == "peer data"}
    assert reasons == {"peer data": "sites.main.network.peers.data.ports: 5432"}


def test_a_call_is_allowed_in_one_direction(make_demand: DemandMaker) -> None:
    demand = make_demand({"front": {"calls": ["back"]}, "back": {"port": 7000}})
    flows = flows_of(demand, "main", network_of(demand), StoragePlan(protect=True))
    assert connections(flows) == {("workload front", "workload back", 7000)}
    assert flows[0].reason == "workloads.front.calls: back"


def test_only_workloads_that_mount_a_file_system_reach_it(make_demand: DemandMaker) -> None:
    demand = make_demand({"app": {}, "other": {}})
    shared = FileSystemPlan(
        key="shared",
        zone=None,
        throughput_mode="elastic",
        provisioned_mibps=None,
        infrequent_after_days=None,
        backup=False,
        mount="/shared",
        workloads=("app",),
        reason="test",
    )
    flows = flows_of(demand, "main", network_of(demand), StoragePlan(file_systems=(shared,), protect=True))
    assert connections(flows) == {("workload app", "file-system shared", 2049)}


def test_interface_endpoints_are_reached_from_the_vpc_and_gateway_endpoints_need_no_flow(
    make_demand: DemandMaker,
) -> None:
    demand = make_demand()
    gateway = EndpointPlan(service="s3", kind=EndpointKind.GATEWAY, reason="free")
    interface = EndpointPlan(service="logs", kind=EndpointKind.INTERFACE, zones=("use1-az1",), reason="cheap")
    storage = StoragePlan(protect=True)
    assert flows_of(demand, "main", network_of(demand, gateway), storage) == ()
    flows = flows_of(demand, "main", network_of(demand, gateway, interface), storage)
    assert connections(flows) == {("vpc", "endpoints", 443)}
