"""Discounts: what an agreement takes off the tables' prices; the tables themselves stay list prices.

`discounts.yaml` in the catalog's folder has the agreements, or names a private file that has them, by its SHA-256. It
is a table like the others, so the digest of the catalog covers it: a lock is stale when an agreement changes, also
where nobody may read the private file. Agreements count as of one day, which the file names: a plan knows no clock.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from solver.catalog.documents import line_in, read_document
from solver.catalog.entry import Entry
from solver.catalog.prices import Offering, Price
from solver.catalog.tables import Reading, near_miss, shown
from solver.errors import Problem

DISCOUNTS_FILE = "discounts.yaml"
PLACE_OF_PRIVATE = "POOLWRIGHT_DISCOUNTS"
"""Environment variable: where the private file is on this machine."""
Option = Literal["on-demand", "spot", "commitments"]


class Agreement(Entry):
    """What is taken off which prices, and from when until when."""

    percent_off: Annotated[float, Field(gt=0, lt=100)]
    regions: Annotated[tuple[str, ...], Field(min_length=1)] = ("*",)
    families: tuple[str, ...] = ()
    """Patterns of machine families; with `options`, which of their prices."""
    options: Annotated[tuple[Option, ...], Field(min_length=1)] = ("on-demand", "spot", "commitments")
    services: tuple[str, ...] = ()
    """Patterns of services as the tables of service and storage prices name them: s3, ebs, data_transfer, …"""
    since: Annotated[date | None, Field(alias="from")] = None
    """First day; None: it always was."""
    until: date | None = None
    """Last day; None: it has no end."""
    reason: str
    source: str

    @model_validator(mode="after")
    def _takes_something_off(self) -> Self:
        if not self.families and not self.services:
            raise ValueError("patterns of families, of services or of both are needed: what it is taken off")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError("a last day that is not before the first one is allowed")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether it counts on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def factor(self, region: str, patterns: tuple[str, ...], name: str) -> float:
        """What is left of one USD."""
        holds = any(fnmatchcase(region, each) for each in self.regions)
        return 1 - self.percent_off / 100 if holds and any(fnmatchcase(name, each) for each in patterns) else 1.0


class PrivateFile(Entry):
    """A file with agreements that is kept elsewhere."""

    name: str
    file: str
    """Path from the catalog's folder; POOLWRIGHT_DISCOUNTS names another place."""
    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class DiscountsFile(Entry):
    """discounts.yaml."""

    as_of: date
    agreements: dict[str, Agreement] = Field(default_factory=dict[str, Agreement])
    private: PrivateFile | None = None


class PrivateAgreements(Entry):
    """The private file."""

    agreements: dict[str, Agreement]


_FILE = TypeAdapter(DiscountsFile)
_PRIVATE = TypeAdapter(PrivateAgreements)


@dataclass(frozen=True, kw_only=True)
class Discounts:
    """Agreements that count."""

    name: str
    """The private file's name, or `discounts.yaml`; all that is said of the agreements."""
    digest: str
    """SHA-256 of the file that has them."""
    agreements: tuple[Agreement, ...]
    """Those that hold on the day, in the file's order; they are taken off one after the other."""
    turns: date | None
    """The first day after `as_of` on which other agreements count; None where there is none."""

    def __str__(self) -> str:
        return f"{self.name} (sha256:{self.digest[:12]})"

    def offering(self, region: str, offering: Offering) -> Offering:
        """One machine type at the agreed prices; as AWS sells it, spot is never above on demand."""
        family = offering.machine.family
        factors: dict[str, float] = dict.fromkeys(("on-demand", "spot", "commitments"), 1.0)
        for each in self.agreements:
            factor = each.factor(region, each.families, family)
            factors |= {option: factors[option] * factor for option in each.options}
        if set(factors.values()) == {1.0}:
            return offering
        price = offering.on_demand_usd_per_hour
        dearest = None if price is None else _rounded(price * factors["on-demand"])
        spot = {zone: _rounded(usd * factors["spot"]) for zone, usd in offering.spot_usd_per_hour.items()}
        terms = {term: _rounded(usd * factors["commitments"]) for term, usd in offering.commitments.items()}
        return replace(
            offering,
            on_demand_usd_per_hour=dearest,
            spot_usd_per_hour={zone: usd if dearest is None else min(usd, dearest) for zone, usd in spot.items()},
            # A commitment that saves nothing is none.
            commitments={term: usd for term, usd in terms.items() if dearest is None or usd < dearest},
        )

    def price(self, region: str, service: str, price: Price) -> Price:
        """One price of a service at what is agreed."""
        left = 1.0
        for each in self.agreements:
            left *= each.factor(region, each.services, service)
        if left == 1.0:
            return price
        tiers = tuple(replace(tier, usd=tier.usd * left) for tier in price.tiers)
        return replace(price, tiers=tiers)


