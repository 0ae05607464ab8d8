"""The cluster and which node groups it may use."""

from __future__ import annotations

from components.aws.compute.pool import ComputePool
from tests.components import plans
from tests.components.aws import upstream
from tests.recorder import Recording, record


def test_the_cluster_may_use_every_group_of_services_and_no_batch_group(full_compute: Recording[ComputePool]) -> None:
    allowed = full_compute.one(":ClusterCapacityProviders").inputs
    assert allowed["clusterName"] == "prod-main"
    assert allowed["capacityProviders"] == [
        "pool-prod-main-c7g-xlarge-spot",
        "pool-prod-main-c7i-xlarge-on-demand",
        "pool-prod-main-g5-xlarge-on-demand",
    ]


def test_container_insights_are_on_where_the_plan_asks_for_them(full_compute: Recording[ComputePool]) -> None:
    off = full_compute.one("ecs/cluster:Cluster").inputs["settings"]
    assert off == [{"name": "containerInsights", "value": "disabled"}]
    made = record(lambda: upstream.compute_pool(plans.full_site(), measures=frozenset({"container-insights"})))
    assert made.one("ecs/cluster:Cluster").inputs["settings"] == [{"name": "containerInsights", "value": "enabled"}]


def test_a_stack_that_goes_leaves_the_accounts_trunking_to_the_others(full_compute: Recording[ComputePool]) -> None:
    setting = full_compute.one(":AccountSettingDefault")
    assert setting.inputs == {"name": "awsvpcTrunking", "value": "enabled"}
    assert setting.retain_on_delete


def test_trunking_is_set_only_where_the_plan_counts_on_it(minimal_compute: Recording[ComputePool]) -> None:
    assert minimal_compute.of_type(":AccountSettingDefault") == ()
