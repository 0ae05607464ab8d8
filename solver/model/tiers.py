"""Tiered prices as the lowest of straight lines, so that models with few tiered prices stay exact without integers."""

from __future__ import annotations

from solver.catalog.prices import Price


def tier_lines(price: Price) -> tuple[tuple[float, float], ...]:
    """(a, p) of each tier's line: dollars = a + p × amount, exact inside the tier and never below the price outside.

    A cumulative price whose rates fall is concave: its value is the least of these lines at every amount, and so the
    least over x of f(x) + price(x) is the least over the lines of the least over x of f(x) + a + p × x.
    ValueError where a later tier is dearer, since then it does not hold.
    """
    rates = [tier.usd for tier in price.tiers]
    if rates != sorted(rates, reverse=True):
        raise ValueError("a tier is dearer than the one before it")
    return tuple((price.cost(tier.from_amount) - tier.usd * tier.from_amount, tier.usd) for tier in price.tiers)
