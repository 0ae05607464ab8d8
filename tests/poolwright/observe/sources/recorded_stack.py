"""The plan and the state of a stack as an older release left them."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

from poolwright.engine.preview import ResourceRecord, records_of
from solver.plan.lock import lock_in
from solver.plan.plan import Plan

_FILE = Path(__file__).resolve().parents[3] / "releases" / "0.2.0-pre" / "prod.json.gz"


@cache
def recorded_stack() -> tuple[Plan, tuple[ResourceRecord, ...]]:
    """Stack prod: one site, three services, two load balancers."""
    with gzip.open(_FILE) as file:
        found = json.load(file)
    plan = lock_in(found["lock"], file="prod", stack="prod").as_plan()
    return plan, records_of(found["deployment"]["deployment"])
