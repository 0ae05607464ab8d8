from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from solver.demand.containers import Sidecar
from solver.demand.demand import Demand
from solver.demand.deployment import Deployment
from solver.demand.references import CONTRADICTIONS, Contradiction, find_contradictions

_SMOKE = "arn:aws:lambda:eu-west-1:123456789012:function:smoke"
WHOLE = Path(__file__).with_name("whole.yaml").read_text("utf-8")


def whole() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(WHOLE.replace("22:00", "'22:00'").replace("06:00", "'06:00'"))
    document = {"stack": "dev", **document}
    del document["sites"]["edge"]
    # It is there for the check that asks it.
    del document["workloads"]["front"], document["monitoring"]["synthetic_checks"]
    return document


def contradictions(document: dict[str, Any]) -> list[str]:
    """What a Demand that is built in Python says, as `path: allowed`."""
    with pytest.raises(ValidationError) as refused:
        Demand.model_validate(document)
    (detail,) = refused.value.errors()
    assert detail["type"] == CONTRADICTIONS and "ctx" in detail
    found: tuple[Contradiction, ...] = detail["ctx"]["contradictions"]
    assert str(refused.value).count(found[0].allowed) >= 1
    return [str(each) for each in found]


def another_site(document: dict[str, Any], cidr: str) -> None:
    document["sites"]["other"] = {"region": "us-east-1", "network": {"cidr": cidr}}


def on_a_site(document: dict[str, Any], site: str) -> None:
    for section in ("workloads", "storage"):
        for entry in document[section].values():
            entry["site"] = site


def test_a_demand_without_contradictions_is_built() -> None:
    assert Demand.model_validate(whole()).stack == "dev"


def test_where_there_are_several_sites_each_claim_names_one_and_volumes_go_with_their_workload() -> None:
    document = whole()
    another_site(document, "10.2.0.0/16")
    on_a_site(document, "main")
    del document["workloads"]["web"]["site"], document["storage"]["files"]["site"]
    document["storage"]["documents"]["site"] = "mian"
    document["storage"]["scratch"].pop("site")
    assert contradictions(document) == [
        "storage.documents.site: one of main, other is allowed. Did you mean main?",
        "storage.files.site: one of main, other is allowed",
    ]


def test_a_service_calls_services_that_exist_and_not_itself() -> None:
    document = whole()
    document["workloads"]["report"]["calls"] = ["web", "report", "wep"]
    document["workloads"]["web"]["calls"] = ["web"]
    assert contradictions(document) == [
        "workloads.web.calls.0: no call is allowed",
        "workloads.report.calls.1: another service is allowed: web",
        "workloads.report.calls.2: another service is allowed: web. Did you mean web?",
    ]


def test_a_workload_is_kept_apart_from_others_that_exist_each_named_once() -> None:
    document = whole()
    document["workloads"]["web"]["apart_from"] = ["report", "web", "trian", "report"]
    document["workloads"]["report"]["apart_from"] = "all"
    hint = "max_per_machine: 1 keeps replicas of one service apart"
    assert contradictions(document) == [
        f"workloads.web.apart_from.1: another workload is allowed: report, train. {hint}",
        "workloads.web.apart_from.2: one of report, train is allowed. Did you mean train?",
        "workloads.web.apart_from.3: each only once is allowed; report is there twice",
    ]


def test_requests_move_only_where_a_load_balancer_has_all_of_them() -> None:
    document = whole()
    web = document["workloads"]["web"]
    web["deployment"] = {"strategy": "canary", "roll_back_on": {"error_share": 0.1, "latency_ms": 5}}
    path = "workloads.web.deployment"
    mine = "alarms takes the name of an alarm of your own"
    measured = f"it is allowed for a service with an exposure: the load balancer measures it. {mine}"
    assert contradictions(document) == [
        f"{path}.strategy: rolling is allowed for a service without an exposure: only a load balancer can move its "
        "requests",
        f"{path}.roll_back_on.error_share: {measured}",
        f"{path}.roll_back_on.latency_ms: {measured}",
    ]
    web |= {"exposure": "public", "protocol": "grpc"}
    document["workloads"]["report"]["calls"] = ["web"]
    assert contradictions(document) == [
        f"{path}.strategy: rolling is allowed for a service that others call by name: these calls pass no load "
        "balancer",
        f"{path}.roll_back_on.error_share: it is allowed for http: a grpc error is an answer 200 to the load balancer. "
        f"{mine}",
    ]


