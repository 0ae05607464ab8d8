"""The wishes of a service that shares no machine with others: a wish for each of them, or one for all."""

from __future__ import annotations

from collections.abc import Iterator

from solver.demand.demand import Demand
from solver.demand.names import ALL
from solver.demand.workloads import Service
from solver.model.conflict.wish import Change, Wish, with_workload


def apart_wishes(demand: Demand, key: str) -> Iterator[Wish]:
    """Of one workload; a pair in which both name each other is a wish of the one whose key comes first.

    Jobs have machines of their own anyway.
    """
    workload = demand.workloads[key]
    path = f"workloads.{key}.apart_from"
    if not isinstance(workload, Service):
        return
    if workload.apart_from == ALL:
        yield Wish(f"{path}: {ALL}", with_workload(key, {"apart_from": ()}))
        return
    for other in workload.apart_from:
        entry = demand.workloads.get(other)
        if not isinstance(entry, Service) or demand.site_of(entry) != demand.site_of(workload):
            continue
        both = _names(demand, other, key)
        if both and other < key:
            continue
        change = _together(key, other)
        also = f", nor {key} in workloads.{other}.apart_from" if both else ""
        others = ((f"without {other} there{also}", change),) if both or len(workload.apart_from) > 1 else ()
        yield Wish(f"{path}: {other}", change, others=others)


def _names(demand: Demand, key: str, other: str) -> bool:
    apart_from = demand.workloads[key].apart_from
    return apart_from != ALL and other in apart_from


def _together(key: str, other: str) -> Change:
    """Neither names the other."""

    def changed(demand: Demand) -> Demand:
        for mine, theirs in ((key, other), (other, key)):
            if mine in demand.workloads and _names(demand, mine, theirs):
                rest = tuple(each for each in demand.workloads[mine].apart_from if each != theirs)
                demand = with_workload(mine, {"apart_from": rest})(demand)
        return demand

    return changed
