"""The pictures of a review's page, each for a screen and for a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from poolwright.render.plan_week import week_panels
from poolwright.render.report.drawing import NARROW, WIDE
from poolwright.render.report.guarantee_chart import guarantee_chart
from poolwright.render.report.network_chart import network_chart
from poolwright.render.report.page import Picture
from poolwright.render.report.placement_chart import placement_chart
from poolwright.render.report.utilisation_chart import utilisation_chart
from poolwright.render.report.waterfall import waterfall
from poolwright.render.week_chart import week_chart
from poolwright.review.review import Review
from solver.demand.demand import Demand
from solver.plan.plan import Plan

_WEEK = "A week: load, and what can do it"


@dataclass(frozen=True)
class Told:
    """Colours that words have on a page of several stacks, which each stack's pictures add to."""

    machines: dict[str, str] = field(default_factory=dict[str, str])
    replicas: dict[str, str] = field(default_factory=dict[str, str])


def pictures_of(review: Review, plan: Plan, demand: Demand, told: Told | None = None) -> tuple[Picture, ...]:
    """Those that have something to show, in the order of the page."""
    told = told or Told()
    panels = week_panels(plan, demand)
    drawn: tuple[tuple[str, str, str, Callable[[int], str | None]], ...] = (
        ("cost", "What moved the cost", "why", lambda width: waterfall(review, width)),
        (
            "week",
            _WEEK,
            "needs",
            lambda width: week_chart(_WEEK, panels, width, told=told.machines) if panels else None,
        ),
        (
            "used",
            "Utilisation of the machines, hour by hour",
            "utilisation",
            lambda width: utilisation_chart(review.utilisation, width),
        ),
        (
            "placed",
            "Which replicas share a machine, in the busiest hour",
            "placement",
            lambda width: placement_chart(review.placements, width, told=told.replicas),
        ),
        (
            "network",
            "The network, and who may reach whom",
            "flows",
            lambda width: network_chart(review.networks, review.flows, width),
        ),
        (
            "promises",
            "What each guarantee costs, or saves, USD a month",
            "guarantees",
            lambda width: guarantee_chart(review.guarantees or (), width),
        ),
    )
    return tuple(picture for each in drawn for picture in _picture(*each))


def _picture(key: str, title: str, table: str, draw: Callable[[int], str | None]) -> Iterator[Picture]:
    wide, narrow = draw(WIDE), draw(NARROW)
    if wide is not None and narrow is not None:
        yield Picture(key=key, title=title, table=table, wide=wide, narrow=narrow)
