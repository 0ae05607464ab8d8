"""Demands with a planted conflict, and demands with one value changed as a report says."""

from __future__ import annotations

import re
from typing import Any

from solver.demand.demand import Demand

VARIANT: dict[str, Any] = {"cpu": 1, "memory": "2Gi", "throughput_per_second": 20, "source": "measured"}
SERVICE: dict[str, Any] = {"kind": "service", "image": {}, "load": {"constant_per_second": 40}}
_FREES = re.compile(r"(?P<path>\S+): (?P<value>.+?),? would do")


def variants(**more: Any) -> dict[str, Any]:
    return {"variants": {"cpu": VARIANT | more}}


def service(**more: Any) -> dict[str, Any]:
    """Asks for 40 a second with a fifth more, of replicas that give 14 each: four replicas of one vCPU."""
    return SERVICE | variants() | more


def job(kind: str, hours: int, **more: Any) -> dict[str, Any]:
    """A million units at 72,000 an hour of one replica: 14 replica hours."""
    window = {"opens": "22:00", "deadline": f"{(22 + hours) % 24:02}:00"}
    return {"kind": kind, "image": {}, "work": 1e6, "window": window} | variants() | more


def content(workloads: dict[str, Any], site: dict[str, Any], limits: dict[str, Any]) -> dict[str, Any]:
    return {
        "stack": "test",
        "owner": "tests",
        "sites": {
            "main": {
                "region": "us-east-1",
                "network": {"cidr": "10.0.0.0/16", "dns": {"domain": "api.example.com"}},
            }
            | site
        },
        "workloads": workloads,
        "limits": limits,
    }


def value_of(frees: str) -> tuple[str, str]:
    """Path and value of `limits.node_groups: 2 would do`."""
    match = _FREES.fullmatch(frees)
    assert match is not None, frees
    return match["path"], match["value"]


def with_value(demand: dict[str, Any], path: str, value: str, *, less: int = 0) -> Demand:
    """The demand with another value at a path; `less` steps nearer to what stood there, for whole numbers."""
    whole: Any = Demand.model_validate(demand).model_dump(mode="json")
    node, keys = whole, path.split(".")
    for key in keys[:-1]:
        node = node[key]
    now = node[keys[-1]]
    if value.startswith("add "):
        node[keys[-1]] = [*now, value.removeprefix("add ")]
    elif keys[-1] == "window":
        hours = int(value.split()[0])
        length = (int(now["deadline"][:2]) - int(now["opens"][:2])) % 24
        hours += less if length > hours else -less
        node[keys[-1]] = now | {"deadline": f"{(int(now['opens'][:2]) + hours) % 24:02}:00"}
    else:
        node[keys[-1]] = _nearer(value.removesuffix(" vCPU"), now, less)
    return Demand.model_validate(whole)


def without(demand: dict[str, Any], path: str) -> Demand:
    """The demand without what stands at a path."""
    whole: Any = Demand.model_validate(demand).model_dump(mode="json")
    node, keys = whole, path.split(".")
    for key in keys[:-1]:
        node = node[key]
    del node[keys[-1]]
    return Demand.model_validate(whole)


def _nearer(value: str, now: Any, less: int) -> Any:
    number, old = (re.fullmatch(r"([0-9.]+)(m|Mi|Gi|Ti)?", str(each)) for each in (value, now))
    if number is None:
        return value
    up = old is None or _plain(number) > _plain(old)
    step = 0.01 if "." in number[1] else 1
    changed = round(float(number[1]) + (-step if up else step) * less, 6)
    if number[2]:
        return f"{changed:.0f}{number[2]}"
    return int(changed) if step == 1 else changed


def _plain(number: re.Match[str]) -> float:
    return float(number[1]) * {"m": 1e-3, "Gi": 2.0**10, "Ti": 2.0**20}.get(number[2] or "", 1.0)
