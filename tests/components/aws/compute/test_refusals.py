"""Plans that AWS can't run."""

from __future__ import annotations

import pytest

from solver.errors import InfeasibleError
from solver.plan.plan import SitePlan
from solver.vocabulary import AcceleratorKind, PurchaseOption
from tests.components import plans
from tests.components.aws import edits, upstream
from tests.recorder import record

SITE = plans.full_site()
GANG = "g5-12xlarge-on-demand"


def refusal(site: SitePlan) -> tuple[str, ...]:
    with pytest.raises(InfeasibleError, match="AWS can't run this plan") as caught:
        record(lambda: upstream.compute_pool(site))
    return caught.value.conflict


def with_volumes(site: SitePlan, **changes: object) -> SitePlan:
    volumes = tuple(volume.model_copy(update=changes) for volume in site.storage.volumes)
    return site.model_copy(update={"storage": site.storage.model_copy(update={"volumes": volumes})})


def test_a_gang_on_spot_machines() -> None:
    assert refusal(edits.with_group(SITE, GANG, purchase=PurchaseOption.SPOT)) == (
        f"training: a gang of 2 workers on spot machines ({GANG})",
    )


@pytest.mark.parametrize("kind", [AcceleratorKind.INFERENTIA, AcceleratorKind.TRAINIUM, AcceleratorKind.FPGA])
def test_two_replicas_with_named_devices_on_one_machine(kind: AcceleratorKind) -> None:
    site = edits.with_variants(SITE, "assistant", accelerator_kind=kind, accelerator_count=1)
    shared = edits.with_group(site, "c7i-xlarge-on-demand", slots={"assistant.cpu": 2}, accelerator_kind=kind)
    (line,) = refusal(shared)
    assert line == f"c7i-xlarge-on-demand: 2 × assistant.cpu on one machine, whose {kind} devices ECS can't divide"


def test_two_workloads_with_named_devices_on_one_machine() -> None:
    site = edits.with_variants(SITE, "assistant", accelerator_kind=AcceleratorKind.INFERENTIA, accelerator_count=1)
    site = edits.with_variants(site, "recommender", accelerator_kind=AcceleratorKind.INFERENTIA, accelerator_count=1)
    (line,) = refusal(site)
    assert "1 × assistant.cpu, 1 × recommender.cpu on one machine" in line


def test_jobs_whose_whole_vcpus_do_not_fit() -> None:
    site = edits.with_job(SITE, variant=edits.job(SITE).variant.model_copy(update={"cpu_millis": 15_500}))
    (line,) = refusal(edits.with_group(site, GANG, slots={"training.gpu": 3}, vcpus=47))
    assert line == f"{GANG}: its jobs' cpu, in whole vCPUs as Batch counts it, is more than its 47 vCPUs"


def test_two_volumes_for_each_replica_and_a_striped_one() -> None:
    site = edits.with_service(with_volumes(SITE, attach="replica"), "fraud", storage=("checkpoints", "scratch"))
    assert refusal(site) == (
        "fraud: checkpoints and scratch for each replica; one is possible",
        "fraud: checkpoints for each replica in 2 stripes; one is possible",
    )


def test_a_volume_for_each_of_several_replicas_of_a_job_on_one_machine() -> None:
    site = edits.with_job(with_volumes(SITE, attach="replica"), kind="batch", workers=4)
    shared = edits.with_group(site, GANG, slots={"training.gpu": 2}, vcpus=96)
    assert refusal(shared) == ("training: checkpoints for each replica, with 2 replicas on a machine; one is possible",)


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_made() -> None:
    spot = edits.with_group(SITE, GANG, purchase=PurchaseOption.SPOT)
    site = edits.with_service(with_volumes(spot, attach="replica"), "fraud", storage=("checkpoints", "scratch"))
    assert len(refusal(site)) == 3
