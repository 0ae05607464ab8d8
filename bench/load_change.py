"""One workload's load changes, the stack is planned again from its lock: how many resources would an `up` touch?

    python -m bench.load_change [--factor 1.1] [--names] [STACK ...]

Steps of schedules are counted apart: AWS has a resource for each hour at which a floor changes. What changes is judged
as the sandbox judges it: in place, or by a replacement.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.catalog.catalog import Catalog
from solver.demand.edits import argument_of, split_argument, with_edits
from solver.demand.load import FORMS
from solver.demand.workloads import Service, Workload
from solver.inputs import StackInputs, read_inputs
from solver.plan.lock import read_lock
from solver.plan.plan import Plan
from solver.solve import solve
from tests.stacks.touched import Touched, resources_of, touched

ROOT = Path(__file__).resolve().parents[1]
STACKS = ("dev", "staging", "prod")


def edit(key: str, workload: Workload, factor: float) -> str:
    """The argument that changes a workload's load, or a job's work."""
    if not isinstance(workload, Service):
        return argument_of(f"workloads.{key}.work", round(workload.work * factor))
    form = next(name for name in FORMS if getattr(workload.load, name) is not None)
    value: float | tuple[float, ...] = getattr(workload.load, form)
    at = f"workloads.{key}.load.{form}"
    if isinstance(value, tuple):
        return argument_of(at, [repr(each * factor) for each in value])
    return argument_of(at, round(value * factor, 9))


def planned(inputs: StackInputs, catalog: Catalog, lock: Plan, argument: str) -> Plan:
    """The stack's plan after the change, made from the lock."""
    loaded = with_edits(inputs.loaded, [split_argument(argument)])
    return solve(loaded.demand, catalog, previous=lock)


def is_step(change: Touched) -> bool:
    """A step of a schedule, `…-mon-fri-08`."""
    return change.name[-2:].isdigit()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--factor", type=float, default=1.1)
    parser.add_argument("--names", action="store_true", help="print each resource")
    parser.add_argument("stacks", nargs="*", default=STACKS)
    asked = parser.parse_args()
    print("| stack | workload | steps of schedules | other resources | replaced | USD a month more |")
    print("| --- | --- | --- | --- | --- | --- |")
    for stack in asked.stacks:
        inputs = read_inputs(ROOT, stack)
        catalog = inputs.catalog()
        lock = read_lock(inputs.lock_path).as_plan()
        before = resources_of(lock)
        for key, workload in inputs.loaded.demand.workloads.items():
            plan = planned(inputs, catalog, lock, edit(key, workload, asked.factor))
            changed = touched(before, resources_of(plan))
            steps = [each for each in changed if is_step(each)]
            replaced = [each for each in changed if each.what == "replace"]
            more = plan.proof.cost_usd_per_month - lock.proof.cost_usd_per_month
            others = len(changed) - len(steps)
            print(f"| {stack} | {key} | {len(steps)} | {others} | {len(replaced)} | {more:.2f} |", flush=True)
            if asked.names:
                for each in changed:
                    print(f"    {each.what} {each.name} {' '.join(each.properties)}")


if __name__ == "__main__":
    main()
