"""Spot prices of each zone: the time-weighted mean of a number of whole days.

A plan pays for every hour that its machines run, so what counts is what an hour costs on the average of all hours: not
the last price, which is a moment, and not the mean of the entries, of which a restless hour has many and a quiet week
one. An hour above the on-demand price counts with that price, since nobody has to pay more; so one error or one wild
hour moves the figure by little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from poolwright.price_tables.asking import Client, pages

_LINUX = "Linux/UNIX"
_DIGITS = 4
"""Significant digits of a mean: more would only make each refresh differ."""


@dataclass(frozen=True, kw_only=True)
class SpotHistory:
    """Means of one region."""

    prices: Mapping[str, Mapping[str, Decimal]]
    """USD an hour by machine type and zone id."""
    unread: tuple[str, ...]
    """Entries that are not as they should be."""


def ask_spot_history(
    client: Client, *, until: date, days: int, on_demand: Mapping[str, Decimal], types: Iterable[str] = ()
) -> SpotHistory:
    """The means of the `days` days before midnight UTC of the day `until`; of all machine types where none is named."""
    end = datetime.combine(until, time(), UTC)
    start = end - timedelta(days=days)
    zones = ask_zone_ids(client)
    arguments: dict[str, Any] = {"ProductDescriptions": [_LINUX], "StartTime": start, "EndTime": end}
    if wanted := sorted(types):
        arguments["InstanceTypes"] = wanted
    answer = pages(client, "describe_spot_price_history", **arguments)
    entries = (entry for page in answer for entry in page.get("SpotPriceHistory") or ())
    return read_history(entries, zones, start=start, end=end, on_demand=on_demand)


def ask_zone_ids(client: Client) -> dict[str, str]:
    """Zone id by name: us-east-1a is another place in every account, use1-az4 is not."""
    return {
        zone["ZoneName"]: zone["ZoneId"]
        for page in pages(client, "describe_availability_zones")
        for zone in page.get("AvailabilityZones") or ()
        if "ZoneName" in zone and "ZoneId" in zone
    }


def read_history(
    entries: Iterable[Mapping[str, Any]],
    zone_ids: Mapping[str, str],
    *,
    start: datetime,
    end: datetime,
    on_demand: Mapping[str, Decimal],
) -> SpotHistory:
    """The means of a history: its entries in any order, the last one before `start` among them."""
    series: dict[str, dict[str, dict[datetime, Decimal]]] = {}
    unread: set[str] = set()
    for entry in entries:
        name, stamp = entry.get("InstanceType"), entry.get("Timestamp")
        zone = entry.get("AvailabilityZoneId") or zone_ids.get(str(entry.get("AvailabilityZone")))
        price = _price(entry.get("SpotPrice"))
        if entry.get("ProductDescription") != _LINUX or not isinstance(name, str):
            continue
        if price is None or zone is None or not isinstance(stamp, datetime):
            unread.add(f"{name} in {zone or entry.get('AvailabilityZone')}: {entry.get('SpotPrice')} at {stamp}")
        elif stamp < end:
            prices = series.setdefault(name, {}).setdefault(zone, {})
            # Of two entries of one instant, whichever comes first, the dearer.
            prices[stamp] = max(price, prices.get(stamp, price))
    return SpotHistory(
        prices={
            name: {zone: _mean(prices, start, end, on_demand.get(name)) for zone, prices in sorted(zones.items())}
            for name, zones in sorted(series.items())
        },
        unread=tuple(sorted(unread)),
    )


def _mean(prices: Mapping[datetime, Decimal], start: datetime, end: datetime, most: Decimal | None) -> Decimal:
    """Σ price × seconds that it stood / seconds; from the first entry on where none is older than `start`."""
    stamps = sorted(prices)
    total, seconds = Decimal(0), Decimal(0)
    for stamp, following in zip(stamps, [*stamps[1:], end], strict=True):
        stood = Decimal((following - max(stamp, start)).total_seconds())
        if stood > 0:
            price = prices[stamp]
            total += stood * (price if most is None else min(price, most))
            seconds += stood
    return _rounded(total / seconds)


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(value.adjusted() - _DIGITS + 1)).normalize()


def _price(text: object) -> Decimal | None:
    try:
        price = Decimal(str(text))
    except InvalidOperation:
        return None
    return price if price.is_finite() and price > 0 else None
