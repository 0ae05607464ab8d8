"""Rules about bytes: NAT bytes that want an endpoint, endpoints that don't pay, idle volumes, objects that got cold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from poolwright.observe.findings.observation import Found, Observation, Rule, hours_words, month_of, nice, share_words
from poolwright.observe.metrics import Metric
from solver.demand.storage import Bucket
from solver.plan.plan import SitePlan
from solver.quantity import HOURS_PER_MONTH
from solver.vocabulary import EndpointKind, NatMode

_LEAST_HOURS = 168
_COLDER = 0.5
"""Objects read less than this part of what the demand says are colder."""


def nat_wants_endpoint(seen: Observation) -> Iterator[Found]:
    """AWS services whose bytes cost more through NAT than an interface endpoint would, or the other way round."""
    sites = seen.plan.aws_sites
    for subject in seen.use.measured.subjects(Metric.API):
        series = seen.use.measured.get(Metric.API, subject)
        key, _, service = subject.rpartition("/")
        site = sites.get(key) if key else next(iter(sites.values()), None)
        if series is None or site is None or series.measured < _LEAST_HOURS or site.network.nat.mode is NatMode.NONE:
            continue
        gib = month_of(float(np.nansum(series.total)), series.measured)
        own, nat = _usd_of_ways(seen, site, gib)
        has = any(
            endpoint.service == service and endpoint.kind is EndpointKind.INTERFACE
            for endpoint in site.network.endpoints
        )
        gateway = any(endpoint.service == service for endpoint in site.network.endpoints) and not has
        if gateway or (own < nat) is has:
            continue
        yield Found(
            subject=f"{'endpoint' if has else 'nat'} {subject}",
            evidence=f"{nice(gib)} GiB a month between machines and {service}: ${nat:,.2f} through NAT, "
            f"${own:,.2f} by an "
            f"interface endpoint in {len(site.network.zones)} zones",
            cause=f"{service} moves {'fewer' if has else 'more'} bytes than the plan was made for",
            act=f"set aws_api_gib_per_month (and logs_gib_per_month for logs) to what is measured, then "
            f"poolwright plan {seen.stack}",
            usd_per_month=abs(nat - own),
        )


def _usd_of_ways(seen: Observation, site: SitePlan, gib: float) -> tuple[float, float]:
    """Dollars a month of an interface endpoint in all zones, and of the same bytes through the NAT that is there."""

    def price(service: str, item: str) -> float:
        return seen.catalog.price(site.region, service, item).usd_first

    own = len(site.network.zones) * HOURS_PER_MONTH * price("vpc", "interface_endpoint_hour")
    own += gib * price("vpc", "interface_endpoint_data_processed")
    return own, gib * price("nat_gateway", "data_processed")


def idle_storage(seen: Observation) -> Iterator[Found]:
    """Volumes and file systems that nobody read or wrote in a week or more."""
    for key in seen.use.measured.subjects(Metric.OPERATIONS):
        series = seen.use.measured.get(Metric.OPERATIONS, key)
        if series is None or series.measured < _LEAST_HOURS or float(np.nanmax(series.peak)) > 0:
            continue
        users = sorted(name for name, entry in seen.demand.workloads.items() if key in entry.uses)
        yield Found(
            subject=f"storage.{key}",
            evidence=f"no read and no write in {hours_words(series.measured, seen.use.hours)}",
            cause=f"{', '.join(users) or 'no workload'} no longer needs it",
            act=f"take {key} out of uses and storage, then poolwright whatif {seen.stack} says what it saves; "
            f"what it holds is kept",
        )


def colder_objects(seen: Observation) -> Iterator[Found]:
    """Buckets whose objects are read much less, or more, than the demand's `access` says for their ages."""
    for key, claim in sorted(seen.demand.storage.items()):
        if not isinstance(claim, Bucket):
            continue
        stored = seen.use.measured.get(Metric.STORED, key)
        read = seen.use.measured.get(Metric.READ, key)
        if stored is None or read is None or read.measured < _LEAST_HOURS:
            continue
        held = float(np.nanmean(stored.mean))
        said = _retrieved_share(claim)
        if held <= 0 or said <= 0:
            continue
        share = month_of(float(np.nansum(read.total)), read.measured) / held
        if _COLDER * said <= share <= said / _COLDER:
            continue
        colder = share < said
        yield Found(
            subject=f"storage.{key}",
            evidence=f"{share_words(share)} of {nice(held)} GiB read a month, where access says "
            f"{share_words(said)} for "
            "objects of all ages together",
            cause=f"objects are {'colder' if colder else 'warmer'} than the demand says: another class or an "
            f"{'earlier' if colder else 'later'} transition may be cheaper",
            act=f"set retrieved_share_per_month and reads_per_object_month in storage.{key}.access to what is "
            f"measured, then "
            f"poolwright plan {seen.stack}",
        )


def _retrieved_share(claim: Bucket) -> float:
    """Part of all that is kept which is read in a month, when as much is written every day."""
    bands = sorted(claim.access, key=lambda band: band.from_days)
    ends = [*(band.from_days for band in bands[1:]), claim.retention_days]
    days = [max(min(end, claim.retention_days) - band.from_days, 0) for band, end in zip(bands, ends, strict=True)]
    read = sum(part * band.retrieved_share_per_month for part, band in zip(days, bands, strict=True))
    return read / sum(days) if sum(days) else 0.0


RULES = (
    Rule("way-to-aws", "NAT bytes that want an endpoint, or an endpoint that does not pay", nat_wants_endpoint),
    Rule("idle-storage", "storage that nobody uses", idle_storage),
    Rule("objects-read", "objects are read more or less than said", colder_objects),
)
