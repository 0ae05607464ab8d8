"""Which replicas run on which owned hosts: one problem over the hosts of all Docker sites.

    min   Σ usd_per_hour(h)·730·used(h)  −  Σ value(w)·burst(w)
    s.t.  Σ request(w,v)·replicas(w,v,h) + shared disk  ≤  room(h)                  each host and dimension
          served(w,d)·(1 + headroom)  ≤  Σ capacity(w,v)·replicas(w,v,h in d)       each service and site
          served(w,d)  ≤  Σ capacity(w,v)·replicas(w,v,h in d without one host)     where it survives the loss of a host
          Σ served(w,o,d) = load(w,o)  where no site of AWS may serve the origin o, and ≤ load(w,o) elsewhere
          after(w,o,d,x) summed over o  ≤  Σ capacity(w,v)·replicas(w,v,h in d)     each site x that w outlives, d ≠ x
          Σ after(w,o,d,x) over d ≠ x  =  load(w,o)  where no site of AWS but x may serve o, and ≤ load(w,o) elsewhere
          capacity of a callee on a host ≥ what its callers there may ask for       calls stay on the host
          min ≤ Σ replicas ≤ max,  replicas on a host ≤ max per machine,  strangers share no host

The loads are those of the peak hour: containers of a Docker site are the same in all hours. `value` is what a unit of
load that is served here need not be bought at AWS, hour by hour: concave in the rate, so a sum over levels of the load.
Of a service that outlives a site, a level counts half where it is served here, and half where it is after every loss of
a Docker site as well: AWS must have the larger of what is left before and then. What its callees on a host can do is
enough for all that its replicas there can.

Of placements of one cost, the one nearest to the approved one is taken, then the one with the fewest replicas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pulp

from solver.demand.docker import DockerHost
from solver.model.backend import Backend
from solver.model.compute.neighbours import strangers_of
from solver.model.owned.hosts import HostKey, Kept, hosts_of, kept_on, may_hold, request_of, room_of, shared_disk_gib
from solver.model.owned.losses import loss_rows, survivor_gains
from solver.model.owned.shares import Shares
from solver.model.solution import whole
from solver.quantity import HOURS_PER_MONTH

# pulp has no complete types: what it returns enters here as Any and leaves as plain values.
_pulp: Any = pulp
NODES = 20_000
"""Of a search tree."""
_TRIFLE = 1e-3
"""USD a month that a unit of load is worth which replicas can serve that are up for the loss of a site."""
_MOVED = 1_000.0
"""What a replica that is not where the approved plan has it weighs, against one replica more."""


@dataclass(frozen=True)
class Held:
    """What the hosts hold."""

    replicas: Mapping[HostKey, Mapping[str, int]]
    """Host → `workload.variant` → replicas."""
    served: Mapping[str, Mapping[str, Mapping[str, float]]]
    """Service → Docker site → origin → load that is served in the peak hour, units a second; `callers` for a service
    that goes along with them."""
    usd_per_month: float
    """Of the hosts that are used."""
    bound_usd_per_month: float
    """No placement of what must run here costs less; minus infinity where that was not asked."""


CALLERS = "callers"
"""Origin of the load of a service that goes along with its callers."""


@dataclass(frozen=True)
class Machines:
    """The hosts of one demand, and what its approved plan has on them."""

    shares: Shares
    hosts: Mapping[HostKey, DockerHost]
    kept: Mapping[str, Kept]
    """By site: what its hosts keep for proxies and what measures."""
    approved: Mapping[HostKey, Mapping[str, int]] = field(default_factory=dict[HostKey, "Mapping[str, int]"])


def machines_of(shares: Shares, approved: Mapping[HostKey, Mapping[str, int]]) -> Machines:
    """All hosts of the demand."""
    demand = shares.demand
    return Machines(shares, hosts_of(demand), {site: kept_on(demand, site) for site in demand.docker_sites}, approved)


class HostProgram:
    """The PuLP problem; with `less_of` the load of one service may be served in part, though it must be whole."""

    def __init__(
        self, of: Machines, values: Mapping[str, Sequence[tuple[float, float]]], *, less_of: str | None = None
    ) -> None:
        self.of = of
        self.less_of = less_of
        self.shares = of.shares
        self.demand = of.shares.demand
        self.problem: Any = _pulp.LpProblem("owned_hosts", _pulp.LpMinimize)
        self.replicas: dict[tuple[str, str, HostKey], Any] = {}
        self.served: dict[tuple[str, str], Any] = {}
        self.from_origin: dict[tuple[str, str, str], Any] = {}
        self.present: dict[tuple[str, HostKey], Any] = {}
        # Of none: a row that has it is one even where nothing else is in it.
        self.nothing = _pulp.LpVariable("nothing", 0, 0)
        self.load = _pulp.LpVariable("load", 0, of.shares.peaks[less_of] if less_of is not None else 0)
        self.used = {host: _binary(f"used_{_name(host)}") for host in of.hosts}
        for key in self.shares.services:
            self._service(key)
        for key in self.shares.services:
            self._callers(key)
        self.outlived = {key: loss_rows(self, key) for key in self.shares.survivors}
        self._room()
        self._strangers()
        self._objective(values)

    def _service(self, key: str) -> None:
        service = self.shares.services[key]
        sites = self.shares.owned_sites(key)
        total: list[Any] = []
        for site in sites:
            here = [host for host in self.of.hosts if host.site == site]
            kept = self.of.kept[site]
            runs = _binary(f"runs_{key}_{site}")
            for host in here:
                present = _binary(f"present_{key}_{_name(host)}")
                self.present[key, host] = present
                counted: list[Any] = []
                for name, variant in service.variants.items():
                    if not may_hold(self.demand, service, variant, self.of.hosts[host], kept):
                        continue
                    count = _pulp.LpVariable(
                        f"replicas_{key}_{name}_{_name(host)}", 0, service.replicas.max, _pulp.LpInteger
                    )
                    self.replicas[key, name, host] = count
                    counted.append(count)
                on_host = _pulp.lpSum(counted)
                most = service.replicas.max if service.max_per_machine is None else service.max_per_machine
                self.row(on_host <= most * present, f"per_machine_{key}_{_name(host)}")
                self.row(on_host >= present, f"present_{key}_{_name(host)}_runs")
                self.row(present <= self.used[host], f"used_{_name(host)}_{key}")
                self.row(present <= runs, f"runs_{key}_{_name(host)}")
                total += counted
            served = _pulp.LpVariable(f"served_{key}_{site}", 0)
            self.served[key, site] = served
            at_site = _pulp.lpSum(self.replicas[each] for each in self.replicas if each[0] == key and each[2] in here)
            self.row(at_site >= service.replicas.min * runs, f"min_{key}_{site}")
            self.row(served <= self._highest(key) * runs, f"peak_{key}_{site}")
            self.row(self.capacity(key, here) >= served * (1 + service.headroom), f"headroom_{key}_{site}")
            if service.survives_zone_of(len(here)):
                for lost in here:
                    rest = [host for host in here if host != lost]
                    self.row(self.capacity(key, rest) >= served, f"loss_{key}_{_name(lost)}")
        self.row(_pulp.lpSum(total) <= service.replicas.max, f"max_{key}")
        self._origins(key)

    def _highest(self, key: str) -> float:
        """Load that a site may be asked for: of a callee, its callers' highest, whose hours may be other ones."""
        callers = [caller for caller in self.shares.callers(key) if caller in self.shares.services]
        asked = sum(self.shares.follows(caller, key) * self._highest(caller) for caller in callers)
        return max(self.shares.peaks[key], asked)

    def _origins(self, key: str) -> None:
        peak = self.shares.peaks[key]
        by_site: dict[str, list[Any]] = {site: [] for site in self.shares.owned_sites(key)}
        for number, (origin, share) in enumerate(self.shares.origins(key).items()):
            amounts: list[Any] = []
            for site in share.owned:
                amount = _pulp.LpVariable(f"from_{key}_{number}_{site}", 0)
                self.from_origin[key, origin, site] = amount
                by_site[site].append(amount)
                amounts.append(amount)
            all_of_it, asked = _pulp.lpSum(amounts), share.part * peak
            if share.bought or key == self.less_of:
                self.row(all_of_it <= asked, f"origin_{key}_{number}")
            elif share.owned:
                self.row(all_of_it == asked, f"origin_{key}_{number}")
        if not self.shares.callers(key):
            for site, amounts in by_site.items():
                self.row(self.served[key, site] == _pulp.lpSum(amounts), f"origins_{key}_{site}")

    def _callers(self, key: str) -> None:
        """A callee's load on a site, and what its replicas on a host must be able to do, follow its callers there."""
        callers = [caller for caller in self.shares.callers(key) if caller in self.shares.services]
        if not self.shares.callers(key):
            return
        follows = {caller: self.shares.follows(caller, key) for caller in callers}
        spare = 1 + self.shares.services[key].headroom
        along = self.shares.taken_along
        for site in self.shares.owned_sites(key):
            asked = _pulp.lpSum(
                self.served[caller, site] * follows[caller] for caller in callers if (caller, site) in self.served
            )
            self.row(self.served[key, site] == asked, f"follows_{key}_{site}")
        for host in self.of.hosts:
            asking = [
                self.capacity(caller, [host])
                * (follows[caller] * max(spare / (1 + self.shares.services[caller].headroom), float(caller in along)))
                for caller in callers
            ]
            self.row(self.capacity(key, [host]) >= _pulp.lpSum(asking), f"local_{key}_{_name(host)}")

    def capacity(self, key: str, hosts: Sequence[HostKey]) -> Any:
        """Units a second that a service's replicas on hosts are asked for at most."""
        service = self.shares.services[key]
        return _pulp.lpSum(
            self.replicas[key, name, host] * (variant.throughput_per_second * service.utilisation(name))
            for name, variant in service.variants.items()
            for host in hosts
            if (key, name, host) in self.replicas
        )

    def _room(self) -> None:
        for host, entry in self.of.hosts.items():
            room = room_of(entry, self.of.kept[host.site]).by_name()
            taken: dict[str, list[Any]] = {name: [] for name in room}
            for (key, name, place), count in self.replicas.items():
                if place == host:
                    service = self.shares.services[key]
                    asked = request_of(self.demand, service, service.variants[name]).by_name()
                    for dimension, amount in asked.items():
                        if amount:
                            taken[dimension].append(count * amount)
            for (key, place), present in self.present.items():
                if place == host and (shared := shared_disk_gib(self.demand, self.shares.services[key])):
                    taken["disk_gib"].append(present * shared)
            for dimension, terms in taken.items():
                if terms:
                    self.row(_pulp.lpSum(terms) <= room[dimension], f"room_{dimension}_{_name(host)}")

    def _strangers(self) -> None:
        names = list(self.demand.workloads)
        strangers = strangers_of(self.demand.workloads)
        for first, second in combinations(range(len(names)), 2):
            if second not in strangers[first]:
                continue
            for host in self.of.hosts:
                pair = [self.present.get((names[number], host)) for number in (first, second)]
                if pair[0] is not None and pair[1] is not None:
                    self.row(pair[0] + pair[1] <= 1, f"apart_{names[first]}_{names[second]}_{_name(host)}")

    def _objective(self, values: Mapping[str, Sequence[tuple[float, float]]]) -> None:
        cost = _pulp.lpSum(
            self.used[host] * (entry.usd_per_hour * HOURS_PER_MONTH) for host, entry in self.of.hosts.items()
        )
        gains: list[Any] = []
        for key in self.shares.services:
            here = _pulp.lpSum(
                amount
                for (service, origin, _), amount in self.from_origin.items()
                if service == key and self.shares.origins(key)[origin].bought
            )
            if key in self.shares.survivors:
                gains += survivor_gains(self, key, here, values.get(key, ()))
                continue
            levels: list[Any] = []
            for number, (width, usd) in enumerate(values.get(key, ())):
                level = _pulp.LpVariable(f"level_{key}_{number}", 0, width)
                levels.append(level)
                gains.append(level * usd)
            if self.from_origin and any(service == key for service, _, _ in self.from_origin):
                self.row(here == _pulp.lpSum(levels), f"levels_{key}")
        self.cost = cost
        self.objective = cost - _pulp.lpSum(gains)
        self.problem.setObjective(self.objective)

    def maximise(self, service: str) -> None:
        """Asks for the load of one service that may be served here at most."""
        for name in [name for name in self.problem.constraints if name == f"levels_{service}"]:
            del self.problem.constraints[name]
        served = _pulp.lpSum(amount for (key, _), amount in self.served.items() if key == service)
        self.problem.sense = _pulp.LpMaximize
        self.problem.setObjective(served)

    def nearest(self, objective: float, backend: Backend) -> Mapping[str, float] | None:
        """Of all placements of this objective, the one that moves least, then the one of the fewest replicas."""
        slack = 1e-6 * max(1.0, abs(objective))
        self.row(self.objective <= objective + slack, "as_cheap")
        weights: list[Any] = []
        for (key, name, host), count in self.replicas.items():
            before = self.of.approved.get(host, {}).get(f"{key}.{name}")
            weights.append(count * 1.0)
            if before is not None or self.of.approved:
                moved = _pulp.LpVariable(f"moved_{key}_{name}_{_name(host)}", 0)
                self.row(moved >= count - (before or 0), f"more_{key}_{name}_{_name(host)}")
                self.row(moved >= (before or 0) - count, f"fewer_{key}_{name}_{_name(host)}")
                weights.append(moved * _MOVED)
        self.problem.setObjective(_pulp.lpSum(weights))
        found = backend.run(self.problem, node_limit=NODES)
        return found.values or None

    def filled(self, values: Mapping[str, float], backend: Backend) -> Mapping[str, float] | None:
        """The same replicas, with all the load that they can serve."""
        del self.problem.constraints["as_cheap"]
        for number, variable in enumerate(self.replicas.values()):
            count = whole(values.get(str(variable.name), 0.0), tolerance=1e-4)
            self.row(variable == count, f"kept_{number}")
        own = [amount for (key, _, _), amount in self.from_origin.items() if key in self.shares.survivors]
        self.problem.setObjective(self.objective - _TRIFLE * _pulp.lpSum(own))
        return backend.run(self.problem, node_limit=NODES).values or None

    def read(self, values: Mapping[str, float], *, bound: float) -> Held:
        """The placement in whole numbers, and what it serves of each origin."""
        replicas: dict[HostKey, dict[str, int]] = {host: {} for host in self.of.hosts}
        for (key, name, host), variable in sorted(self.replicas.items(), key=lambda each: each[0][:2]):
            count = whole(values.get(str(variable.name), 0.0), tolerance=1e-4)
            if count:
                replicas[host][f"{key}.{name}"] = count
        served: dict[str, dict[str, dict[str, float]]] = {}
        for (key, origin, site), variable in self.from_origin.items():
            amount = values.get(str(variable.name), 0.0)
            if amount > 1e-7:
                served.setdefault(key, {}).setdefault(site, {})[origin] = amount
        for (key, site), variable in self.served.items():
            amount = values.get(str(variable.name), 0.0)
            if self.shares.callers(key) and amount > 1e-7:
                served.setdefault(key, {}).setdefault(site, {})[CALLERS] = amount
        usd = sum(self.of.hosts[host].usd_per_hour * HOURS_PER_MONTH for host, running in replicas.items() if running)
        return Held(replicas, served, usd, bound)

    def row(self, row: Any, name: str) -> None:
        """Adds a constraint."""
        self.problem += row, name


def _binary(name: str) -> Any:
    return _pulp.LpVariable(name, cat=_pulp.LpBinary)


def _name(host: HostKey) -> str:
    return f"{host.site}_{host.host}"
