"""Gangs."""

from __future__ import annotations

from components.aws.compute.pool import ComputePool
from solver.vocabulary import PurchaseOption
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import Recording, record

SPOT = edits.with_group(plans.full_site(), "g5-12xlarge-on-demand", purchase=PurchaseOption.SPOT)


def test_a_gang_is_one_multi_node_job_with_a_worker_to_a_machine(full_compute: Recording[ComputePool]) -> None:
    definition = full_compute.one(":JobDefinition")
    assert definition.inputs["type"] == "multinode"
    properties = definition.document("nodeProperties")
    assert properties["numNodes"] == 2
    assert properties["mainNode"] == 0
    assert [nodes["targetNodes"] for nodes in properties["nodeRangeProperties"]] == ["0:"]


def test_a_gang_of_one_is_a_plain_job_and_may_run_on_spot_machines() -> None:
    made = record(lambda: upstream.compute_pool(edits.with_job(SPOT, workers=1)))
    assert made.one(":JobDefinition").inputs["type"] == "container"


def test_a_gang_is_submitted_as_it_is_defined(full_compute: Recording[ComputePool]) -> None:
    request = full_compute.one("scheduler/schedule:Schedule").inputs["target"]["input"]
    assert "ArrayProperties" not in request
