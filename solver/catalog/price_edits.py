"""Price edits: `prices.<machine types>[.<purchase option>]=<change>`, a catalog with other prices of some machines.

A change is a factor, `*1.1`, or a part, `+4%` or `-10%`. Without a purchase option it is that of all of them: on
demand, spot and commitments.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from solver.catalog.catalog import Catalog
from solver.catalog.prices import Offering
from solver.errors import ConfigError, Problem

PREFIX = "prices."
_OPTIONS = ("on-demand", "spot", "commitments")
_FACTOR = re.compile(r"[*×](?P<factor>[0-9]+(\.[0-9]+)?)")
_PART = re.compile(r"(?P<part>[+-][0-9]+(\.[0-9]+)?) ?%")
_MOST = 1000.0
_LEAST = 0.001


@dataclass(frozen=True, kw_only=True)
class PriceEdit:
    """One change of prices."""

    pattern: str
    """Machine types: `g6.xlarge`, `c7i.*`."""
    options: tuple[str, ...] = _OPTIONS
    """Of on-demand, spot, commitments."""
    factor: float
    """New price for one USD of the old one."""

    def of(self, option: str) -> float:
        """The factor of one purchase option's prices."""
        return self.factor if option in self.options else 1.0


def is_price_key(key: str) -> bool:
    """Whether an argument's key is about the catalog's prices."""
    return key.startswith(PREFIX)


def price_edit(key: str, value: str, catalog: Catalog) -> PriceEdit:
    """The edit that an argument asks for; ConfigError when it is none, or no machine type has the name."""
    name = key.removeprefix(PREFIX)
    option = next((each for each in _OPTIONS if name.endswith(f".{each}")), None)
    pattern = name if option is None else name.removesuffix(f".{option}")
    names = sorted(offering.machine.name for region in catalog.regions for offering in catalog.purchasable(region))
    if not any(fnmatchcase(each, pattern) for each in names):
        near = get_close_matches(pattern, names, n=1)
        hint = f"Did you mean {PREFIX}{near[0]}?" if near else None
        allowed = "a machine type for sale in the stack's regions, or a pattern like c7i.*, is allowed"
        raise ConfigError([Problem(file="", path=key, found=f'"{pattern}"', allowed=allowed, hint=hint)])
    factor = _factor(value)
    if factor is None or not _LEAST <= factor <= _MOST:
        allowed = "a factor like *1.1, or a part like +4% or -10%, that leaves 0.001 to 1000 times the price is allowed"
        raise ConfigError([Problem(file="", path=key, found=f'"{value}"', allowed=allowed)])
    return PriceEdit(pattern=pattern, options=_OPTIONS if option is None else (option,), factor=factor)


def _factor(value: str) -> float | None:
    text = value.strip()
    if found := _FACTOR.fullmatch(text):
        return float(found["factor"])
    if found := _PART.fullmatch(text):
        return 1 + float(found["part"]) / 100
    return None


def with_prices(catalog: Catalog, edits: Sequence[PriceEdit]) -> Catalog:
    """The catalog at other prices: one edit after the other."""
    for edit in edits:
        tables = {
            name: replace(
                region,
                offerings={
                    machine: _priced(offering, edit) if fnmatchcase(machine, edit.pattern) else offering
                    for machine, offering in region.offerings.items()
                },
            )
            for name, region in catalog.tables.items()
        }
        catalog = replace(catalog, tables=tables)
    return catalog


def _priced(offering: Offering, edit: PriceEdit) -> Offering:
    price = offering.on_demand_usd_per_hour
    dearest = None if price is None else price * edit.of("on-demand")
    return replace(
        offering,
        on_demand_usd_per_hour=dearest,
        spot_usd_per_hour={
            zone: _at_most(usd * edit.of("spot"), dearest) for zone, usd in offering.spot_usd_per_hour.items()
        },
        # A commitment that saves nothing is none.
        commitments={
            term: usd * edit.of("commitments")
            for term, usd in offering.commitments.items()
            if dearest is None or usd * edit.of("commitments") < dearest
        },
    )


def _at_most(usd: float, most: float | None) -> float:
    """AWS sells spot machines at the on-demand price at most."""
    return usd if most is None else min(usd, most)
