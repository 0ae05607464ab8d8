"""NAT gateways and interface endpoints, decided together: the cheapest ways out that survive what must survive.

For each NAT mode m that is allowed and each AWS service s that machines talk to, b(s) GiB a month:

    NAT mode m       hours × gateways + addresses + price × bytes + 2 × inter-zone price × (bytes from other zones)
    s through NAT    b(s) is among those bytes
    s by endpoint    endpoint hours × zones + endpoint price × b(s) + 2 × inter-zone price × (bytes from other zones)

Given the mode, the services are independent but for the endpoint bytes' tiers, which they share. A tiered price is
the lowest of its tiers' lines (solver.model.tiers), so the least over modes and lines of a sum of separate minima is
the exact optimum: a few dozen comparisons and no search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from solver.errors import InfeasibleError
from solver.model.network.traffic import Traffic
from solver.model.priced import Charge, SitePrices
from solver.model.tiers import tier_lines
from solver.plan.cost import Billing
from solver.quantity import HOURS_PER_MONTH
from solver.vocabulary import NatMode, Survive


@dataclass(frozen=True, kw_only=True)
class EgressWish:
    """What the ways out must do."""

    site: str
    zones: tuple[str, ...]
    traffic: Traffic
    nat: NatMode | Literal["auto"]
    survivors: Mapping[str, Survive]
    """Services that must survive the loss of a zone."""
    home: str | None = None
    """The zone of what there is once; the first where nothing is built yet."""

    @property
    def one_zone(self) -> tuple[str, ...]:
        """Where a single NAT gateway stands, and endpoints of one zone."""
        return (self.home,) if self.home is not None else self.zones[:1]


@dataclass(frozen=True, kw_only=True)
class Egress:
    """One way to do it."""

    mode: NatMode
    nat_zones: tuple[str, ...]
    endpoint_zones: Mapping[str, tuple[str, ...]]
    """By AWS service; a service that is missing goes through NAT."""


@dataclass(frozen=True, kw_only=True)
class EgressChoice:
    """The cheapest, and what else was possible."""

    egress: Egress
    usd_per_month: float
    least_usd_per_month: float
    """The optimum; below `usd_per_month` where the approved choice was kept since it is nearly as cheap."""
    others: tuple[tuple[NatMode, float], ...]
    """The best of each other mode that is allowed, cheapest first."""
    least: Egress
    """The optimum."""

    @property
    def least_words(self) -> str:
        """The optimum in words."""
        return f"{len(self.least.nat_zones)} NAT gateways and {len(self.least.endpoint_zones)} interface endpoints"


def choose_egress(
    wish: EgressWish, prices: SitePrices, *, previous: Egress | None = None, gap: float = 0.0
) -> EgressChoice:
    """The cheapest that is allowed, or `previous` where it is allowed and costs at most (1 + gap) times as much.

    InfeasibleError when the NAT that the demand asks for, or none at all, can't do what is needed.
    """
    wish = replace(wish, home=_home(wish.zones, previous))
    best: dict[NatMode, tuple[float, Egress]] = {}
    for mode in _allowed_modes(wish):
        candidates = [_best_of_mode(mode, line, wish, prices) for line in _endpoint_lines(prices)]
        costed = [(prices.usd(egress_charges(egress, wish)), egress) for egress in candidates]
        best[mode] = min(costed, key=lambda pair: pair[0])
    ranked = sorted(best.items(), key=lambda entry: (entry[1][0], _PREFERENCE.index(entry[0])))
    _, (least, cheapest) = ranked[0]
    egress = cheapest
    usd = least
    if previous is not None and previous.mode in best:
        kept = _adapted(previous, wish, best[previous.mode][1])
        kept_usd = prices.usd(egress_charges(kept, wish))
        if kept_usd <= least * (1 + gap) + 1e-9:
            egress, usd = kept, kept_usd
    others = tuple((mode, cost) for mode, (cost, _) in ranked if mode is not egress.mode)
    return EgressChoice(egress=egress, usd_per_month=usd, least_usd_per_month=least, others=others, least=cheapest)


def _home(zones: tuple[str, ...], previous: Egress | None) -> str | None:
    """The zone of what was approved once: a zone that is added before it in order moves no gateway and no address."""
    if previous is None:
        return None
    once = [previous.nat_zones, *previous.endpoint_zones.values()]
    return next((place[0] for place in once if len(place) == 1 and place[0] in zones), None)


_PREFERENCE = (NatMode.NONE, NatMode.SINGLE, NatMode.PER_ZONE)


def egress_charges(egress: Egress, wish: EgressWish) -> list[Charge]:
    """Everything that the ways out cost, but for what leaves to the internet, which is priced with the responses."""
    zones = len(wish.zones)
    gateways = len(egress.nat_zones)
    through_nat = (
        _internet_gib(wish.traffic)
        + _sites_gib(wish.traffic)
        + sum(gib for service, gib in wish.traffic.aws_api_gib.items() if service not in egress.endpoint_zones)
    )
    charges = [
        _fixed("nat", "gateway hours", "nat_gateway", "hour", gateways * HOURS_PER_MONTH),
        _fixed("nat", "public address hours", "vpc", "public_ipv4_in_use", gateways * HOURS_PER_MONTH),
    ]
    if gateways:
        charges.append(_usage("nat", "bytes processed", "nat_gateway", "data_processed", through_nat))
        charges.append(_usage("nat", "bytes between zones", *_INTER_ZONE, _crossing(through_nat, gateways, zones)))
    all_bytes = sum(wish.traffic.aws_api_gib[service] for service in egress.endpoint_zones)
    for service, places in egress.endpoint_zones.items():
        gib = wish.traffic.aws_api_gib[service]
        subject = f"endpoint {service}"
        charges.append(
            _fixed(subject, "endpoint hours", "vpc", "interface_endpoint_hour", len(places) * HOURS_PER_MONTH)
        )
        charges.append(_usage(subject, "bytes processed", *_ENDPOINT_BYTES, gib, whole=all_bytes))
        charges.append(_usage(subject, "bytes between zones", *_INTER_ZONE, _crossing(gib, len(places), zones)))
    return charges


def endpoint_against_nat(service: str, egress: Egress, wish: EgressWish, prices: SitePrices) -> tuple[float, float]:
    """Dollars a month of the service's endpoint, and of the same bytes through the plan's NAT gateways."""
    subject = f"endpoint {service}"
    own = prices.usd(charge for charge in egress_charges(egress, wish) if charge.subject == subject)
    gib = wish.traffic.aws_api_gib[service]
    crossing = _crossing(gib, len(egress.nat_zones), len(wish.zones)) if egress.nat_zones else 0.0
    nat = gib * prices.price("nat_gateway", "data_processed").usd_first
    return own, nat + crossing * prices.price(*_INTER_ZONE).usd_first


_INTER_ZONE = ("data_transfer", "inter_az")
_ENDPOINT_BYTES = ("vpc", "interface_endpoint_data_processed")


def _allowed_modes(wish: EgressWish) -> tuple[NatMode, ...]:
    site = f"sites.{wish.site}.network"
    needs_internet = [f"{site}.internet_gib_per_month: {wish.traffic.internet_gib:g}"] * (wish.traffic.internet_gib > 0)
    needs_internet += [
        f"workloads.{key}.image: from a registry outside of AWS" for key in dict.fromkeys(wish.traffic.outside_images)
    ]
    if _sites_gib(wish.traffic) > 0:
        needs_internet.append(f"sites.{wish.site}: its workloads call services of other sites")
    if wish.nat is NatMode.NONE:
        if needs_internet:
            raise InfeasibleError(
                "without NAT machines don't reach the internet",
                conflict=(f"{site}.nat: none", *needs_internet),
                hint="images in the stack's own repositories and internet_gib_per_month: 0 need no NAT",
            )
        return (NatMode.NONE,)
    if wish.nat is NatMode.SINGLE and wish.survivors and needs_internet:
        raise InfeasibleError(
            "one NAT gateway is lost with its zone",
            conflict=(
                f"{site}.nat: single",
                *(f"workloads.{key}.survive: {survive}" for key, survive in wish.survivors.items()),
                *needs_internet,
            ),
            hint="nat: per-zone or auto survives it",
        )
    if wish.nat is NatMode.SINGLE or wish.nat is NatMode.PER_ZONE:
        return (wish.nat,)
    modes = () if needs_internet else (NatMode.NONE,)
    return (*modes, NatMode.PER_ZONE) if wish.survivors else (*modes, NatMode.SINGLE, NatMode.PER_ZONE)


def _best_of_mode(mode: NatMode, line: tuple[float, float], wish: EgressWish, prices: SitePrices) -> Egress:
    """The best endpoints when endpoint bytes cost as the tier's line says."""
    zones = len(wish.zones)
    nat_zones = {NatMode.NONE: (), NatMode.SINGLE: wish.one_zone, NatMode.PER_ZONE: wish.zones}[mode]
    cross = prices.price(*_INTER_ZONE).usd_first
    nat_byte = prices.price("nat_gateway", "data_processed").usd_first
    endpoint_zone = prices.price("vpc", "interface_endpoint_hour").usd_first * HOURS_PER_MONTH
    # What must survive may not depend on an endpoint, or on a single NAT gateway, in a zone that can be lost.
    places = (wish.zones,) if wish.survivors else (wish.one_zone, wish.zones)
    forced = mode is NatMode.NONE or (mode is NatMode.SINGLE and bool(wish.survivors))
    chosen: dict[str, tuple[str, ...]] = {}
    for service, gib in wish.traffic.aws_api_gib.items():
        options: list[tuple[float, tuple[str, ...]]] = []
        if not forced:
            options.append((gib * nat_byte + _crossing(gib, len(nat_zones), zones) * cross, ()))
        options += [
            (len(place) * endpoint_zone + gib * line[1] + _crossing(gib, len(place), zones) * cross, place)
            for place in places
        ]
        place = min(options, key=lambda option: option[0])[1]
        if place:
            chosen[service] = place
    return Egress(mode=mode, nat_zones=nat_zones, endpoint_zones=chosen)


