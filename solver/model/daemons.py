"""Daemons: what containers that run on every machine of services keep back from replicas."""

from __future__ import annotations

from solver.catalog.machines import Reserved
from solver.demand.demand import AwsSite


def kept_back(site: AwsSite, *, services: bool) -> Reserved:
    """What a machine keeps back: daemons run on the machines of services, jobs have theirs to themselves."""
    daemons = site.daemons.values() if services else ()
    return Reserved(cpu_millis=sum(each.cpu for each in daemons), memory_mib=sum(each.memory for each in daemons))
