"""Parts of container definitions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from components.aws.compute.container import (
    cpu_units,
    gpu_requirement,
    is_privileged,
    log_settings,
    process_settings,
    takes_whole_machine,
    whole_vcpus,
)
from solver.vocabulary import AcceleratorKind, Framework
from tests.components import plans
from tests.components.aws import edits

CPU = edits.variant(plans.full_site(), "assistant", "cpu")
RIGHTS = ("read", "write")


@given(st.lists(st.integers(1, 8000), min_size=1, max_size=64), st.integers(1, 192))
def test_replicas_that_fit_in_thousandths_fit_in_ecs_units(millis: list[int], vcpus: int) -> None:
    if sum(millis) <= vcpus * 1000:
        assert sum(cpu_units(each) for each in millis) <= vcpus * 1024


@given(st.integers(1, 200_000))
def test_batch_gives_at_least_what_was_measured_and_less_than_one_vcpu_more(millis: int) -> None:
    assert 0 <= whole_vcpus(millis) * 1000 - millis < 1000


def test_frameworks_that_share_batches_between_processes_get_half_of_the_memory_for_it() -> None:
    assert process_settings(CPU, rights=RIGHTS) == {"initProcessEnabled": True, "sharedMemorySize": 2048}
    plain = CPU.model_copy(update={"framework": Framework.OTHER})
    assert process_settings(plain, rights=RIGHTS) == {"initProcessEnabled": True}


def test_gpus_are_counted_and_other_accelerators_are_devices() -> None:
    gpu = CPU.model_copy(update={"accelerator_kind": AcceleratorKind.GPU, "accelerator_count": 4})
    assert gpu_requirement(gpu) == [{"type": "GPU", "value": "4"}]
    assert "devices" not in process_settings(gpu, rights=RIGHTS)
    assert not takes_whole_machine(gpu)
    neuron = CPU.model_copy(update={"accelerator_kind": AcceleratorKind.INFERENTIA, "accelerator_count": 2})
    assert gpu_requirement(neuron) == []
    assert process_settings(neuron, rights=("READ", "WRITE"))["devices"] == [
        {"hostPath": "/dev/neuron0", "containerPath": "/dev/neuron0", "permissions": ["READ", "WRITE"]},
        {"hostPath": "/dev/neuron1", "containerPath": "/dev/neuron1", "permissions": ["READ", "WRITE"]},
    ]
    assert takes_whole_machine(neuron)


def test_only_fpga_containers_are_privileged() -> None:
    kinds = [None, *AcceleratorKind]
    privileged = [kind for kind in kinds if is_privileged(CPU.model_copy(update={"accelerator_kind": kind}))]
    assert privileged == [AcceleratorKind.FPGA]


def test_a_slow_log_service_stops_no_container() -> None:
    options = log_settings("/group", "eu-west-1", "cpu")["options"]
    assert options["mode"] == "non-blocking"
    assert options["awslogs-group"] == "/group"
