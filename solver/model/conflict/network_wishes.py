"""The wishes of a site's network: its range, its ways out, and what load balancers are asked to pass on.

How many addresses there have to be follows from the compute plan, which stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from solver.demand.demand import Demand, Dns
from solver.demand.workloads import Service, Workload
from solver.model.conflict.wish import Change, Figures, Wish, survive_wish, with_site, with_variant, with_workload
from solver.model.network.addressing import LARGEST_VPC_PREFIX
from solver.model.network.traffic import in_ecr
from solver.vocabulary import Exposure, Protocol, Survive

_PERCENT = 100
_ANY_DOMAIN = "service.example.com"
_OWN_REPOSITORY = "an image in the stack's own repository would do"


def network_wishes(demand: Demand, site_key: str) -> list[Wish]:
    """All of one site, those of its workloads last, by name."""
    found = list(_site_wishes(demand, site_key))
    for key, workload in sorted(demand.workloads.items()):
        if demand.site_of(workload) == site_key:
            found += _workload_wishes(key, workload)
    return found


def _site_wishes(demand: Demand, key: str) -> Iterator[Wish]:
    wish, path = demand.aws_sites[key].network, f"sites.{key}.network"

    def network(**update: object) -> Change:
        return lambda changed: with_site(key, network=changed.aws_sites[key].network.model_copy(update=update))(changed)

    def range_of(prefix: int) -> IPv4Network:
        return wish.cidr.supernet(new_prefix=prefix)

    def spare(hundredths: int) -> Change:
        return network(growth=hundredths / _PERCENT)

    if wish.cidr.prefixlen > LARGEST_VPC_PREFIX:
        figures = Figures(
            wish.cidr.prefixlen,
            LARGEST_VPC_PREFIX,
            lambda prefix: network(cidr=range_of(prefix)),
            lambda prefix: str(range_of(prefix)),
        )
        yield Wish(f"{path}.cidr: {wish.cidr}", network(cidr=range_of(LARGEST_VPC_PREFIX)), figures)
    if wish.growth > 0:
        figures = Figures(-int(-wish.growth * _PERCENT // 1), 0, spare, lambda each: f"{each / _PERCENT:g}")
        yield Wish(f"{path}.growth: {wish.growth:g}", network(growth=0.0), figures)
    if wish.nat != "auto":
        free = network(nat="auto")
        yield Wish(f"{path}.nat: {wish.nat}", free, others=((f"{path}.nat: auto would do", free),))
    if wish.internet_gib_per_month > 0:
        none, words = network(internet_gib_per_month=0.0), f"{path}.internet_gib_per_month"
        yield Wish(f"{words}: {wish.internet_gib_per_month:g}", none, others=((f"{words}: 0 would do", none),))
    if wish.dns is None:
        named, words = network(dns=Dns(domain=_ANY_DOMAIN)), f"{path}.dns"
        yield Wish(f"{words}: nothing", named, others=((f"{words}.domain with a name of yours would do", named),))


def _workload_wishes(key: str, workload: Workload) -> Iterator[Wish]:
    path = f"workloads.{key}"
    for place, reference in _references(workload).items():
        own = _own_image(key, place)
        words = f"{path}.{place}.reference"
        yield Wish(f"{words}: {reference}", own, others=((_OWN_REPOSITORY, own),))
    if not isinstance(workload, Service):
        return
    if workload.survive is not Survive.NONE:
        yield survive_wish(key, workload)
    if workload.exposure is not None:
        others: list[tuple[str, Change]] = []
        if workload.exposure is Exposure.PUBLIC:
            others.append((f"{path}.exposure: internal would do", with_workload(key, {"exposure": Exposure.INTERNAL})))
        hidden = with_workload(key, {"exposure": None})
        yield Wish(f"{path}.exposure: {workload.exposure}", hidden, others=others)
    if workload.protocol is not Protocol.HTTP:
        plain = with_workload(key, {"protocol": Protocol.HTTP})
        words = f"{path}.protocol"
        yield Wish(f"{words}: {workload.protocol}", plain, others=((f"{words}: http would do", plain),))


def _references(workload: Workload) -> dict[str, str]:
    """Images of registries outside of AWS, by where the workload names them."""
    images = {"image": workload.image}
    images |= {f"variants.{name}.image": each.image for name, each in workload.variants.items() if each.image}
    return {
        place: image.reference
        for place, image in images.items()
        if image.reference is not None and not in_ecr(image.reference)
    }


def _own_image(key: str, place: str) -> Change:
    """One of a workload's images comes from the stack's own repository."""

    def changed(demand: Demand) -> Demand:
        workload = demand.workloads[key]
        if place == "image":
            return with_workload(key, {"image": workload.image.model_copy(update={"reference": None})})(demand)
        name = place.split(".")[1]
        image = workload.variants[name].image
        assert image is not None
        return with_variant(key, name, image=image.model_copy(update={"reference": None}))(demand)

    return changed