def _endpoint_lines(prices: SitePrices) -> Sequence[tuple[float, float]]:
    return tier_lines(prices.price(*_ENDPOINT_BYTES))


def _adapted(previous: Egress, wish: EgressWish, fallback: Egress) -> Egress:
    """The approved choice for services that are still used, the best one for new ones and for zones that changed."""
    places = (wish.zones,) if wish.survivors else (wish.one_zone, wish.zones)
    forced = fallback.mode is NatMode.NONE or (fallback.mode is NatMode.SINGLE and bool(wish.survivors))
    chosen: dict[str, tuple[str, ...]] = {}
    for service in wish.traffic.aws_api_gib:
        before = previous.endpoint_zones.get(service)
        place = before if before in places else None
        if place is None and (forced or before is not None):
            place = fallback.endpoint_zones.get(service)
        if place:
            chosen[service] = place
    return Egress(mode=fallback.mode, nat_zones=fallback.nat_zones, endpoint_zones=chosen)


def _crossing(gib: float, places: int, zones: int) -> float:
    """Twice the bytes that leave their zone for one of `places` zones: AWS bills them on both sides."""
    return 2 * gib * (1 - places / zones) if places else 0.0


def _internet_gib(traffic: Traffic) -> float:
    return traffic.internet_gib + traffic.outside_pulls_gib


def _sites_gib(traffic: Traffic) -> float:
    """Calls of public services of other sites pass the NAT gateway, there and back."""
    return traffic.crossing.requests_gib + traffic.crossing.answers_in_gib


def _fixed(subject: str, detail: str, service: str, item: str, amount: float) -> Charge:
    return Charge(
        subject=subject, detail=detail, service=service, item=item, amount_per_month=amount, billing=Billing.FIXED
    )


def _usage(subject: str, detail: str, service: str, item: str, amount: float, *, whole: float | None = None) -> Charge:
    return Charge(
        subject=subject,
        detail=detail,
        service=service,
        item=item,
        amount_per_month=amount,
        billing=Billing.USAGE,
        whole_per_month=whole,
    )