@dataclass(frozen=True, kw_only=True)
class Sold:
    """What patterns of agreements may be of."""

    regions: frozenset[str]
    """Regions of the catalog's folder."""
    families: frozenset[str]
    """Machine families."""
    services: frozenset[str]
    """Services with prices in the regions that were read; empty where none was."""


def read_discounts(reading: Reading, home: Path, sold: Sold) -> Discounts | None:
    """The agreements of a catalog's folder; None where it has none. `home` is the folder of the project's own catalog,
    from which a private file is looked for where a copy of the catalog stands elsewhere."""
    path = reading.root / DISCOUNTS_FILE
    if not path.is_file():
        return None
    found = read_document(reading, path, _FILE)
    return None if found is None else _agreed(reading, path, found, (reading.root, home), sold)


def read_trial(reading: Reading, path: Path, sold: Sold) -> Discounts | None:
    """Agreements of another file of the same format, for a trial."""
    own = Reading(path.parent)
    found = read_document(own, path, _FILE)
    trial = None if found is None else _agreed(own, path, found, (path.parent,), sold)
    # It may be one that nobody committed: what was found in it may be a rate.
    reading.problems += [replace(problem, found=None, hint=None) for problem in own.problems]
    return trial


def _agreed(
    reading: Reading, path: Path, found: DiscountsFile, folders: tuple[Path, ...], sold: Sold
) -> Discounts | None:
    def refuse(place: str, allowed: str, hint: str | None = None) -> None:
        reading.problems.append(Problem(file=shown(path), path=place, allowed=allowed, hint=hint))

    if (found.private is None) == (not found.agreements):
        refuse("agreements", "either agreements or a private file is needed")
        return None
    if found.private is None:
        reading.problems += _of_nothing(path, found.agreements, sold)
        return _counted(path.name, sha256(path.read_bytes()).hexdigest(), found.agreements, found.as_of)
    name, private = found.private.name, _place(found.private, folders)
    if private is None or not private.is_file():
        refuse("private.file", f"the private file {name} is needed to know prices", f"Set {PLACE_OF_PRIVATE} to it.")
        return None
    digest = sha256(private.read_bytes()).hexdigest()
    if f"sha256:{digest}" != found.private.digest:
        hint = "Get the agreed file, or write its new digest and plan the locks again."
        refuse(
            "private.digest", f"the private file {name} with this digest is needed; the one at hand is another", hint
        )
        return None
    own = Reading(private.parent)
    agreements = read_document(own, private, _PRIVATE)
    if agreements is not None:
        own.problems += _of_nothing(private, agreements.agreements, sold)
    reading.problems += [replace(problem, found=None, hint=None) for problem in own.problems]
    return None if agreements is None else _counted(name, digest, agreements.agreements, found.as_of)


def _of_nothing(path: Path, agreements: Mapping[str, Agreement], sold: Sold) -> list[Problem]:
    """Patterns that match nothing: what they were to take off is not taken off, and nobody would see it."""
    problems: list[Problem] = []
    for name, each in agreements.items():
        for key, patterns, known in (
            ("regions", each.regions, sold.regions),
            ("families", each.families, sold.families),
            ("services", each.services, sold.services),
        ):
            for number, pattern in enumerate(patterns if known else ()):
                if not any(fnmatchcase(one, pattern) for one in known):
                    place = ("agreements", name, key, number)
                    allowed = f"a pattern that matches one of the catalog's {len(known)} {key} is allowed"
                    problems.append(
                        Problem(
                            file=shown(path),
                            line=line_in(path, place),
                            path=".".join(map(str, place)),
                            found=f'"{pattern}"',
                            allowed=allowed,
                            hint=near_miss(pattern, sorted(known)),
                        )
                    )
    return problems


def _place(private: PrivateFile, folders: tuple[Path, ...]) -> Path | None:
    if named := os.environ.get(PLACE_OF_PRIVATE):
        return Path(named)
    return next((folder / private.file for folder in folders if (folder / private.file).is_file()), None)


def _counted(name: str, digest: str, agreements: Mapping[str, Agreement], on: date) -> Discounts:
    begins = [each.since for each in agreements.values() if each.since is not None and each.since > on]
    ends = [each.until + timedelta(days=1) for each in agreements.values() if each.until is not None]
    return Discounts(
        name=name,
        digest=digest,
        agreements=tuple(each for each in agreements.values() if each.holds_on(on)),
        turns=min([*begins, *(day for day in ends if day > on)], default=None),
    )


def _rounded(usd: float) -> float:
    """To a millionth, as rates in the tables are."""
    return round(usd, 6)