def test_functions_that_deployments_ask_are_in_the_services_region() -> None:
    document = whole()
    hook = {"stage": "post-scale-up", "lambda_arn": "arn:aws:lambda:us-east-1:123456789012:function:smoke"}
    deployment = {"strategy": "blue-green", "hooks": [hook]}
    document["workloads"]["web"] |= {"exposure": "public", "deployment": deployment}
    assert contradictions(document) == [
        "workloads.web.deployment.hooks.0.lambda_arn: one in the service's region is allowed: it may run in eu-west-1. "
        "ECS calls functions of its own region"
    ]
    hook["lambda_arn"] = hook["lambda_arn"].replace("us-east-1", "eu-west-1")
    Demand.model_validate(document)


@pytest.mark.parametrize(
    ("deployment", "words"),
    [
        ({"hooks": [{"stage": "post-scale-up", "lambda_arn": _SMOKE}]}, "hooks are allowed with blue-green"),
        ({"bake_minutes": 5}, "bake_minutes is allowed with blue-green, canary and linear; strategy is rolling"),
        ({"step_minutes": 5}, "step_percent and step_minutes are allowed with canary and linear; strategy is rolling"),
        ({"strategy": "blue-green", "step_percent": 5}, "are allowed with canary and linear; strategy is blue-green"),
        ({"strategy": "linear", "step_percent": 2}, "a step_percent of 3 to 100 is allowed with linear"),
        ({"roll_back_on": {}}, "error_share, latency_ms or alarms are allowed here; nothing is given"),
    ],
)
def test_a_deployment_has_the_figures_of_its_strategy(deployment: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Deployment.model_validate(deployment)


def test_a_sidecar_has_a_name_and_an_image_of_its_own() -> None:
    document = whole()
    sidecars = document["workloads"]["web"]["sidecars"]
    sidecars["web"] = sidecars["proxy"]
    assert contradictions(document) == [
        "workloads.web.sidecars.web: a name that is not the workload's own is allowed",
    ]
    good = {"image": {"reference": "example.com/proxy:1"}, "cpu": "1", "memory": "1Gi"}
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({"image": {}}, "an image with a reference is allowed"),
        ({"memory": "0Mi"}, "cpu and memory above 0 are allowed"),
    ]
    for wrong, words in wrongs:
        with pytest.raises(ValidationError, match=words):
            Sidecar.model_validate({**good, **wrong})


def test_a_workload_uses_claims_that_exist() -> None:
    document = whole()
    document["workloads"]["web"]["uses"] = {"document": "read"}
    assert contradictions(document) == [
        "workloads.web.uses.document: one of documents, scratch, files, corpus is allowed. Did you mean documents?"
    ]


def test_a_volume_belongs_to_one_workload() -> None:
    document = whole()
    document["workloads"]["report"]["uses"] = {"scratch": "read"}
    assert contradictions(document) == [
        "workloads.train.uses.scratch: a volume of this workload alone is allowed; report uses scratch too. "
        "A file system can be shared"
    ]


def test_claims_are_on_the_site_of_their_workload() -> None:
    document = whole()
    another_site(document, "10.2.0.0/16")
    on_a_site(document, "main")
    document["storage"]["files"]["site"] = "other"
    assert contradictions(document) == [
        "workloads.web.uses.files: a claim that is kept on main is allowed; files is on other. A workload runs where "
        "the claims that it uses are; with `sites` each of several sites has one"
    ]


def test_two_claims_of_a_workload_have_paths_of_their_own() -> None:
    document = whole()
    document["workloads"]["train"]["uses"]["files"] = "read"
    document["storage"]["files"]["mount"] = "/scratch"
    assert contradictions(document) == [
        "storage.files.mount: a path of its own is allowed; workload train mounts scratch there too"
    ]


def test_a_load_balancer_and_the_loss_of_a_zone_need_two_zones() -> None:
    document = whole()
    document["sites"]["main"]["zones"] = ["euw1-az1"]
    document["workloads"]["web"] |= {"exposure": "internal", "survive": "zone"}
    assert contradictions(document) == [
        "workloads.web.exposure: an exposure on a site of 2 zones or more is allowed; main has 1. "
        "A load balancer needs subnets in two zones",
        "workloads.web.survive: zone on a site of 2 zones or more is allowed; main has 1",
    ]


