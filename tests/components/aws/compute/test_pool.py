"""The compute pool as a whole."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

from components.aws.compute.pool import ComputePool, commitment_text
from solver.plan.compute import Commitment
from solver.vocabulary import CommitmentKind, Payment
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.components.aws.provider_check import refusals
from tests.recorder import Recording, record

LEAST = {
    "aws:appautoscaling/policy:Policy": 1,
    "aws:appautoscaling/target:Target": 1,
    "aws:autoscaling/group:Group": 1,
    "aws:cloudwatch/logGroup:LogGroup": 1,
    "aws:ec2/launchTemplate:LaunchTemplate": 1,
    "aws:ecs/capacityProvider:CapacityProvider": 1,
    "aws:ecs/cluster:Cluster": 1,
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": 1,
    "aws:ecs/service:Service": 1,
    "aws:ecs/taskDefinition:TaskDefinition": 1,
}


def test_one_service_takes_ten_resources(minimal_compute: Recording[ComputePool]) -> None:
    assert Counter(made.type for made in minimal_compute.of_type("") if made.type.startswith("aws:")) == LEAST


def test_a_site_without_services_has_no_cluster() -> None:
    site = plans.full_site()
    groups = tuple(group for group in site.compute.node_groups if group.runtime == "batch")
    compute = site.compute.model_copy(update={"services": (), "node_groups": groups})
    made = record(lambda: upstream.compute_pool(site.model_copy(update={"compute": compute})))
    assert not made.of_type("ecs/cluster:Cluster")
    assert made.built.outputs.cluster_name is None
    assert set(made.built.outputs.job_queue_arns) == {"training"}


def test_the_order_of_birth_is_the_order_in_which_all_goes_cleanly(full_compute: Recording[ComputePool]) -> None:
    """What depends on another is deleted first: scaling, service, association, provider, machines, cluster."""
    chain = [
        ("appautoscaling/target:Target", "compute-scaling-assistant-cpu"),
        ("ecs/service:Service", "compute-service-assistant-cpu"),
        (":ClusterCapacityProviders", "compute-capacity"),
        (":CapacityProvider", "compute-machines-c7i-xlarge-on-demand-provider"),
        ("autoscaling/group:Group", "compute-machines-c7i-xlarge-on-demand"),
        ("ecs/cluster:Cluster", "compute-cluster"),
    ]
    for (type_, name), (next_type, next_name) in pairwise(chain):
        waits_for = full_compute.one(type_, name).depends_on
        assert full_compute.one(next_type, next_name).urn in waits_for, f"{name} does not wait for {next_name}"


def test_tasks_start_after_their_log_group_and_file_systems(full_compute: Recording[ComputePool]) -> None:
    waits = full_compute.one("ecs/service:Service", "compute-service-assistant-cpu").depends_on
    assert full_compute.one(":LogGroup", "compute-logs-assistant").urn in waits
    assert any(urn.endswith("::mount-target-shared") for urn in waits)


def test_log_groups_are_encrypted_and_keep_what_the_plan_says(full_compute: Recording[ComputePool]) -> None:
    for group in full_compute.of_type(":LogGroup"):
        assert group.inputs["kmsKeyId"].endswith(":key/logs")
    assert full_compute.one(":LogGroup", "compute-logs-assistant").inputs["retentionInDays"] == 30


def test_a_profile_that_asks_for_a_year_of_logs_gets_it() -> None:
    made = record(lambda: upstream.compute_pool(plans.full_site(), measures=frozenset({"log-retention-year"})))
    assert {group.inputs["retentionInDays"] for group in made.of_type(":LogGroup")} == {365}


def test_a_change_of_load_touches_the_workloads_own_resources_alone(full_compute: Recording[ComputePool]) -> None:
    site = edits.with_variants(plans.full_site(), "recommender", weights=(3,), max_replicas=15)
    made = record(lambda: upstream.compute_pool(site))
    before = {kept.name: kept.inputs for kept in full_compute.custom()}
    changed = [kept.name for kept in made.custom() if before[kept.name] != kept.inputs]
    assert changed == ["compute-scaling-recommender-cpu"]


def test_a_workload_added_later_renames_nothing(full_compute: Recording[ComputePool]) -> None:
    site = plans.full_site()
    added = edits.service(site, "recommender").model_copy(update={"key": "another", "load_balancers": ()})
    compute = site.compute.model_copy(
        update={"services": (added, *site.compute.services), "repositories": ("another", *site.compute.repositories)}
    )
    roles = (site.security.roles[0].model_copy(update={"workload": "another"}), *site.security.roles)
    security = site.security.model_copy(update={"roles": roles})
    made = record(lambda: upstream.compute_pool(site.model_copy(update={"compute": compute, "security": security})))
    after = {kept.name: kept.inputs for kept in made.custom()}
    assert all(after[kept.name] == kept.inputs for kept in full_compute.custom())


def test_the_same_plan_gives_the_same_resources(full_compute: Recording[ComputePool]) -> None:
    again = record(lambda: upstream.compute_pool(plans.full_site()))
    assert [(kept.urn, kept.inputs) for kept in again.custom()] == [
        (kept.urn, kept.inputs) for kept in full_compute.custom()
    ]


def test_what_readers_need_is_named_by_the_plans_keys(full_compute: Recording[ComputePool]) -> None:
    outputs = full_compute.built.outputs
    assert set(outputs.service_names) == {"assistant.cpu", "assistant.gpu", "fraud.cpu", "recommender.cpu"}
    assert set(outputs.repository_urls) == {"assistant", "recommender", "training"}
    assert outputs.log_group_names["fraud"] == "/poolwright/prod/main/workload/fraud"
    assert set(outputs.auto_scaling_group_names) == {
        "c7g-xlarge-spot",
        "c7i-xlarge-on-demand",
        "g5-xlarge-on-demand",
    }


def test_commitments_are_told_and_never_bought() -> None:
    commitment = Commitment(
        kind=CommitmentKind.STANDARD_RESERVED,
        years=1,
        payment=Payment.NO_UPFRONT,
        machine_type="c7i.xlarge",
        machines=3,
        usd_per_hour=0.34,
        reason="in use in 168 of 168 hours",
    )
    assert commitment_text(commitment) == "standard-reserved, 1 years, no-upfront: 3 × c7i.xlarge"
    hourly = {"kind": CommitmentKind.COMPUTE_SAVINGS_PLAN, "machine_type": None, "machines": 0}
    assert commitment_text(commitment.model_copy(update=hourly)).endswith(": 0.34 USD an hour")
    family = {"kind": CommitmentKind.INSTANCE_SAVINGS_PLAN, "machine_type": "c7i", "machines": 0}
    assert commitment_text(commitment.model_copy(update=family)).endswith(": 0.34 USD an hour of c7i")
    site = plans.full_site()
    compute = site.compute.model_copy(update={"commitments": (commitment,)})
    made = record(lambda: upstream.compute_pool(site.model_copy(update={"compute": compute})))
    before = record(lambda: upstream.compute_pool(site))
    assert [kept.urn for kept in made.custom()] == [kept.urn for kept in before.custom()]


def test_the_provider_knows_every_property(
    full_compute: Recording[ComputePool], minimal_compute: Recording[ComputePool], tmp_path: Path
) -> None:
    assert refusals(full_compute, tmp_path) == []
    assert refusals(minimal_compute, tmp_path) == []


def test_everything_has_a_name_of_its_own_and_is_a_child_of_the_pool(full_compute: Recording[ComputePool]) -> None:
    pool = full_compute.one("poolwright:aws:ComputePool")
    made = [kept for kept in full_compute.custom() if kept.type.startswith("aws:")]
    assert {kept.parent for kept in made} == {pool.urn}
    assert all(kept.name.startswith("compute-") for kept in made)
