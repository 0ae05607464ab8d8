"""Machines: the stacks of a fleet worked out by the workers of a Dask scheduler, here or on many machines.

A worker that is lost loses nothing but time: what it was at is begun again elsewhere, and the tables too are a task, so
they come anew from the scheduler. Answers come in the order of the tasks and are those of one process: every worker has
the same release of Poolwright and of what it stands on, which is asked before anything is sent.
"""

from __future__ import annotations

import pickle
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib import metadata
from typing import Any

from poolwright.fleet.processes import single_threaded
from solver.catalog.catalog import Catalog
from solver.errors import ConfigError, PoolwrightError, Problem
from solver.fleet.stack import Ask, StackAnswer, StackTask, answer_of
from solver.model.running import one_by_one
from solver.plan.plan import MODEL_VERSION

LOCAL = "local"
"""In the place of a scheduler's address: processes of this machine, with a scheduler of their own."""
_SAME_ON_ALL = ("highspy", "pulp", "numpy")


@contextmanager
def machines(scheduler: str, workers: int) -> Generator[Ask]:
    """A way to ask stacks on a scheduler's workers; ConfigError where there is none to reach."""
    distributed = _distributed()
    with _client(distributed, scheduler, workers) as client:
        _refuse_others(client)

        def ask(tasks: Sequence[StackTask], catalog: Catalog) -> list[StackAnswer]:
            tables = client.submit(_unpacked, pickle.dumps(catalog), pure=False)
            asked = client.map(_answered, list(tasks), catalog=tables, pure=False)
            return list(client.gather(asked))

        yield ask


@contextmanager
def _client(distributed: Any, scheduler: str, workers: int) -> Generator[Any]:
    if scheduler == LOCAL:
        with (
            single_threaded(),
            distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = distributed.Client(scheduler, timeout="20s")
    except (OSError, ValueError) as error:
        allowed = "the address of a Dask scheduler like tcp://10.0.0.5:8786, or local, is allowed"
        raise ConfigError(
            [Problem(file="", path="--scheduler", found=scheduler, allowed=allowed, hint=str(error).split("\n")[0])]
        ) from None
    with client:
        if not client.scheduler_info()["workers"]:
            allowed = "a scheduler with at least one worker is allowed"
            hint = f"Start some: dask worker {scheduler} --nthreads 1"
            raise ConfigError([Problem(file="", path="--scheduler", found=scheduler, allowed=allowed, hint=hint)])
        yield client


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        allowed = "it is allowed where Dask is installed"
        hint = "pip install 'poolwright[fleet]'"
        raise ConfigError([Problem(file="", path="--scheduler", allowed=allowed, hint=hint)]) from None
    return distributed


def versions() -> dict[str, str]:
    """What must be the same on all workers for answers to be the same."""
    return {"model": MODEL_VERSION, **{name: metadata.version(name) for name in _SAME_ON_ALL}}


def _refuse_others(client: Any) -> None:
    mine = versions()
    for worker, theirs in sorted(client.run(versions).items()):
        other = [f"{name} {theirs.get(name)}" for name in mine if theirs.get(name) != mine[name]]
        if other:
            raise PoolwrightError(
                f"worker {worker} has {', '.join(other)}; here it is {', '.join(f'{k} {v}' for k, v in mine.items())}",
                hint="Answers would not be the same: install the same lock file there",
            )


def _unpacked(tables: bytes) -> Catalog:
    catalog = pickle.loads(tables)
    assert isinstance(catalog, Catalog)
    return catalog


def _answered(task: StackTask, catalog: Catalog) -> StackAnswer:
    one_by_one()
    return answer_of(task, catalog)