def test_services_on_one_load_balancer_have_paths_of_their_own() -> None:
    document = whole()
    web = document["workloads"]["web"]
    web |= {"exposure": "public", "path": "/x"}
    document["workloads"]["same"] = {**web, "path": "/x/"}
    document["workloads"]["inside"] = {**web, "exposure": "internal"}
    document["workloads"]["hidden"] = {**web, "exposure": None}
    assert contradictions(document) == [
        "workloads.same.path: a path of its own is allowed; web has it on the same load balancer"
    ]


def test_a_sites_range_overlaps_neither_its_reserved_ranges_nor_another_sites() -> None:
    document = whole()
    another_site(document, "10.1.128.0/17")
    on_a_site(document, "main")
    document["sites"]["main"]["network"]["reserved"] = ["10.2.0.0/16", "10.0.0.0/12"]
    assert contradictions(document) == [
        "sites.main.network.cidr: a range that does not overlap 10.0.0.0/12 (network.reserved.1) is allowed",
        "sites.other.network.cidr: a range that does not overlap 10.1.0.0/16 of site main is allowed",
    ]


def test_an_existing_vpc_has_subnets_of_the_sites_zones_once_each_inside_its_range() -> None:
    document = whole()
    one, two, other = (f"subnet-0000000{number}" for number in range(3))
    site = document["sites"]["main"]
    site["zones"] = ["euw1-az1", "euw1-az3"]
    site["network"] |= {
        "nat": "single",
        "dual_stack": True,
        "existing": {
            "vpc_id": "vpc-00000000",
            "subnets": {"private": {"euw1-az1": one, "euw1-az2": one}, "public": {"euw1-az1": two}},
            "ranges": {one: "10.1.0.0/20", two: "10.1.1.0/24", other: "10.1.64.0/20"},
        },
    }
    path = "sites.main.network.existing"
    assert contradictions(document) == [
        "sites.main.zones: zones with a private subnet in network.existing are allowed: [euw1-az1, euw1-az2]",
        "sites.main.network.nat: auto is allowed where the VPC exists: its ways out are its own",
        "sites.main.network.dual_stack: false is allowed where the VPC exists: its ranges are its own",
        f"{path}.subnets.private.euw1-az2: a subnet of its own is allowed; zone euw1-az1 has this one, and a subnet "
        "is in one zone",
        f"{path}.ranges.{other}: one of {one}, {two} is allowed",
        f"{path}.ranges.{two}: a range that does not overlap 10.1.0.0/20 of {one} is allowed",
    ]


def test_ranges_beyond_the_vpc_are_apart_from_its_own_and_led_to_once() -> None:
    document = whole()
    network = document["sites"]["main"]["network"]
    network["peers"] = {
        "data": {"vpc_id": "vpc-0a1b2c3d", "ranges": ["10.0.0.0/8", "10.9.0.0/16"]},
        "logs": {"vpc_id": "vpc-0a1b2c3e", "ranges": ["10.9.0.0/16", "10.9.128.0/17"]},
    }
    network["transit_gateway"] = {"id": "tgw-0a1b2c3d", "ranges": ["10.0.0.0/8", "10.1.0.0/16", "10.1.7.0/24"]}
    path = "sites.main.network"
    apart = "a range that does not overlap 10.1.0.0/16 is allowed"
    assert contradictions(document) == [
        f"{path}.peers.data.ranges.0: {apart}",
        f"{path}.peers.logs.ranges.0: a range of its own is allowed; network.peers.data has it",
        f"{path}.transit_gateway.ranges.0: a range of its own is allowed; network.peers.data has it",
        *(
            f"{path}.transit_gateway.ranges.{index}: {apart}; one that holds it, with more than it, is"
            for index in (1, 2)
        ),
    ]


def test_names_of_outputs_need_a_stack_that_has_them() -> None:
    document = whole()
    existing = document["sites"]["main"]["network"]["existing"]
    path = "sites.main.network.existing"
    hint = "The name of an output is allowed where network.existing.stack says of which stack"
    existing |= {"vpc_id": "vpcId", "subnets": {"private": {"euw1-az1": "ids[0]", "euw1-az2": "ids[1]"}}}
    Demand.model_validate(document)
    existing["stack"] = {"kind": "cloudformation", "name": "organization/network/prod"}
    assert contradictions(document) == [
        f"{path}.stack.name: a CloudFormation stack's name like network-prod is allowed"
    ]
    existing["stack"] = {"kind": "pulumi"}
    assert contradictions(document) == [f"{path}.stack: a name is needed for pulumi"]
    existing["stack"] = {"kind": "cloudformation-exports"}
    Demand.model_validate(document)
    existing["stack"] = {"kind": "cloudformation-exports", "name": "network-prod"}
    assert contradictions(document) == [
        f"{path}.stack.name: no name is allowed for cloudformation-exports: they are known by their own names"
    ]
    del existing["stack"]
    assert contradictions(document) == [
        f"{path}.vpc_id: a VPC's id like vpc-0a1b2c3d4e5f60718 is allowed. {hint}",
        *(
            f"{path}.subnets.private.{zone}: a subnet's id like subnet-0a1b2c3d4e5f60718 is allowed. {hint}"
            for zone in ("euw1-az1", "euw1-az2")
        ),
    ]


