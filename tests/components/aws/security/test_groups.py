"""Security groups and their rules."""

from __future__ import annotations

import pytest

from solver.errors import PoolwrightError
from solver.plan.network import NatPlan
from solver.plan.security import FlowPlan
from solver.vocabulary import NatMode
from tests.components import plans
from tests.components.aws.early import Early, early, with_network, with_security
from tests.recorder import Record, Recording

GROUP_IDS = {
    "load-balancer internal": "main-network-load-balancer-internal-id",
    "load-balancer public": "main-network-load-balancer-public-id",
    "file-system shared": "main-groups-file-system-shared-id",
    "lustre corpus": "main-groups-lustre-corpus-id",
    "endpoints": "main-network-endpoints-id",
    "machines": "main-groups-machines-id",
    **{f"workload {key}": f"main-groups-{key}-id" for key in ("assistant", "fraud", "recommender", "training")},
}


def ingress(recorded: Recording[Early]) -> list[Record]:
    """Incoming rules of flows, without those of a gang among itself."""
    return [r for r in recorded.of_type(":SecurityGroupIngressRule") if r.inputs["ipProtocol"] == "tcp"]


def egress(recorded: Recording[Early], who: str) -> set[tuple[int, str]]:
    """Port and target of the outgoing TCP rules of a group."""
    return {
        (rule.inputs["fromPort"], str(rule.inputs.get("cidrIpv4") or rule.inputs.get("prefixListId")))
        for rule in recorded.of_type(":SecurityGroupEgressRule")
        if rule.inputs["securityGroupId"] == GROUP_IDS[who] and rule.inputs["ipProtocol"] == "tcp"
    }


def test_every_flow_has_exactly_one_rule(full: Recording[Early]) -> None:
    cidrs = {"internet": "0.0.0.0/0", "vpc": "10.20.0.0/16"}
    rules = [
        (
            rule.inputs["securityGroupId"],
            rule.inputs.get("cidrIpv4") or rule.inputs["referencedSecurityGroupId"],
            rule.inputs["fromPort"],
        )
        for rule in ingress(full)
    ]
    flows = [
        (GROUP_IDS[flow.target], cidrs.get(flow.source) or GROUP_IDS[flow.source], flow.port)
        for flow in plans.full_site().security.flows
    ]
    # The one more: agents of machines reach AWS's interfaces in the VPC.
    flows.append((GROUP_IDS["endpoints"], GROUP_IDS["machines"], 443))
    assert sorted(rules) == sorted(flows)
    ranges = {flow.port: flow.to_port or flow.port for flow in plans.full_site().security.flows}
    assert all(rule.inputs["toPort"] == ranges[rule.inputs["fromPort"]] for rule in ingress(full))


def test_a_flow_from_the_whole_vpc_to_endpoints_serves_machines_too() -> None:
    site = plans.full_site()
    others = tuple(flow for flow in site.security.flows if flow.target != "endpoints")
    flow = FlowPlan(source="vpc", target="endpoints", port=443, reason="all reach AWS")
    recorded = early(with_security(site, flows=(*others, flow)))
    to_endpoints = [rule.name for rule in ingress(recorded) if "endpoints-from" in rule.name]
    assert to_endpoints == ["main-groups-endpoints-from-vpc-443"]


def test_the_internet_reaches_public_load_balancers_only(full: Recording[Early]) -> None:
    open_to_all = {
        rule.inputs["securityGroupId"] for rule in ingress(full) if rule.inputs.get("cidrIpv4") == "0.0.0.0/0"
    }
    assert open_to_all == {GROUP_IDS["load-balancer public"]}


def test_nothing_comes_in_to_machines(full: Recording[Early]) -> None:
    assert GROUP_IDS["machines"] not in {rule.inputs["securityGroupId"] for rule in ingress(full)}


def test_what_leaves_a_group_is_what_its_flows_ask_for_and_https(full: Recording[Early]) -> None:
    assert egress(full, "workload assistant") == {
        (443, "0.0.0.0/0"),
        (2049, "10.20.0.0/16"),
        (50051, "10.20.0.0/16"),
    }
    assert egress(full, "workload fraud") == {(443, "0.0.0.0/0")}
    assert egress(full, "machines") == {(443, "0.0.0.0/0")}
    assert egress(full, "load-balancer public") == {(8080, "10.20.0.0/16"), (8501, "10.20.0.0/16")}


def test_file_systems_and_endpoints_never_call(full: Recording[Early]) -> None:
    assert egress(full, "file-system shared") == set()
    assert egress(full, "endpoints") == set()


def test_without_nat_nothing_leaves_but_to_endpoints() -> None:
    site = with_network(plans.full_site(), nat=NatPlan(mode=NatMode.NONE, zones=(), reason="a test"))
    recorded = early(site)
    prefix_list = recorded.one(":VpcEndpoint", "main-network-endpoint-s3").outputs["prefixListId"]
    assert egress(recorded, "workload fraud") == {(443, "10.20.0.0/16"), (443, prefix_list)}
    assert egress(recorded, "machines") == {(443, "10.20.0.0/16"), (443, prefix_list)}


def test_workers_of_a_gang_reach_each_other_on_any_port(full: Recording[Early]) -> None:
    rules = [r for r in full.records if r.type.endswith("gressRule") and r.inputs["ipProtocol"] == "-1"]
    assert len(rules) == 2
    for rule in rules:
        assert rule.inputs["securityGroupId"] == GROUP_IDS["workload training"]
        assert rule.inputs["referencedSecurityGroupId"] == GROUP_IDS["workload training"]


def test_a_single_worker_needs_no_such_rule() -> None:
    site = plans.full_site()
    job = site.compute.jobs[0].model_copy(update={"workers": 1})
    recorded = early(site.model_copy(update={"compute": site.compute.model_copy(update={"jobs": (job,)})}))
    assert all(r.inputs["ipProtocol"] == "tcp" for r in recorded.records if r.type.endswith("gressRule"))


def test_a_flow_to_something_that_the_plan_does_not_have_is_refused_in_words() -> None:
    flow = FlowPlan(source="internet", target="workload ghost", port=80, reason="a test")
    with pytest.raises(PoolwrightError, match="names workload ghost, which the plan does not have"):
        early(with_security(plans.full_site(), flows=(flow,)))


def test_a_workload_added_later_changes_no_rule_of_the_others() -> None:
    site = plans.full_site()
    flows = tuple(flow for flow in site.security.flows if "fraud" not in flow.source + flow.target)
    before, after = early(with_security(site, flows=flows)), early(site)
    for kind in (":SecurityGroupIngressRule", ":SecurityGroupEgressRule"):
        old = {record.urn: record.inputs for record in before.of_type(kind)}
        new = {record.urn: record.inputs for record in after.of_type(kind)}
        assert old.items() <= new.items()


def test_groups_are_known_by_what_they_are_for(full: Recording[Early]) -> None:
    groups = full.built.groups
    assert set(groups.workloads) == {"assistant", "fraud", "recommender", "training"}
    assert set(groups.load_balancers) == {"internal", "public"}
    assert set(groups.file_systems) == {"corpus", "shared"}
    assert groups.endpoints is not None
