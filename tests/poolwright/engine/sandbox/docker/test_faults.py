"""Faults on request that meet docker: after each, the next request goes on, and nothing is there twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from poolwright.engine.sandbox.docker.faults import DockerFaults
from poolwright.engine.sandbox.docker.provider import DockerProvider
from poolwright.engine.sandbox.subject import Refused
from tests.poolwright.engine.sandbox.docker.conftest import NO_SECRETS, Host, checked, subject


def _with_faults(host: Host, folder: Path, *faults: dict[str, Any]) -> Host:
    file = folder / "faults.json"
    file.write_text(json.dumps(faults), encoding="utf-8")
    own = host.provider.host
    provider = DockerProvider(own, {}, DockerFaults(file, folder / "sandbox", own))
    return Host(provider, host.client, host.image, host.prefix, host.made)


def test_a_host_that_is_gone_answers_again_when_the_fault_is_over(host: Host, tmp_path: Path) -> None:
    gone = {"kind": "docker-host-gone", "host": host.provider.host.name, "after": 1, "times": 2}
    faulty = _with_faults(host, tmp_path, gone, {**gone, "host": "ssh://another"})
    faulty.make("Volume", "first")

    for _ in range(2):
        with pytest.raises(Refused, match=r"no Docker Engine answers at .*Connection refused"):
            faulty.make("Volume", "second")
    assert faulty.make("Volume", "second").id == host.name("second")


def test_a_host_that_goes_with_the_answer_has_one_container_in_the_end(host: Host, tmp_path: Path) -> None:
    gone = {"kind": "docker-host-gone", "host": host.provider.host.name, "moment": "after"}
    faulty = _with_faults(host, tmp_path, gone)
    with pytest.raises(Refused, match="no Docker Engine answers"):
        faulty.run("web")
    known = faulty.run("web")

    found = host.client.containers.list(all=True, filters={"name": host.name("web")})
    assert [each.id for each in found] == [known.id]


def test_an_answer_takes_its_time_and_an_error_has_words_of_its_own(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("poolwright.engine.sandbox.faults.time.sleep", waited.append)
    faulty = _with_faults(
        host,
        tmp_path,
        {"kind": "slow", "type": "docker.Volume", "seconds": 7},
        {"kind": "error", "type": "docker.Network", "code": "x", "message": "the disk is on fire"},
    )
    faulty.make("Volume", "data")
    about = subject("Network", "net")
    with pytest.raises(Refused, match="net: the disk is on fire"):
        faulty.provider.create(about, checked(faulty.provider, "Network", {"name": host.name("net")}), NO_SECRETS)

    assert waited == [7]
