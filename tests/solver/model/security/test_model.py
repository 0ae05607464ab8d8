"""The security of a site: measures of its profile, keys, roles, secrets and logs, to the cent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.errors import CatalogError, InfeasibleError
from solver.model.answer import PoolAnswer
from solver.model.backend import backend
from solver.model.network.model import solve_network
from solver.model.security.effects import built_measures, with_log_retention, with_measures
from solver.model.security.model import solve_security
from solver.model.storage.model import solve_storage
from solver.plan.compute import ComputePlan
from solver.plan.cost import total_usd_per_month
from solver.plan.network import NetworkPlan
from solver.plan.security import KeyPurpose, SecurityPlan
from solver.vocabulary import AccessMode, LockMode

DemandMaker = Callable[..., Demand]
ComputeMaker = Callable[..., ComputePlan]
Solver = Callable[[Demand], tuple[PoolAnswer[SecurityPlan], NetworkPlan, ComputePlan]]
BUCKET = {
    "kind": "bucket",
    "written_gib_per_month": 10,
    "object_mib": 1,
    "retention_days": 365,
    "access": [{"from_days": 0, "reads_per_object_month": 2, "retrieved_share_per_month": 1}],
}
APP = {
    "exposure": "public",
    "secrets": {"TOKEN": "api-token", "PASSWORD": "database"},
    "uses": {"documents": "read"},
    "logs_gib_per_month": 10,
}


@pytest.fixture(scope="module")
def solve(catalog: Catalog, make_compute: ComputeMaker) -> Solver:
    def run(demand: Demand) -> tuple[PoolAnswer[SecurityPlan], NetworkPlan, ComputePlan]:
        compute = make_compute(demand)
        storage = solve_storage(demand, "main", catalog).plan
        network = solve_network(demand, "main", catalog, compute=compute, storage=storage).plan
        answer = solve_security(
            demand, "main", catalog, backend("highs"), network=network, compute=compute, storage=storage
        )
        return answer, network, compute

    return run


@pytest.mark.parametrize("profile", ["none", "baseline", "hipaa-like", "pci-like"])
def test_every_control_of_the_profile_is_covered(
    solve: Solver, catalog: Catalog, make_demand: DemandMaker, profile: str
) -> None:
    demand = make_demand({"app": APP}, {"documents": BUCKET}, compliance={"profile": profile})
    answer, _, _ = solve(demand)
    covered = {control for measure in answer.plan.measures for control in measure.controls}
    assert covered == set(catalog.profile(profile).controls)
    # Machines and what starts are left to the compute pool's bound.
    assert 0 < answer.bound_usd_per_month <= total_usd_per_month(answer.lines)


def test_controls_of_a_vpc_that_exists_are_covered_by_no_measure(
    solve: Solver, catalog: Catalog, make_demand: DemandMaker
) -> None:
    region = make_demand().aws_sites["main"].region
    zones = sorted(catalog.region(region).zone_ids[:2])
    existing = {
        "vpc_id": "vpc-0a1b2c3d",
        "subnets": {
            tier: {zone: f"subnet-{digit}a1b2c3{number}" for number, zone in enumerate(zones)}
            for tier, digit in (("private", 0), ("public", 1))
        },
    }
    demand = make_demand(
        {"app": {**APP, "survive": "zone"}}, {"documents": BUCKET}, zones=zones, network={"existing": existing}
    )
    answer, _, _ = solve(demand)
    covered = {control for measure in answer.plan.measures for control in measure.controls}
    asked = set(catalog.profile(demand.compliance.profile).controls)
    assert asked - covered == {"EC2.2", "EC2.15"}


def test_what_the_account_has_is_neither_built_nor_paid(solve: Solver, make_demand: DemandMaker) -> None:
    existing = ["guardduty", "config", "cloudtrail", "cloudtrail-encryption"]
    without, _, _ = solve(make_demand({"app": APP}, {"documents": BUCKET}))
    with_them, _, _ = solve(make_demand({"app": APP}, {"documents": BUCKET}, compliance={"existing": existing}))
    assert built_measures(without.plan) >= set(existing)
    assert not built_measures(with_them.plan) & set(existing)
    assert {measure.name for measure in with_them.plan.measures} >= set(existing)
    assert with_them.bound_usd_per_month < without.bound_usd_per_month
    assert without.plan.keys == (KeyPurpose.LOGS,)
    assert with_them.plan.keys == ()


def test_a_waived_control_is_not_asked_for(solve: Solver, make_demand: DemandMaker) -> None:
    waiver = {"control": "GuardDuty.1", "reason": "another product", "owner": "security", "expires": "2030-01-01"}
    answer, _, _ = solve(make_demand({"app": APP}, {"documents": BUCKET}, compliance={"waivers": [waiver]}))
    assert answer.plan.waived == ("GuardDuty.1",)
    assert "guardduty" not in built_measures(answer.plan)


def test_a_profile_that_asks_for_customer_keys_gets_one_for_each_purpose(
    solve: Solver, make_demand: DemandMaker
) -> None:
    answer, _, _ = solve(make_demand({"app": APP}, {"documents": BUCKET}, compliance={"profile": "hipaa-like"}))
    assert answer.plan.keys == tuple(each for each in KeyPurpose if each is not KeyPurpose.BACKUPS)
    keys = [line for line in answer.lines if line.item == "customer keys"]
    assert [line.amount_per_month for line in keys] == [4.0]


def test_each_role_has_what_its_workload_names_and_no_more(solve: Solver, make_demand: DemandMaker) -> None:
    answer, _, _ = solve(make_demand({"app": APP, "other": {}}, {"documents": BUCKET}))
    app, other = answer.plan.roles
    assert [(access.claim, access.mode) for access in app.access] == [("documents", AccessMode.READ)]
    assert app.secrets == ("api-token", "database")
    assert (other.access, other.secrets) == ((), ())
    assert answer.plan.secrets == ("api-token", "database")


def test_measures_turn_flow_logs_on_and_keep_logs_for_a_year(solve: Solver, make_demand: DemandMaker) -> None:
    demand = make_demand({"app": APP}, {"documents": BUCKET}, compliance={"profile": "pci-like"})
    answer, network, compute = solve(demand)
    assert with_measures(network, answer.plan).flow_logs
    assert with_measures(network, answer.plan).flow_log_retention_days == 365
    assert {service.log_retention_days for service in with_log_retention(compute, answer.plan).services} == {365}
    plain, network, compute = solve(make_demand(compliance={"profile": "none"}))
    assert not with_measures(network, plain.plan).flow_logs
    assert with_log_retention(compute, plain.plan) == compute


def test_a_firewall_stands_before_public_load_balancers_alone(solve: Solver, make_demand: DemandMaker) -> None:
    profile = {"profile": "pci-like"}
    public, _, _ = solve(make_demand({"app": APP}, {"documents": BUCKET}, compliance=profile))
    assert [(waf.load_balancer, waf.requests_per_5_minutes) for waf in public.plan.waf] == [("public", 2_000)]
    closed, _, _ = solve(make_demand(compliance=profile))
    assert closed.plan.waf == ()


def test_logs_are_paid_when_they_come_in_and_while_they_are_kept(solve: Solver, make_demand: DemandMaker) -> None:
    answer, _, _ = solve(make_demand({"app": APP}, {"documents": BUCKET}, compliance={"profile": "none"}))
    lines = {line.detail: line for line in answer.lines if line.item == "logs app"}
    assert lines["bytes ingested"].usd_per_month == 5.0
    # 10 GiB a month, kept 30 days at 15 % of their size.
    assert lines["bytes kept"].amount_per_month == pytest.approx(10 * 0.15 * 30 * 24 / 730)


def test_an_unknown_measure_is_refused_with_near_misses(solve: Solver, make_demand: DemandMaker) -> None:
    with pytest.raises(CatalogError, match="guardduty"):
        solve(make_demand(compliance={"existing": ["guardduti"]}))


def test_measures_of_the_account_that_exclude_what_is_needed_are_named(solve: Solver, make_demand: DemandMaker) -> None:
    with pytest.raises(InfeasibleError) as error:
        solve(make_demand(compliance={"profile": "pci-like", "existing": ["ecr-scan-on-push"]}))
    assert error.value.conflict == (
        "compliance.profile: its control Inspector.2",
        "compliance.existing: ecr-scan-on-push",
    )


SERVICES = (
    "access-analyzer",
    "cloudtrail",
    "config",
    "guardduty",
    "inspector-hosts",
    "inspector-images",
    "security-hub",
)
PARTS = (
    "cloudtrail-alarms",
    "cloudtrail-encryption",
    "cloudtrail-logs",
    "cloudtrail-object-events",
    "guardduty-runtime",
)


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_that_the_account_has_is_skipped(solve: Solver, make_demand: DemandMaker, service: str) -> None:
    profile = {"profile": "pci-like"}
    without, _, _ = solve(make_demand({"app": APP}, {"documents": BUCKET}, compliance=profile))
    existing = [service, *(part for part in PARTS if part.startswith(service))]
    demand = make_demand({"app": APP}, {"documents": BUCKET}, compliance={**profile, "existing": existing})
    skipped, _, _ = solve(demand)
    assert service in built_measures(without.plan)
    assert not set(existing) & built_measures(skipped.plan)
    assert not any(line.item == f"measure {service}" for line in skipped.lines)
    controls = {control for measure in skipped.plan.measures for control in measure.controls}
    assert controls == {control for measure in without.plan.measures for control in measure.controls}


def test_a_part_of_what_the_account_has_is_not_taken_for_built(solve: Solver, make_demand: DemandMaker) -> None:
    compliance = {"profile": "pci-like", "existing": ["guardduty"]}
    with pytest.raises(InfeasibleError) as error:
        solve(make_demand({"app": APP}, {"documents": BUCKET}, compliance=compliance))
    assert "compliance.existing: guardduty" in error.value.conflict


def test_secrets_are_rotated_by_functions_of_the_region(solve: Solver, make_demand: DemandMaker) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
    wish = {"database": {"rotation_days": 30, "rotation_lambda_arn": arn}}
    answer, _, _ = solve(make_demand({"app": APP}, {"documents": BUCKET}, secrets=wish))
    assert [(each.secret, each.days, each.lambda_arn) for each in answer.plan.rotations] == [("database", 30, arn)]


def test_roles_have_the_wished_boundary(solve: Solver, make_demand: DemandMaker) -> None:
    arn = "arn:aws:iam::123456789012:policy/workloads"
    assert (
        solve(make_demand({"app": APP}, {"documents": BUCKET}, permissions_boundary=arn))[0].plan.permissions_boundary
        == arn
    )


def test_a_trail_is_locked_where_that_is_wished_for_and_there_is_one(solve: Solver, make_demand: DemandMaker) -> None:
    def asked(**compliance: Any) -> Demand:
        return make_demand({"app": APP}, {"documents": BUCKET}, compliance={"trail_lock": "compliance", **compliance})

    answer, _, _ = solve(asked())
    assert answer.plan.trail_lock is LockMode.COMPLIANCE
    for without in ({"profile": "none"}, {"existing": ["cloudtrail", "cloudtrail-encryption", "cloudtrail-logs"]}):
        with pytest.raises(InfeasibleError) as error:
            solve(asked(**without))
        assert error.value.conflict == ("compliance.trail_lock: compliance",)
