"""Docker's resources in a stack of the real Pulumi engine, on a real Docker Engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws
import pulumi_docker
import pytest

from poolwright.engine import environment
from poolwright.engine.automation import Engine
from poolwright.engine.cli_binary import PulumiCli
from poolwright.engine.environment import Cloud
from poolwright.engine.preview import Operation, Preview
from poolwright.engine.project import Project
from poolwright.engine.sandbox.docker.hosts import STAND_IN_VARIABLE
from solver.errors import CloudError
from tests.poolwright.engine.sandbox.docker.conftest import SLEEPS

pytestmark = pytest.mark.engine


@dataclass
class Stack:
    """A stack with a network, a volume and a container on one host, and a bucket in AWS."""

    prepared: environment.EngineEnvironment
    image: str
    token: str = "first-token"
    resources: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def prefix(self) -> str:
        return f"pw-stack-{os.getpid()}"

    def engine(self) -> Engine:
        return Engine(self.prepared, self._build, lambda text: None, keep_going=True)

    def state(self) -> str:
        project = self.prepared.project
        return (project.state / ".pulumi" / "stacks" / "sites" / "dev.json").read_text(encoding="utf-8")

    def _build(self) -> None:
        provider = pulumi_docker.Provider("edge", host=f"ssh://deploy@{self.prefix}")
        options = pulumi.ResourceOptions(provider=provider)
        network = pulumi_docker.Network("net", name=f"{self.prefix}-net", opts=options)
        volume = pulumi_docker.Volume("data", name=f"{self.prefix}-data", opts=options)
        token = pulumi.Output.secret(self.token)
        pulumi_docker.Container(
            "web",
            name=f"{self.prefix}-web",
            image=self.image,
            command=SLEEPS,
            restart="unless-stopped",
            memory=64,
            volumes=[{"volume_name": volume.name, "container_path": "/data"}],
            networks_advanced=[{"name": network.name, "aliases": ["web"]}],
            uploads=[{"file": "/data/token", "content": token, "permissions": "0400"}],
            opts=options,
        )
        pulumi_aws.s3.Bucket("models", bucket="models-of-the-sites")


@pytest.fixture
def stack(tmp_path: Path, pulumi_cli: PulumiCli, docker_client: Any, small_image: str) -> Generator[Stack]:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: sites\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")
    (tmp_path / "stacks" / "Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-west-1\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text("", encoding="utf-8")
    project = Project(root=tmp_path, home=tmp_path / ".poolwright")
    fresh = Stack(environment.prepare(project, "dev", Cloud.SANDBOX, pulumi_cli), small_image)
    yield fresh
    for each in docker_client.containers.list(all=True, filters={"name": fresh.prefix}):
        each.remove(force=True)
    for each in (
        *docker_client.networks.list(names=[f"{fresh.prefix}-net"]),
        *docker_client.volumes.list(filters={"name": fresh.prefix}),
    ):
        each.remove()


def _operations(result: Preview) -> dict[str, Operation]:
    return {change.name: change.operation for change in result.changed}


def _left(client: Any, prefix: str) -> list[str]:
    found: Callable[..., list[Any]] = client.containers.list
    return [
        *(each.name for each in found(all=True, filters={"name": prefix})),
        *(each.name for each in client.networks.list(names=[prefix])),
        *(each.name for each in client.volumes.list(filters={"name": prefix})),
    ]


def test_a_stack_is_made_replaced_seen_and_removed_with_its_data_kept_in_between(
    stack: Stack, docker_client: Any
) -> None:
    engine = stack.engine()
    engine.up()
    name = f"{stack.prefix}-web"
    first = docker_client.containers.get(name)
    first.exec_run(["touch", "/data/kept"])
    assert first.attrs["HostConfig"]["Memory"] == 64 << 20
    assert first.exec_run(["cat", "/data/token"]).output == b"first-token"
    assert "first-token" not in stack.state()

    stack.token = "second-token"
    assert _operations(engine.up()) == {"web": Operation.REPLACE}
    second = docker_client.containers.get(name)
    assert second.id != first.id
    assert second.exec_run(["ls", "/data"]).output == b"kept\ntoken\n"
    assert "second-token" not in stack.state()

    second.remove(force=True)
    assert _operations(engine.preview(refresh=True))["web"] in (Operation.CREATE, Operation.DELETE)

    engine.destroy()
    assert _left(docker_client, stack.prefix) == []


def test_without_an_engine_the_rest_of_the_stack_is_made_and_the_next_up_goes_on(
    stack: Stack, docker_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setenv(STAND_IN_VARIABLE, "unix:///nowhere/docker.sock")
        assert set(_operations(stack.engine().preview()).values()) == {Operation.CREATE}
        with pytest.raises(CloudError) as failed:
            stack.engine().up()
    assert failed.value.exit_code == 6
    said = [line for line in str(failed.value).splitlines() if "no Docker Engine answers" in line]
    assert len(said) == 1
    assert "missing" not in str(failed.value)
    assert "unix:///nowhere/docker.sock (in place of ssh://deploy@" in said[0]

    made = _operations(stack.engine().up())
    assert made == {"net": Operation.CREATE, "data": Operation.CREATE, "web": Operation.CREATE}
    stack.engine().destroy()
    assert _left(docker_client, stack.prefix) == []
