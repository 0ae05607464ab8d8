"""The pictures of a page: well-formed, the same bytes each time, and each bar and box where its figures say."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from poolwright.render.report.drawing import NARROW, WIDE, fitting, lines_of
from poolwright.render.report.guarantee_chart import guarantee_chart
from poolwright.render.report.network_chart import network_chart
from poolwright.render.report.pictures import pictures_of
from poolwright.render.report.placement_chart import placement_chart
from poolwright.render.report.utilisation_chart import utilisation_chart
from poolwright.review.shape import FlowRow, GuaranteeRow, Held, NetworkRow, PlacementRow, SubnetRow, UtilisationRow
from tests.golden import told
from tests.poolwright.review.reviews import review_of_case

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>"&'


def drawn(svg: str | None) -> ET.Element:
    assert svg is not None
    return ET.fromstring(svg)


def words(svg: str | None) -> list[str]:
    return [each.text or "" for each in drawn(svg).iter(f"{SVG}text")]


def bars(svg: str | None, kind: str) -> list[tuple[float, float]]:
    """Left edge and width."""
    found = [each for each in drawn(svg).iter(f"{SVG}rect") if kind in (each.get("class"), each.get("fill"))]
    return [(float(each.attrib["x"]), float(each.attrib["width"])) for each in found]


def test_a_case_has_all_its_pictures_twice_and_draws_the_same_again() -> None:
    case, review = told("a-zone-is-lost-at-noon"), review_of_case("a-zone-is-lost-at-noon")
    pictures = pictures_of(review, case.plan, case.demand)
    assert [each.key for each in pictures] == ["week", "used", "placed", "network"], "no cost moved, nobody explained"
    assert pictures == pictures_of(review, case.plan, case.demand)
    for each in pictures:
        assert (drawn(each.wide).attrib["width"], drawn(each.narrow).attrib["width"]) == (str(WIDE), str(NARROW))


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_nobodys_text_becomes_markup(width: int) -> None:
    held = {HOSTILE: Held(replicas=1, vcpus=2.0, memory_gib=4.0)}
    flow = FlowRow(site=HOSTILE, source=HOSTILE, target=f"workload {HOSTILE}", ports=HOSTILE, reason="")
    subnet = SubnetRow(tier=HOSTILE, zone=HOSTILE, range=HOSTILE)
    network = NetworkRow(site=HOSTILE, where=HOSTILE, subnets=(subnet,), ways_out=(HOSTILE,))
    row = UtilisationRow(site=HOSTILE, dimension=HOSTILE, hourly=(0.5,) * 168)
    placed = PlacementRow(site=HOSTILE, on=HOSTILE, holds=held, vcpus=4.0, memory_gib=8.0)
    cost = GuaranteeRow(name=HOSTILE, kept=HOSTILE, without="", usd_per_month=1.0)
    for svg in (
        network_chart([network], [flow], width),
        utilisation_chart([row], width),
        placement_chart([placed], width),
        guarantee_chart([cost], width),
    ):
        assert not list(drawn(svg).iter(f"{SVG}script"))
        assert "<script" not in (svg or "")


def test_a_bar_of_a_machine_is_as_long_as_what_its_replicas_ask_for() -> None:
    holds = {"a.x": Held(replicas=1, vcpus=1.0, memory_gib=2.0), "b.x": Held(replicas=2, vcpus=2.0, memory_gib=1.0)}
    svg = placement_chart([PlacementRow(site="main", on="2 × m7g.xlarge", holds=holds, vcpus=4.0, memory_gib=4.0)])
    whole = bars(svg, "soft")[0][1]
    a, b = bars(svg, "#3b82f6")[1:], bars(svg, "#f59e0b")[1:]
    assert [wide / whole for _, wide in a] == pytest.approx([0.25, 0.5], abs=1e-3)
    assert [wide / whole for _, wide in b] == pytest.approx([0.5, 0.25], abs=1e-3)
    assert b[0][0] == pytest.approx(a[0][0] + a[0][1], abs=0.1), "they stand beside each other"


def test_costs_go_to_the_right_of_zero_and_savings_to_the_left() -> None:
    def row(name: str, usd: float | None) -> GuaranteeRow:
        return GuaranteeRow(name=name, kept="shop", without="", usd_per_month=usd)

    svg = guarantee_chart([row("spot", -50.0), row("headroom", 100.0), row("gang", None)])
    (costs,), (saves,) = bars(svg, "more"), bars(svg, "less")
    assert costs[0] == pytest.approx(saves[0] + saves[1], abs=0.1)
    assert costs[1] == pytest.approx(2 * saves[1], abs=0.2)
    assert words(svg) == ["headroom: shop", "+100.00", "spot: shop", "−50.00"]
    assert guarantee_chart([row("gang", None)]) is None


def test_an_arrow_leads_from_who_calls_to_who_answers() -> None:
    def flow(source: str, target: str) -> FlowRow:
        return FlowRow(site="main", source=source, target=target, ports="80", reason="")

    network = NetworkRow(site="main", where="10.0.0.0/16", subnets=(), ways_out=())
    flows = [
        flow("internet", "load-balancer public"),
        flow("load-balancer public", "workload shop"),
        flow("workload shop", "workload search"),
        flow("workload search", "file-system shared"),
    ]
    svg = network_chart([network], flows)
    boxes = [each for each in drawn(svg).iter(f"{SVG}rect") if each.get("class") == "soft"]
    assert len(boxes) == 5
    paths = [each for each in drawn(svg).iter(f"{SVG}path") if each.get("class") == "edge"]
    assert len(paths) == len(flows)
    tops = sorted({float(each.attrib["y"]) for each in boxes})
    assert len(tops) == 4, "callers, load balancers, workloads, storage"
    starts = [float(re.findall(r"[\d.]+", each.attrib["d"])[1]) for each in paths]
    assert starts == [top + 52 for top in (tops[0], tops[1], tops[2], tops[2])]


def test_sites_without_connections_and_sheets_without_rows_are_drawn_or_left_out() -> None:
    alone = NetworkRow(site="plant", where="hosts line-1", subnets=(), ways_out=())
    assert "plant: hosts line-1" in words(network_chart([alone], []))
    assert network_chart([], []) is utilisation_chart([]) is placement_chart([]) is None


def test_texts_fit_where_they_stand() -> None:
    assert fitting("m7g.large", 200) == "m7g.large"
    assert fitting("a-very-long-name-of-a-workload", 100) == "a-very…rkload"
    assert len(fitting("x" * 100, 1)) == 2
    assert lines_of(["one", "two", "three"], 75) == ["one, two", "three"]
