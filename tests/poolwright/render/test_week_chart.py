"""The picture of a week: every area and line is where its values say, and the same panels give the same bytes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from poolwright.render.plan_week import week_panels
from poolwright.render.week_chart import HOURS, Band, Line, Panel, week_chart
from tests.golden import told

SVG = "{http://www.w3.org/2000/svg}"


def week(night: float, day: float) -> tuple[float, ...]:
    return ((night,) * 12 + (day,) * 12) * 7


def drawn(*panels: Panel) -> ET.Element:
    return ET.fromstring(week_chart("a week", panels))


def corners(element: ET.Element) -> list[tuple[float, float]]:
    points = [point.split(",") for point in element.attrib["points"].split()]
    return [(float(x), float(y)) for x, y in points]


def test_areas_lie_on_each_other_and_lines_go_over_them() -> None:
    low = Band(label="m7g.large on-demand", colour="m7g.large", pale=False, hourly=week(10, 10))
    high = Band(label="m7g.large spot", colour="m7g.large", pale=True, hourly=week(0, 10))
    load = Line(label="load", dashed=False, hourly=week(10, 20))
    picture = drawn(Panel(title="shop", bands=(low, high), lines=(load,)))
    below, above = picture.findall(f"{SVG}polygon")
    (line,) = picture.findall(f"{SVG}polyline")

    assert below.attrib["fill"] == above.attrib["fill"], "one machine type, one colour"
    assert float(above.attrib["fill-opacity"]) < float(below.attrib["fill-opacity"]), "spot is paler"
    assert {y for _, y in corners(line)} == {y for _, y in corners(above)}, "the load is as high as both areas"
    assert len({y for _, y in corners(below)}) == 2, "the same in every hour, from the ground up"
    assert min(x for x, _ in corners(line)) < max(x for x, _ in corners(line)) < 960


def test_names_can_not_break_the_picture() -> None:
    band = Band(label='<b> & "co"', colour="x", pale=False, hourly=(1.0,) * HOURS)

    texts = [each.text for each in drawn(Panel(title="</svg>", bands=(band,))).iter(f"{SVG}text")]

    assert "</svg>" in texts
    assert '<b> & "co"' in texts


def test_a_service_without_load_at_night_and_a_panel_without_bands_are_drawn() -> None:
    idle = Line(label="load", dashed=False, hourly=(0.0,) * HOURS)

    assert drawn(Panel(title="idle", bands=(), lines=(idle,))).tag == f"{SVG}svg"


def test_the_panels_of_a_plan_have_its_load_and_hold_it_in_every_hour() -> None:
    case = told("night-batch-before-six")
    panels = week_panels(case.plan, case.demand)

    assert week_chart("a", panels) == week_chart("a", panels)
    for panel in panels:
        for line in panel.lines:
            held = [sum(hours) for hours in zip(*(band.hourly for band in panel.bands), strict=True)]
            assert all(held[hour] >= line.hourly[hour] for hour in range(HOURS))
    assert [panel for panel in panels if not panel.lines], "jobs have a panel of their own"
