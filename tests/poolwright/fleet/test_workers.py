"""Several processes and Dask workers: the same answer byte for byte as one process, also when a worker is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import active_children, get_context
from typing import Any

import pytest

from poolwright.fleet.machines import LOCAL, machines, versions
from poolwright.fleet.processes import begin_worker, processes
from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.errors import ConfigError, InfeasibleError
from solver.fleet.plan import Fleet, plan_fleet
from solver.fleet.stack import StackAnswer, StackTask
from tests.solver.fleet.small import PLAN, day, job, service, stack


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    stacks = {
        f"s{number}": stack(
            f"s{number}",
            {"web": service(day(10, 20.0 + 10 * number, number, number + 9)), "nightly": job(20, 6)},
        )
        for number in range(6)
    }
    return Fleet(stacks=stacks, catalog=load_catalog(None, ["us-east-1"]), terms=(PLAN,))


@pytest.fixture(scope="module")
def alone(fleet: Fleet) -> str:
    """What one process answers."""
    return plan_fleet(fleet).model_dump_json()


def test_two_processes_answer_as_one(fleet: Fleet, alone: str) -> None:
    with processes(2) as ask:
        assert plan_fleet(fleet, ask=ask).model_dump_json() == alone


def test_an_interrupt_is_the_commands_own_affair_and_ends_its_processes(fleet: Fleet) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=begin_worker) as pool:
        assert pool.submit(signal.getsignal, signal.SIGINT).result() is signal.SIG_IGN
    with pytest.raises(KeyboardInterrupt), processes(2) as ask:
        ask([fleet.task("s0"), fleet.task("s1")], fleet.catalog)
        raise KeyboardInterrupt
    # The pool's own thread may be the one that learns of an end, and tells of it a little later.
    for _ in range(600):
        if not active_children():
            break
        time.sleep(0.1)
    assert active_children() == []


def test_a_conflict_comes_whole_from_another_process(fleet: Fleet) -> None:
    wrong = Fleet(
        stacks={"s0": fleet.stacks["s0"], "wrong": stack("wrong", {"web": service([5000.0])})},
        catalog=fleet.catalog,
        terms=fleet.terms,
    )
    with processes(2) as ask, pytest.raises(InfeasibleError) as refused:
        plan_fleet(wrong, ask=ask)
    assert "stack wrong" in str(refused.value)
    assert [member.words for member in refused.value.members] == ["workloads.web.replicas.max: 100"]


def test_workers_of_dask_answer_as_one_process(fleet: Fleet, alone: str) -> None:
    with machines(LOCAL, 2) as ask:
        assert plan_fleet(fleet, ask=ask).model_dump_json() == alone


def test_a_worker_that_is_killed_changes_no_byte(fleet: Fleet, alone: str) -> None:
    distributed: Any = import_module("distributed")
    killed: list[int] = []
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):

        def kill() -> None:
            # In the middle: when the scheduler says that a worker is at work on a stack.
            for _ in range(2000):
                busy = {
                    worker: keys
                    for worker, keys in client.processing().items()
                    if any("answered" in str(key) for key in keys)
                }
                if busy:
                    pids = client.run(os.getpid, workers=[min(busy)])
                    os.kill(pids[min(busy)], signal.SIGKILL)
                    killed.append(pids[min(busy)])
                    return
                time.sleep(0.005)

        with machines(cluster.scheduler_address, 2) as ask:

            def watched(tasks: Sequence[StackTask], catalog: Catalog) -> Sequence[StackAnswer]:
                thread = threading.Thread(target=kill) if not killed else None
                if thread is not None:
                    thread.start()
                found = ask(tasks, catalog)
                if thread is not None:
                    thread.join()
                return found

            assert plan_fleet(fleet, ask=watched).model_dump_json() == alone
    assert len(killed) == 1


def test_an_address_without_a_scheduler_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="the address of a Dask scheduler"), machines("nowhere", 2):
        pass
    assert versions().keys() >= {"model", "highspy", "pulp", "numpy"}
