"""What Check refuses of docker's types, and what a change of each does; no engine is asked."""

from __future__ import annotations

from typing import Any

import pytest

from poolwright.engine.sandbox.docker.hosts import Host, host_failures, host_of
from poolwright.engine.sandbox.docker.provider import DockerProvider
from poolwright.engine.sandbox.subject import NameWish, Refused, Subject
from poolwright.engine.sandbox.values import UNKNOWN
from tests.poolwright.engine.sandbox.docker.conftest import NO_SECRETS, checked, subject

NOWHERE = "unix:///nowhere/docker.sock"
PROVIDER = DockerProvider(Host(NOWHERE, NOWHERE), {})
CONTAINER: dict[str, Any] = {"name": "web", "image": "sha256:1"}

WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("Container", {"image": "x", "imge": "x"}, "imge", "unknown property. Did you mean 'image'?"),
    ("Container", {"image": "x", "memory": "64Mi"}, "memory", "expected an integer"),
    (
        "Container",
        {"image": "x", "ports": [{"internal": 1, "extrnal": 1}]},
        "ports[0].extrnal",
        "Did you mean 'external'?",
    ),
    ("Container", {"image": "x", "ports": [{"internal": 70000}]}, "ports[0].internal", "1 to 65535"),
    ("Container", {"image": "x", "restart": "sometimes"}, "restart", "no, on-failure, always or unless-stopped"),
    ("Container", {"image": "x", "memory": 5}, "memory", "Minimum memory limit allowed is 6MB"),
    ("Container", {"image": "x", "memory": 64, "memorySwap": 32}, "memorySwap", "should be larger than memory"),
    ("Container", {"image": "x", "cpus": "half"}, "cpus", "a number of CPUs in quotes"),
    ("Container", {"image": "x", "cpuSet": "a"}, "cpuSet", "numbers of CPUs"),
    ("Container", {"image": "x", "name": "a b"}, "name", "only [a-zA-Z0-9]"),
    ("Container", {"image": "x", "envs": ["=1"]}, "envs[0]", "NAME=value"),
    ("Container", {"image": "x", "command": ["sh", ""]}, "command", "may not be empty"),
    ("Container", {"image": "x", "rm": True, "restart": "always"}, "rm", "AutoRemove"),
    ("Container", {"image": "x", "maxRetryCount": 3, "restart": "always"}, "maxRetryCount", "'on-failure'"),
    ("Container", {"image": "x", "uploads": [{"file": "/a"}]}, "uploads[0]", "one of content, contentBase64"),
    (
        "Container",
        {"image": "x", "uploads": [{"file": "/a", "content": "b", "permissions": "400"}]},
        "uploads[0].permissions",
        "four octal digits",
    ),
    ("Container", {"image": "x", "healthcheck": {"interval": "often"}}, "healthcheck.interval", "a duration"),
    (
        "Container",
        {"image": "x", "mounts": [{"type": "nfs", "target": "/a"}]},
        "mounts[0].type",
        "bind, volume or",
    ),
    (
        "Container",
        {"image": "x", "volumes": [{"containerPath": "/a"}, {"containerPath": "/a"}]},
        "volumes[1].containerPath",
        "Duplicate mount point: /a",
    ),
    ("Network", {"ipamConfigs": [{"subnet": "10.0.0.1/8"}]}, "ipamConfigs[0].subnet", "host bits set"),
    ("Volume", {"drivr": "local"}, "drivr", "Did you mean 'driver'?"),
    ("Image", {"imageName": "a", "build": {"context": "/nowhere"}}, "build.context", "is no folder"),
    ("Service", {"taskSpec": {}}, "", "it drives Container, Image, Network, RemoteImage, Tag, Volume"),
]


@pytest.mark.parametrize(("kind", "inputs", "path", "reason"), WRONG, ids=[f"{each[0]}-{each[2]}" for each in WRONG])
def test_a_wrong_input_is_refused_with_its_path(kind: str, inputs: dict[str, Any], path: str, reason: str) -> None:
    failures = PROVIDER.check(subject(kind, "thing"), inputs, {}, NameWish()).failures

    assert [failure.path for failure in failures] == [path]
    assert reason in failures[0].reason


def test_a_missing_input_is_refused_when_its_resource_is_made_and_in_the_preview_of_that() -> None:
    """Not before: where an `up` goes on after a failure, Check is not shown what the failed one would have told."""
    inputs = checked(PROVIDER, "Container", {"name": "web"})

    with pytest.raises(Refused, match="image: missing required property"):
        PROVIDER.preview_create(subject("Container", "web"), inputs)
    with pytest.raises(Refused, match="image: missing required property"):
        PROVIDER.create(subject("Container", "web"), inputs, NO_SECRETS)


