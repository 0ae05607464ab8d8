"""The whole plan of a lock: kept when it was solved, solved anew where it was not; its explanation, if anybody asked.

A lock has no witness, no bill by billing and no reasons; a review wants them at once.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from pydantic import ValidationError

from poolwright.engine.project import Project
from solver.inputs import StackInputs
from solver.plan.explanation import Explanation
from solver.plan.lock import Lock, lock_of
from solver.plan.plan import Plan


def keep_plan(project: Project, digest: str, plan: Plan) -> None:
    """Keeps the plan of the lock with this digest."""
    _write(_path(project, digest, "plan"), plan.model_dump_json())


def keep_explanation(project: Project, digest: str, explanation: Explanation) -> None:
    """Keeps what `explain` said of the plan of the lock with this digest."""
    _write(_path(project, digest, "explanation"), explanation.model_dump_json())


def explanation_of(project: Project, digest: str) -> Explanation | None:
    """What was kept; None where nobody asked."""
    try:
        return Explanation.model_validate_json(_path(project, digest, "explanation").read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None


def plan_of(project: Project, inputs: StackInputs, lock: Lock, digest: str) -> Plan:
    """The plan of a fresh lock.

    Where a new solve gives another plan than the lock, as after a time limit, it is the lock's, without the rest.
    """
    try:
        kept = Plan.model_validate_json(_path(project, digest, "plan").read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        kept = None
    if kept is not None and lock_of(kept).cost_usd_per_month == lock.cost_usd_per_month:
        return kept
    # The models take most of a second to import, which a report with the plan at hand has no need of.
    from solver.solve import solve

    catalog = inputs.catalog()
    plan = solve(inputs.loaded.demand, catalog, previous=lock.as_plan(), inputs=inputs.plan_inputs(catalog))
    if lock_of(plan).cost_usd_per_month != lock.cost_usd_per_month:
        return lock.as_plan()
    keep_plan(project, digest, plan)
    return plan


def _path(project: Project, digest: str, what: str) -> Path:
    return project.home / "plans" / f"{digest.removeprefix('sha256:')}.{what}.json"


def _write(path: Path, text: str) -> None:
    """The whole file at once: two commands may write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    Path(file.name).replace(path)
