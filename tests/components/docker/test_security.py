"""What a container may do at most, and secrets that are files and nothing else."""

from __future__ import annotations

import json

import pytest

from components.docker.security import hardened, refuse_unset
from solver.errors import ConfigError
from solver.vocabulary import AcceleratorKind, Framework
from tests.components.docker import hosted
from tests.components.docker.hosted import container
from tests.recorder import record


def test_every_container_that_stays_is_hardened() -> None:
    running = [made for made in hosted.whole().of_type(":Container") if made.inputs["restart"] == "unless-stopped"]
    assert len(running) == 10
    for made in running:
        inputs = made.inputs
        assert inputs["readOnly"] is True and inputs["init"] is True
        assert inputs["user"] == "10001:10001"
        assert inputs["capabilities"] == {"drops": ["ALL"]}
        assert inputs["securityOpts"] == ["no-new-privileges"]
        assert inputs["memorySwap"] == inputs["memory"] > 0
        assert float(inputs["cpus"]) > 0
        assert not {"privileged", "pidMode", "networkMode", "ipcMode"} & set(inputs)
        assert inputs["logOpts"] == {"max-size": "10m", "max-file": "5"}


def test_a_secret_is_a_file_of_the_containers_user_and_never_in_a_variable() -> None:
    recording = hosted.whole()
    writer = container(recording, "one-shop-secrets-writer")
    assert writer.inputs["start"] is False and writer.inputs["networkMode"] == "none"
    assert "4dabf18193072939515e22adb298388d" in json.dumps(writer.inputs["uploads"]), "a secret to the engine"
    (upload,) = writer.inputs["uploads"]["value"]
    text = json.dumps(upload)
    assert '"/run/secrets/shop-token"' in text and '"0400"' in text and '"10001"' in text
    reader = container(recording, "one-shop-cpu-0")
    assert "TOKEN_FILE=/run/secrets/shop-token" in reader.inputs["envs"]
    assert {"volumeName": "prod-plant-one-shop-secrets", "containerPath": "/run/secrets", "readOnly": True} in (
        reader.inputs["volumes"]
    )
    telling = [made.name for made in recording.of_type(":Container") if "hush" in json.dumps(made.inputs)]
    assert telling == ["prod-plant-one-shop-secrets-writer", "prod-plant-two-shop-secrets-writer"]


def test_another_value_makes_another_writer_and_with_it_the_replicas_that_read_it() -> None:
    before = hosted.whole()
    other = {"poolwright:secrets": json.dumps({"shop-token": "louder"})}
    after = record(lambda: hosted.build(hosted.site()), stack="prod", config=other)
    changed = [
        made.name for made in before.of_type(":Container") if made.inputs != after.one(made.type, made.name).inputs
    ]
    assert changed == ["prod-plant-one-shop-secrets-writer", "prod-plant-two-shop-secrets-writer"]
    following = [made.name for made in before.of_type(":Container") if f"{changed[0]}-id" in made.replaced_with]
    assert following == ["prod-plant-one-shop-cpu-0", "prod-plant-one-shop-cpu-1"]


@pytest.mark.parametrize("given", [{}, {"poolwright:secrets": json.dumps({"unused": "x"})}])
def test_a_secret_without_a_value_is_told_with_the_command_that_sets_it(given: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as refused:
        record(lambda: refuse_unset(hosted.site().secrets, "prod"), stack="prod", config=given)
    assert "pulumi config set --stack prod --secret --path 'poolwright:secrets.shop-token'" in str(refused.value)


def test_scratch_is_bounded_and_runs_nothing_unless_the_framework_compiles_there() -> None:
    plain = hardened(hosted.variant(), port=8080)
    assert plain["tmpfs"] == {"/tmp": "rw,nosuid,nodev,noexec,size=128m,mode=1777"}
    assert "shm_size" not in plain
    compiling = hardened(hosted.variant(framework=Framework.PYTORCH, memory_mib=4096), port=8080)
    assert compiling["tmpfs"] == {"/tmp": "rw,nosuid,nodev,exec,size=512m,mode=1777"}
    assert compiling["shm_size"] == 2048


def test_a_private_port_and_neuron_add_the_one_power_that_they_need() -> None:
    assert hardened(hosted.variant(), port=80)["capabilities"]["adds"] == ["NET_BIND_SERVICE"]
    neuron = hosted.variant(accelerator_kind=AcceleratorKind.INFERENTIA, accelerator_count=1)
    assert hardened(neuron, port=8080)["capabilities"]["adds"] == ["IPC_LOCK"]


def test_only_fpga_tools_are_privileged_and_root() -> None:
    settings = hardened(hosted.variant(accelerator_kind=AcceleratorKind.FPGA, accelerator_count=1), port=8080)
    assert settings["privileged"] is True and settings["user"] == "0:0" and settings["read_only"] is True
