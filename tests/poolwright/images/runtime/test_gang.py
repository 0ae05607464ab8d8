"""A gang finds itself: each worker learns where all others are, in order of their numbers."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from poolwright.images.runtime.gang import Gang, addresses, gang
from poolwright.images.runtime.train import tf_config, torchrun


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_all_workers_hear_of_all_addresses_by_index() -> None:
    port = free_port()
    members = [Gang(size=3, index=index, main_address="127.0.0.1") for index in (2, 0, 1)]
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(addresses, each, port=port, seconds=20) for each in members]
        found = [each.result() for each in asked]
    assert found == [["127.0.0.1"] * 3] * 3


def test_a_job_outside_of_batch_is_a_gang_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NUM_NODES", "NODE_INDEX", "MAIN_NODE_PRIVATE_IPV4_ADDRESS"):
        monkeypatch.delenv(f"AWS_BATCH_JOB_{name}", raising=False)
    assert gang() == Gang(size=1, index=0, main_address="127.0.0.1")
    assert addresses(gang()) == ["127.0.0.1"]


def test_batch_says_which_worker_this_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_BATCH_JOB_NUM_NODES", "4")
    monkeypatch.setenv("AWS_BATCH_JOB_NODE_INDEX", "2")
    monkeypatch.setenv("AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS", "10.0.0.7")
    monkeypatch.setenv("ACCELERATOR", "cuda")
    line = torchrun(gang(), "trainer")
    assert line[1:] == [
        "-m",
        "torch.distributed.run",
        "--nnodes=4",
        "--node-rank=2",
        "--nproc-per-node=gpu",
        "--master-addr=10.0.0.7",
        "--master-port=29500",
        "--module",
        "trainer",
    ]


def test_tf_distribute_reads_every_worker_and_its_own_number() -> None:
    said = json.loads(tf_config(Gang(size=2, index=1, main_address="10.0.0.1"), ["10.0.0.1", "10.0.0.2"]))
    assert said == {
        "cluster": {"worker": ["10.0.0.1:29500", "10.0.0.2:29500"]},
        "task": {"type": "worker", "index": 1},
    }
