"""Small stacks for tests of fleets: few services and jobs, each with a day of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from solver.catalog.prices import CommitmentTerm
from solver.demand.demand import Demand
from solver.vocabulary import CommitmentKind, Payment

PLAN = CommitmentTerm(CommitmentKind.COMPUTE_SAVINGS_PLAN, 1, Payment.NO_UPFRONT)
RESERVED = CommitmentTerm(CommitmentKind.STANDARD_RESERVED, 1, Payment.NO_UPFRONT)


def service(loads: Sequence[float], *, cpu: str = "3500m", memory: str = "6Gi", spot: float = 0.0) -> dict[str, Any]:
    """A service of ten units of load a second for each replica, by hour of the day, or the same all day."""
    return {
        "kind": "service",
        "image": {},
        "load": {"hourly_per_second": list(loads)} if len(loads) > 1 else {"constant_per_second": loads[0]},
        "headroom": 0.0,
        "survive": "none",
        "interruptible_share": spot,
        "replicas": {"min": 1, "max": 100},
        "variants": {"x86": {"cpu": cpu, "memory": memory, "throughput_per_second": 10, "source": "test"}},
    }


def job(opens: int, deadline: int) -> dict[str, Any]:
    """A batch job of two replicas for about three hours in a window of each day."""
    return {
        "kind": "batch",
        "image": {},
        "work": 200_000,
        "max_parallel": 4,
        "interruptible_share": 0.0,
        "window": {"opens": f"{opens:02d}:00", "deadline": f"{deadline:02d}:00"},
        "variants": {"x86": {"cpu": "2", "memory": "4Gi", "throughput_per_second": 10, "source": "test"}},
    }


def stack(name: str, workloads: dict[str, Any], *, region: str = "us-east-1", **limits: Any) -> Demand:
    """A stack of one site without anything but machines of few types."""
    return Demand.model_validate_json(
        json.dumps(
            {
                "stack": name,
                "owner": "test",
                "sites": {
                    "main": {
                        "kind": "aws",
                        "region": region,
                        "zones": 2,
                        "network": {"cidr": "10.0.0.0/16", "dns": {"domain": "api.example.com"}},
                    }
                },
                "workloads": workloads,
                "storage": {},
                "compliance": {"profile": "none"},
                "purchase": {"spot": True},
                "limits": {"machines": ["m7i.*", "c7i.*"], "gap": 0.005, **limits},
            }
        )
    )


def day(low: float, high: float, first: int, last: int) -> list[float]:
    """Load by hour: high from the first hour to before the last one, around midnight too."""
    busy = {hour % 24 for hour in range(first, last if last > first else last + 24)}
    return [high if hour in busy else low for hour in range(24)]
