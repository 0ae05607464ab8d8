"""What a demand says about Docker sites: hosts that are there once, and what only sites of AWS have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from solver.demand.contradiction import Contradiction
from solver.demand.docker import DockerSite
from solver.demand.hosted_monitoring import watching_contradictions
from solver.demand.residency import allowed_sites, claim_sites
from solver.demand.storage import Bucket, FileSystem, Lustre, StorageClaim
from solver.demand.workloads import Service, Workload
from solver.vocabulary import Exposure, Protocol

if TYPE_CHECKING:
    from solver.demand.demand import AwsSite


def docker_contradictions(
    sites: Mapping[str, AwsSite | DockerSite | None],
    workloads: Mapping[str, Workload | None],
    storage: Mapping[str, StorageClaim | None],
    backed_up: Sequence[str] = (),
) -> Iterator[Contradiction]:
    """Every contradiction of the Docker sites; `backed_up` are the claims that AWS Backup shall copy."""
    owned = {name: site for name, site in sites.items() if isinstance(site, DockerSite)}
    if not owned:
        return
    yield from _hosts(owned)
    yield from watching_contradictions(owned, workloads)
    names = tuple(sites)
    for key, claim in storage.items():
        if claim is not None:
            yield from _claim(key, claim, owned, names)
    for index, key in enumerate(backed_up):
        claim = storage.get(key)
        here = [name for name in claim_sites(claim, names) if name in owned] if claim is not None else []
        if claim is not None and here and claim.site is not None:
            yield Contradiction(
                path=("backup", "claims", index),
                allowed=f"a claim on a site of the kind aws is allowed: AWS Backup does not reach {_either(here)}",
            )
    for key, workload in workloads.items():
        if workload is None:
            continue
        allowed = allowed_sites(workload, storage, names)
        here = [name for name in allowed if name in owned]
        if not isinstance(workload, Service):
            if allowed and len(here) == len(allowed):
                yield Contradiction(
                    path=("workloads", key, "kind"),
                    allowed=f"a service is allowed on {_either(here)}: Docker sites run no jobs",
                    hint="A job runs on a site of the kind aws",
                )
            continue
        if workload.exposure is not None and workload.protocol is Protocol.TCP and here:
            yield Contradiction(
                path=("workloads", key, "protocol"),
                allowed=f"http or grpc is allowed behind the proxy of {_either(here)}",
            )
        if workload.sidecars and allowed and len(here) == len(allowed):
            yield Contradiction(
                path=("workloads", key, "sidecars"),
                allowed=f"sidecars are allowed on sites of the kind aws; {_either(here)} has none of them",
            )
        yield from _called_by_jobs(key, workload, workloads, here if len(here) == len(allowed) else [])
        yield from _labels(key, workload, {name: owned[name] for name in here}, only=len(here) == len(allowed))


def _hosts(owned: Mapping[str, DockerSite]) -> Iterator[Contradiction]:
    taken: dict[str | None, tuple[str, str]] = {}
    for name, site in owned.items():
        for key, host in site.hosts.items():
            other = taken.setdefault(host.docker_host, (name, key))
            if other != (name, key):
                said = "this machine's engine" if host.docker_host is None else host.docker_host
                yield Contradiction(
                    path=("sites", name, "hosts", key, "docker_host"),
                    found=said,
                    allowed=f"an engine of its own is allowed; host {other[1]} of site {other[0]} has this one",
                )


def _claim(
    key: str, claim: StorageClaim, owned: Mapping[str, DockerSite], names: tuple[str, ...]
) -> Iterator[Contradiction]:
    for name in claim_sites(claim, names):
        site = owned.get(name)
        if site is None:
            continue
        if isinstance(claim, Bucket | Lustre):
            yield Contradiction(
                path=("storage", key, "kind"),
                allowed=f"a volume or a file system is allowed on {name}: Docker hosts have no {claim.kind}",
                hint=f"A {claim.kind} is on a site of the kind aws",
            )
        elif isinstance(claim, FileSystem) and len(site.hosts) > 1 and site.nfs is None:
            yield Contradiction(
                path=("storage", key, "kind"),
                allowed=f"a volume is allowed on {name}, whose {len(site.hosts)} hosts share no files",
                hint=f"Say in sites.{name}.nfs where they can",
            )


def _called_by_jobs(
    key: str, service: Service, workloads: Mapping[str, Workload | None], only: list[str]
) -> Iterator[Contradiction]:
    """A service that is not public is called on its own site, and jobs run on sites of AWS."""
    if not only or service.exposure is Exposure.PUBLIC:
        return
    for name, workload in workloads.items():
        if workload is not None and not isinstance(workload, Service) and key in workload.calls:
            yield Contradiction(
                path=("workloads", name, "calls", workload.calls.index(key)),
                allowed=f"a public service is allowed: {key} runs on {_either(only)}, and jobs on sites of AWS",
            )


def _labels(key: str, service: Service, here: Mapping[str, DockerSite], *, only: bool) -> Iterator[Contradiction]:
    if not service.host_labels:
        return
    if not here:
        yield Contradiction(
            path=("workloads", key, "host_labels"),
            allowed="host_labels are allowed where the workload may run on a Docker site; it runs on none",
        )
        return
    asked = service.host_labels.items()
    if only and not any(asked <= host.labels.items() for site in here.values() for host in site.hosts.values()):
        hosts = [host for site in here.values() for host in site.hosts.values()]
        known = sorted({f"{label}: {text}" for host in hosts for label, text in host.labels.items()})
        have = ", ".join(known) or "there are none"
        yield Contradiction(
            path=("workloads", key, "host_labels"),
            allowed=f"labels that one host of {_either(list(here))} has are allowed: {have}",
        )


def _either(names: list[str]) -> str:
    return " or ".join(names)
