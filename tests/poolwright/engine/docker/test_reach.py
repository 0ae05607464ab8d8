"""Which engine answers for a host, with which certificates, and what is said where none does."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolwright.engine.docker.reach import engine_of, reached
from poolwright.engine.sandbox.docker.hosts import STAND_IN_VARIABLE
from poolwright.images.engine import connect
from solver.errors import ConfigError
from solver.plan.docker import HostPlan
from solver.vocabulary import Architecture

FAR = HostPlan(
    key="gpu",
    docker_host="tcp://10.0.0.5:2376",
    certificates="~/.docker/gpu",
    address="10.0.0.5",
    architecture=Architecture.X86_64,
    cpu_millis=1000,
    memory_mib=1024,
    disk_gib=10,
    network_mbps=1000,
    usd_per_hour=0,
)


def test_a_far_host_is_asked_with_its_certificates_and_stood_in_for_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/mine.sock")
    monkeypatch.delenv(STAND_IN_VARIABLE, raising=False)
    asked = engine_of(FAR, stood_in=False)
    assert (asked.engine.address, asked.certificates) == ("tcp://10.0.0.5:2376", "~/.docker/gpu")
    instead = engine_of(FAR, stood_in=True)
    assert (instead.engine.address, instead.certificates) == ("unix:///run/mine.sock", None)
    own = engine_of(FAR.model_copy(update={"docker_host": None}), stood_in=False)
    assert own.engine.address == "unix:///run/mine.sock"


def test_where_no_engine_answers_both_ways_of_asking_say_the_same(tmp_path: Path) -> None:
    address = f"unix://{tmp_path}/none.sock"
    with pytest.raises(OSError, match="No such file or directory"):
        reached(address, 1)
    with pytest.raises(ConfigError, match="No such file or directory"):
        connect(address)


def test_a_folder_without_certificates_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="certificate"):
        reached("tcp://127.0.0.1:1", 1, str(tmp_path))
