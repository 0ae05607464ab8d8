"""Wish: one requirement of the demand that a plan may be unable to keep, with what may stand in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from solver.demand.demand import Demand
from solver.demand.workloads import Service
from solver.model.standby import without_standby
from solver.vocabulary import Architecture, Survive

Change = Callable[[Demand], Demand]
"""The demand with something else in one place."""


@dataclass(frozen=True)
class Figures:
    """Numbers that may stand in a wish's place: the further from what is asked for, the less is asked for."""

    now: int
    """What stands there."""
    last: int
    """The last number that the file format allows, above or below `now`."""
    at: Callable[[int], Change]
    """The demand with a number."""
    words: Callable[[int], str]
    """The number as the file has it."""


@dataclass(frozen=True)
class Wish:
    """A requirement of the demand."""

    words: str
    """As the demand file has it: `limits.node_groups: 1`."""
    dropped: Change
    """The demand without it; whatever can be planned with it can be planned without."""
    figures: Figures | None = None
    """Numbers in its place."""
    others: Sequence[tuple[str, Change]] = ()
    """Else what may stand in its place, each with its words: what changes least first."""
    is_fact: bool = False
    """It was measured, or is what an image was built for: in a conflict only where nothing else explains it."""

    @property
    def path(self) -> str:
        """Where it stands, `limits.node_groups`."""
        return self.words.partition(": ")[0]


def with_limits(**update: object) -> Change:
    """Other limits of the stack."""
    return lambda demand: demand.model_copy(update={"limits": demand.limits.model_copy(update=update)})


def with_site(key: str, **update: object) -> Change:
    """Another site."""

    def changed(demand: Demand) -> Demand:
        site = demand.aws_sites[key].model_copy(update=update)
        return demand.model_copy(update={"sites": {**demand.sites, key: site}})

    return changed


def with_quota(key: str, family: str, most: int | None) -> Change:
    """Another quota of a site; None for no limit."""

    def changed(demand: Demand) -> Demand:
        quotas = {name: each for name, each in demand.aws_sites[key].quotas.items() if name != family}
        return with_site(key, quotas=quotas if most is None else {**quotas, family: most})(demand)

    return changed


def with_workload(key: str, update: Mapping[str, object]) -> Change:
    """Another workload."""

    def changed(demand: Demand) -> Demand:
        if key not in demand.workloads:
            return demand
        workload = demand.workloads[key].model_copy(update=dict(update))
        return demand.model_copy(update={"workloads": {**demand.workloads, key: workload}})

    return changed


def survive_wish(key: str, service: Service) -> Wish:
    """What a service survives; without it nothing that it calls takes over a lost site's load either."""

    def dropped(demand: Demand) -> Demand:
        along = {key}
        waiting = [key]
        while waiting:
            calls = demand.workloads[each].calls if (each := waiting.pop()) in demand.workloads else ()
            waiting += [callee for callee in calls if callee not in along]
            along.update(calls)
        workloads = {
            name: without_standby(entry) if name in along else entry for name, entry in demand.workloads.items()
        }
        return with_workload(key, {"survive": Survive.NONE})(demand.model_copy(update={"workloads": workloads}))

    return Wish(f"workloads.{key}.survive: {service.survive}", dropped)


def with_claim(key: str, **update: object) -> Change:
    """Another storage claim."""

    def changed(demand: Demand) -> Demand:
        claim = demand.storage[key].model_copy(update=update)
        return demand.model_copy(update={"storage": {**demand.storage, key: claim}})

    return changed


def with_variant(key: str, name: str, **update: object) -> Change:
    """Another variant of a workload, and of its twins."""

    def changed(demand: Demand) -> Demand:
        if key not in demand.workloads:
            return demand
        variants = {
            each: entry.model_copy(update=update) if each.partition(_TWIN)[0] == name else entry
            for each, entry in demand.workloads[key].variants.items()
        }
        return with_workload(key, {"variants": variants})(demand)

    return changed


_TWIN = " on "
"""In the name of a variant that runs on another architecture as well; no key of a file has a space."""


def with_twin(key: str, name: str, architecture: Architecture) -> Change:
    """A variant that runs on another architecture as well."""

    def changed(demand: Demand) -> Demand:
        if key not in demand.workloads:
            return demand
        variants = demand.workloads[key].variants
        twin = variants[name].model_copy(update={"architecture": architecture})
        return with_workload(key, {"variants": {**variants, f"{name}{_TWIN}{architecture}": twin}})(demand)

    return changed
