"""What a page draws, as tables, for other forms and who can't see it: placement, utilisation, network, guarantees."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.render.report.document import Block, Bullets, Paragraph, Section, Table, code, line
from poolwright.review.drivers import hour_words
from poolwright.review.review import Review
from poolwright.review.shape import GuaranteeRow


def shape_sections(review: Review) -> Iterator[Section]:
    """Folded sections in the order of the pictures."""
    if review.placements:
        yield Section("placement", "Placement in the busiest hour", (_placements(review),), True, 8)
    if review.utilisation:
        yield Section("utilisation", "Utilisation of the machines", (_utilisation(review),), True, 8)
    if review.networks or review.flows:
        title = f"Network, and who may reach whom ({len(review.flows)})"
        yield Section("flows", title, tuple(_network(review)), True, 9)
    yield Section("guarantees", "What each guarantee costs", tuple(_guarantees(review)), True, 6)


def _placements(review: Review) -> Table:
    rows = tuple(
        (
            line(each.site),
            line(each.on),
            line(", ".join(f"{held.replicas} × {name}" for name, held in each.holds.items())),
            line(f"{each.vcpus_asked:.4g} of {each.vcpus:.4g}"),
            line(f"{each.memory_gib_asked:.4g} of {each.memory_gib:.4g} GiB"),
        )
        for each in review.placements
    )
    columns = ("site", "machines", "each holds", "vCPU", "memory")
    return Table(columns, rows, frozenset({"vCPU", "memory"}), "Which replicas share a machine")


def _utilisation(review: Review) -> Table:
    rows = tuple(
        (
            line(each.site),
            line(each.dimension),
            line(f"{each.mean * 100:.0f} %"),
            line(f"{each.highest * 100:.0f} %"),
            line(hour_words(each.highest_hour)),
        )
        for each in review.utilisation
    )
    caption = "What replicas ask for of the machines that run"
    return Table(("site", "dimension", "mean", "highest", "then"), rows, frozenset({"mean", "highest"}), caption)


def _network(review: Review) -> Iterator[Block]:
    for network in review.networks:
        outs = f"; {', '.join(network.ways_out)}" if network.ways_out else ""
        yield Paragraph(line(code(network.site), f": {network.where}{outs}."))
    subnets = [(network.site, subnet) for network in review.networks for subnet in network.subnets]
    if subnets:
        rows = tuple(
            (line(site), line(subnet.tier), line(subnet.zone), line(code(subnet.range))) for site, subnet in subnets
        )
        yield Table(("site", "tier", "zone", "range"), rows, caption="Subnets")
    if review.flows:
        flows = tuple(
            (line(each.site), line(each.source), line(each.target), line(each.ports), line(each.reason))
            for each in review.flows
        )
        yield Table(("site", "from", "to", "ports", "because"), flows, frozenset({"ports"}), "Allowed connections")


def _guarantees(review: Review) -> Iterator[Block]:
    if review.guarantees is None:
        asked = line("Not worked out for this lock: ", code(f"poolwright explain {review.stack}"), " does, and the")
        yield Paragraph((*asked, *line(" next report has it.")))
        return
    if not review.guarantees:
        yield Bullets((line("The demand has no guarantee that could be left out."),))
        return
    rows = tuple(
        (line(each.name), line(each.kept), line(each.without), line(guarantee_words(each)), line(each.note))
        for each in review.guarantees
    )
    columns = ("what", "now", "solved with", "USD a month", "known")
    yield Table(columns, rows, frozenset({"USD a month"}), "What each guarantee costs, or saves (−), a month")


def guarantee_words(row: GuaranteeRow) -> str:
    """`+412.00`, `no plan`."""
    if row.usd_per_month is None:
        return "no plan" if row.note else "–"
    return f"{row.usd_per_month:+,.2f}".replace("-", "−")