def test_an_entry_that_is_itself_wrong_still_has_a_name_that_others_may_use() -> None:
    demand = Demand.model_validate(whole())
    workloads = {**demand.workloads, "web": None}
    assert list(find_contradictions({"main": None}, workloads, dict.fromkeys(demand.storage))) == []


def with_two_sites(**workload: Any) -> dict[str, Any]:
    """Two sites, a location that is near one of them, and changes to the service."""
    document = whole()
    another_site(document, "10.2.0.0/16")
    on_a_site(document, "main")
    document["storage"]["files"] |= {"site": None, "sites": ["main", "other"]}
    document["locations"] = {"europe": {"latency_ms": {"main": 30, "other": 100}}}
    document["workloads"]["web"] |= {"site": None, "exposure": "public", "load_from": {"europe": 1.0}} | workload
    return document


def test_a_service_may_run_on_several_sites_near_enough() -> None:
    assert Demand.model_validate(with_two_sites(max_latency_ms=50)).sites_of()["web"] == ("main", "other")


@pytest.mark.parametrize(
    ("workload", "words"),
    [
        ({"site": "main", "sites": ["other"]}, "workloads.web.sites: site or sites is allowed; both are given"),
        (
            {"sites": ["othr"]},
            "workloads.web.sites.0: one of main, other is allowed. Did you mean other?",
        ),
        (
            {"load_from": {"europ": 1.0}},
            "workloads.web.load_from.europ: a location, or a workload that calls web, is allowed: europe. "
            "Did you mean europe?",
        ),
        ({"load_from": {"europe": 0.9}}, "workloads.web.load_from: parts that add up to 1 are allowed"),
        (
            {"exposure": None},
            "workloads.web.load_from.europe: load from users is allowed where exposure is public",
        ),
        (
            {"max_latency_ms": 20},
            "workloads.web.max_latency_ms: at least 30 is allowed: main, the nearest site of web, is 30 ms from europe",
        ),
        (
            {"max_latency_ms": 20, "load_from": {}},
            "workloads.web.max_latency_ms: a limit of a service that has its load from locations or calls is allowed. "
            "load_from says from where, locations how far that is",
        ),
    ],
)
def test_what_is_wrong_with_sites_and_load_is_told(workload: dict[str, Any], words: str) -> None:
    assert words in contradictions(with_two_sites(**workload))


def test_an_unknown_distance_is_told_where_a_limit_needs_it() -> None:
    document = with_two_sites(max_latency_ms=50)
    document["locations"]["europe"]["latency_ms"] = {"main": 30}
    assert contradictions(document) == [
        "locations.europe.latency_ms: milliseconds to main, other are allowed, the sites of web"
    ]
    document["locations"]["europe"]["latency_ms"] = {"main": 30, "othr": 100}
    document["sites"]["main"]["latency_ms"] = {"othr": 80}
    assert contradictions(document)[:2] == [
        "sites.main.latency_ms.othr: other is allowed. Did you mean other?",
        "locations.europe.latency_ms.othr: one of main, other is allowed. Did you mean other?",
    ]


def test_a_location_is_not_called_like_a_workload() -> None:
    document = with_two_sites()
    document["locations"]["report"] = {}
    assert contradictions(document) == [
        "locations.report: a name that no workload has is allowed, since load_from names both"
    ]


def test_a_hidden_service_is_on_a_site_of_its_callers() -> None:
    document = with_two_sites(exposure=None, load_from={}, site="main")
    document["storage"]["documents"]["site"] = "main"
    document["workloads"]["report"] |= {"site": "other", "calls": ["web"]}
    assert contradictions(document) == [
        "workloads.report.calls.0: services that may all run on other, or public ones, are allowed; web is on main and "
        "not public. Another site reaches a service by its public name only"
    ]


