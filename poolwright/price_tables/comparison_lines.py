"""A comparison as lines for people: one table, then what is missing where, then what to bear in mind."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.price_tables.elsewhere import BUILDS, Comparison, Place
from poolwright.render.parts import aligned

_NONE = "-"
_NUMBERS = ("machines", "other pools", "transfer", "total", "against home", "kg CO2e", "gap")


def comparison_lines(found: Comparison) -> Iterator[str]:
    """The table; money is USD a month, transfer once."""
    yield f"Stack {found.stack}, site {found.site}: USD a month before tax; transfer of {found.kept_gib:,.0f} GiB once"
    yield ""
    heads = ("where", "country", "how", *_NUMBERS, "built", "missing")
    yield from aligned(heads, [_cells(place) for place in found.places], right=_NUMBERS)
    told = [place for place in found.places if place.missing]
    if told:
        yield ""
        yield "Missing"
        for place in told:
            yield f"  {_where(place)}: {'; '.join(place.missing)}"
    yield ""
    yield f"{BUILDS}."
    yield from found.notes


def _where(place: Place) -> str:
    return f"{place.cloud} {place.region}{' (home)' if place.home else ''}"


def _cells(place: Place) -> tuple[str, ...]:
    return (
        _where(place),
        place.country or _NONE,
        place.how.value,
        _usd(place.machines_usd_per_month),
        _usd(place.other_pools_usd_per_month),
        _usd(place.transfer_once_usd),
        _usd(place.total_usd_per_month),
        _NONE if place.difference_percent is None else f"{place.difference_percent:+.1f} %",
        _NONE if place.kg_per_month is None else f"{place.kg_per_month:,.1f}",
        _NONE if place.gap is None else f"{place.gap:.1%}",
        "yes" if place.built else "no",
        str(len(place.missing)) if place.missing else _NONE,
    )


def _usd(value: float | None) -> str:
    return _NONE if value is None else f"{value:,.2f}"