def test_an_unknown_type_is_refused_with_the_one_that_was_probably_meant() -> None:
    token = "docker:index/contaner:Contaner"
    failures = PROVIDER.check(Subject(urn="urn", token=token, name="a"), {}, {}, NameWish()).failures

    assert "Did you mean 'docker:index/container:Container'?" in failures[0].reason


def test_defaults_are_those_of_the_provider_and_a_name_is_made() -> None:
    inputs = checked(PROVIDER, "Container", {"image": "x"}, "web")

    assert inputs["restart"] == "no"
    assert inputs["mustRun"] is True
    assert str(inputs["name"]).startswith("web-")
    assert str(inputs["name"]) != str(
        PROVIDER.check(subject("Container", "web"), {"image": "x"}, {}, NameWish(seed=8)).inputs["name"]
    )


CHANGES: list[tuple[str, Any, bool]] = [
    ("memory", 128, False),
    ("cpuShares", 2, False),
    ("restart", "always", False),
    ("healthcheck", {"tests": ["CMD", "true"]}, False),
    ("tmpfs", {"/tmp": "size=1m"}, False),
    ("destroyGraceSeconds", 5, False),
    ("cpus", "0.5", True),
    ("envs", ["A=1"], True),
    ("image", "sha256:2", True),
    ("ports", [{"internal": 80}], True),
    ("readOnly", True, True),
    ("uploads", [{"file": "/a", "content": "b"}], True),
    ("volumes", [{"containerPath": "/a"}], True),
]


@pytest.mark.parametrize(("name", "value", "replaces"), CHANGES, ids=[each[0] for each in CHANGES])
def test_a_change_replaces_a_container_where_the_provider_does(name: str, value: Any, replaces: bool) -> None:
    old = checked(PROVIDER, "Container", CONTAINER)
    new = checked(PROVIDER, "Container", {**CONTAINER, name: value})
    result = PROVIDER.diff(subject("Container", "web"), old, new)

    assert result.differences
    assert all(difference.replaces is replaces for difference in result.differences)
    # Two containers can't have one name: the old one goes first.
    assert result.deletes_first


def test_every_change_of_a_network_or_volume_replaces_it() -> None:
    for kind, change in (("Network", {"internal": True}), ("Volume", {"driver": "local"})):
        old, new = (checked(PROVIDER, kind, {"name": "one", **extra}) for extra in ({}, change))

        assert [each.replaces for each in PROVIDER.diff(subject(kind, "a"), old, new).differences] == [True]


def test_a_preview_asks_no_engine() -> None:
    outputs = PROVIDER.preview_create(subject("Container", "web"), checked(PROVIDER, "Container", CONTAINER))

    assert outputs["image"] == "sha256:1"
    assert outputs["networkDatas"] is UNKNOWN


def test_without_an_engine_one_line_names_the_address_that_was_tried() -> None:
    with pytest.raises(Refused) as refused:
        PROVIDER.create(subject("Volume", "a"), checked(PROVIDER, "Volume", {"name": "one"}), NO_SECRETS)

    assert str(refused.value).startswith(f"no Docker Engine answers at {NOWHERE}: No such file or directory. ")
    assert "POOLWRIGHT_SANDBOX_DOCKER_HOST=" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_hosts_that_are_stood_in_for_have_a_loopback_address_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOLWRIGHT_SANDBOX_DOCKER_HOST", "unix:///stand-in.sock")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    first, second, own = (host_of({"host": name}) for name in ("ssh://a@one", "tcp://two:2376", "unix:///own.sock"))

    assert (first.address, second.address, own.address) == ("unix:///stand-in.sock",) * 2 + ("unix:///own.sock",)
    assert first.loopback("dev/x") == first.loopback("dev/x")
    addresses = {first.loopback("dev/x"), first.loopback("prod/x"), second.loopback("dev/x")}
    assert len(addresses) == 3
    assert all(address.startswith("127.0.") for address in addresses)
    assert own.published_at(None, "dev/x") == "0.0.0.0"
    assert first.published_at("127.0.0.1", "dev/x") == "127.0.0.1"


def test_without_any_variable_the_usual_socket_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POOLWRIGHT_SANDBOX_DOCKER_HOST", raising=False)
    monkeypatch.delenv("DOCKER_HOST", raising=False)

    assert host_of({"host": "ssh://a@one"}).address == "unix:///var/run/docker.sock"
    assert not host_of({}).stood_in


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"host": "edge-1"}, "host"),
        ({"context": "desk"}, "context"),
        ({"host": "tcp://edge-1:2376", "sshOpts": ["-p", "22"]}, "sshOpts"),
        ({"host": "tcp://edge-1:2376", "caMaterial": "x"}, "caMaterial"),
    ],
)
def test_a_configuration_that_means_nothing_is_refused(config: dict[str, Any], path: str) -> None:
    assert [failure.path for failure in host_failures(config)] == [path]