def test_load_does_not_come_from_a_circle_of_calls() -> None:
    document = with_two_sites(exposure=None, load_from={}, calls=["again"])
    document["workloads"]["again"] = {**document["workloads"]["web"], "calls": ["web"], "uses": {}}
    assert [text.split(":")[0] for text in contradictions(document)] == [
        "workloads.web.load_from",
        "workloads.again.load_from",
    ]


def test_each_waiver_has_a_ticket_of_its_own() -> None:
    document = whole()
    waiver = document["compliance"]["waivers"][0]
    others = [{**waiver, "control": control} for control in ("EC2.2", "EC2.3")]
    document["compliance"]["waivers"] = [{**waiver, "id": "SEC-1"}, *({**each, "id": "SEC-1"} for each in others)]
    assert contradictions(document) == [
        f"compliance.waivers.{number}.id: an id that no other waiver has is allowed; waivers.0 has this one"
        for number in (1, 2)
    ]
    document["compliance"]["waivers"] = [waiver, *others]
    assert len(Demand.model_validate(document).compliance.waivers) == 3


def test_the_shares_of_a_refresh_are_such_as_aws_takes_and_alarms_bring_machines_back() -> None:
    document = whole()
    document["sites"]["main"]["machines"] = {
        "refresh": {
            "min_healthy_percent": 80,
            "max_healthy_percent": 190,
            "alarms": ["errors"],
            "rollback": False,
        }
    }
    path = "sites.main.machines.refresh"
    assert contradictions(document) == [
        f"{path}.max_healthy_percent: at most 180 is allowed, 100 above min_healthy_percent",
        f"{path}.rollback: true is allowed where alarms are named: what an alarm ends is brought back",
    ]


def test_kept_machines_are_named_once_where_the_site_is_as_many_in_each_zone() -> None:
    document = whole()
    group = "arn:aws:resource-groups:eu-west-1:123456789012:group/team"
    one = {"machine_type": "g5.xlarge", "count": 2, "zones": ["euw1-az1"]}
    two = {**one, "id": "cr-0a1b2c3d4e5f60718", "zones": ["euw1-az1", "euw1-az2"]}
    document["purchase"]["capacity"] = {
        "nameless": one,
        "both": {**one, "id": "cr-0a1b2c3d4e5f60718", "resource_group": group},
        "far": {**one, "resource_group": group, "zones": ["euw1-az3"]},
        "again": {**two, "machine_type": "g6.xlarge"},
        "odd": {**one, "resource_group": f"{group}-2", "count": 3, "zones": ["euw1-az1", "euw1-az2"]},
        "endless": {**one, "id": "cr-0a1b2c3d", "kind": "block"},
        "backwards": {**one, "id": "cr-0a1b2c3e", "starts": "2026-12-24", "ends": "2026-12-24"},
    }
    path = "purchase.capacity"
    assert contradictions(document) == [
        f"{path}.nameless: either id or resource_group is allowed. AWS's console has both",
        f"{path}.both: either id or resource_group is allowed. AWS's console has both",
        f"{path}.far.zones.0: a zone of the site is allowed: euw1-az1, euw1-az2",
        f"{path}.again.zones: one zone is allowed, that of the reservation. "
        "A resource group of reservations may be in several",
        f"{path}.again.id: each only once is allowed; both names it too. It has g5.xlarge there",
        f"{path}.odd.count: a multiple of 2 is allowed: as many machines in each of the zones",
        f"{path}.endless: a day at which the block ends is allowed",
        f"{path}.backwards.ends: a day after 2026-12-24 is allowed",
    ]


def test_secrets_that_change_are_those_of_workloads_by_functions_of_a_sites_region() -> None:
    document = whole()
    document["secrets"] = {"api-tokn": document["secrets"]["api-token"]}
    (found,) = contradictions(document)
    assert found.startswith("secrets.api-tokn: api-token is allowed. Did you mean api-token?")
    document = whole()
    document["sites"]["main"]["region"] = "us-east-1"
    assert any(
        "a function in us-east-1 is allowed; this one is in eu-west-1" in each for each in contradictions(document)
    )


def test_no_machine_waits_where_all_services_may_run_on_spot_machines() -> None:
    document = whole()
    document["sites"]["main"]["machines"] = {"warm_machines": 1}
    assert Demand.model_validate(document).aws_sites["main"].machines is not None
    document["workloads"]["web"]["interruptible_share"] = 1
    (said,) = contradictions(document)
    assert said.startswith("sites.main.machines.warm_machines: none is allowed where all services may run on spot")
    document["purchase"]["spot"] = False
    Demand.model_validate(document)
