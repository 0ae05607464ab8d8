"""The network as a picture: subnets by tier and zone, and below them who may reach whom, from the callers down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from poolwright.render.report.drawing import WIDE, lines_of, number, sheet, text
from poolwright.review.shape import FlowRow, NetworkRow

_LAYERS = ("load-balancer", "proxy", "workload")
"""From the top; whoever is none of these stands above them as a source, and below them as a target alone."""
_WIDEST, _NARROWEST = 140, 100
"""Of a box."""
_HIGH, _GAP, _APART, _CELL, _LINE = 52, 14, 44, 26, 18


@dataclass(frozen=True)
class _Box:
    name: str
    x: float
    y: float
    wide: float

    @property
    def middle(self) -> float:
        return self.x + self.wide / 2


def network_chart(networks: Sequence[NetworkRow], flows: Sequence[FlowRow], width: int = WIDE) -> str | None:
    """The text of an SVG; None without networks."""
    if not networks:
        return None
    parts: list[str] = [
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>'
    ]
    top = 0
    for network in networks:
        parts.append(text(12, top + 22, f"{network.site}: {network.where}", "ink bold", room=width - 24))
        top += 34
        for place, words in enumerate(lines_of(network.ways_out, width - 24)):
            parts.append(text(12, top + 10 + place * _LINE, words, "faint small"))
        top += _LINE * len(lines_of(network.ways_out, width - 24)) + 4
        subnets, high = _subnets(network, top, width)
        parts += subnets
        top += high
        drawn, high = _flows([flow for flow in flows if flow.site == network.site], top, width)
        parts += drawn
        top += high
    return sheet("The network, and who may reach whom", width, top, parts)


def _subnets(network: NetworkRow, top: int, width: int) -> tuple[list[str], int]:
    """A row for each tier, a column for each zone."""
    zones = list(dict.fromkeys(subnet.zone for subnet in network.subnets))
    tiers = list(dict.fromkeys(subnet.tier for subnet in network.subnets))
    if not zones:
        return [], 0
    left = 80
    wide = (width - left - 12) / len(zones)
    parts = [
        text(left + place * wide + 6, top + 14, zone, "faint small", room=wide) for place, zone in enumerate(zones)
    ]
    for row, tier in enumerate(tiers):
        y = top + 20 + row * _CELL
        parts.append(text(left - 8, y + 17, tier, anchor="end"))
        for subnet in network.subnets:
            if subnet.tier == tier:
                x = left + zones.index(subnet.zone) * wide
                parts.append(f'<rect class="soft" x="{number(x)}" y="{y}" width="{number(wide - 4)}" height="22"/>')
                parts.append(text(x + 6, y + 16, subnet.range, "ink small", room=wide - 14))
    return parts, 20 + len(tiers) * _CELL + 16


def _flows(flows: Sequence[FlowRow], top: int, width: int) -> tuple[list[str], int]:
    boxes, high = _placed(flows, top, width)
    ports: dict[str, list[str]] = {}
    for flow in flows:
        ports.setdefault(flow.target, []).append(flow.ports)
    arrows = dict.fromkeys((flow.source, flow.target) for flow in flows)
    drawn = [part for source, target in arrows for part in _arrow(boxes[source], boxes[target])]
    for name, box in boxes.items():
        drawn += _box(box, ", ".join(dict.fromkeys(ports.get(name, ()))))
    return drawn, high


def _placed(flows: Sequence[FlowRow], top: int, width: int) -> tuple[Mapping[str, _Box], int]:
    """Boxes in layers below each other; a layer that is too wide goes on in a further row."""
    layers = _layers(flows)
    most = max((len(layer) for layer in layers), default=1) or 1
    wide = max(_NARROWEST, min(_WIDEST, (width - 24 + _GAP) // most - _GAP))
    across = max(1, (width - 24 + _GAP) // (wide + _GAP))
    boxes: dict[str, _Box] = {}
    y = top
    for layer in layers:
        for first in range(0, len(layer), across):
            row = layer[first : first + across]
            left = (width - len(row) * (wide + _GAP) + _GAP) / 2
            boxes |= {name: _Box(name, left + place * (wide + _GAP), y, wide) for place, name in enumerate(row)}
            y += _HIGH + _APART
    return boxes, y - top


def _layers(flows: Sequence[FlowRow]) -> list[list[str]]:
    """Names from the top down; in a layer those stand near each other that the same ones above reach."""
    sources = {flow.source for flow in flows}
    layers: list[list[str]] = [[] for _ in range(len(_LAYERS) + 2)]
    for name in dict.fromkeys(name for flow in flows for name in (flow.source, flow.target)):
        kind = name.partition(" ")[0]
        own = _LAYERS.index(kind) + 1 if kind in _LAYERS else 0 if name in sources else len(_LAYERS) + 1
        layers[own].append(name)
    above: dict[str, float] = {}
    for layer in layers:
        reached = {
            name: [above[flow.source] for flow in flows if flow.target == name and flow.source in above]
            for name in layer
        }
        layer.sort(key=lambda name: (fmean(reached[name]) if reached[name] else 1.0, name))
        above |= {name: place / len(layer) for place, name in enumerate(layer)}
    return layers


def _box(box: _Box, ports: str) -> Iterator[str]:
    kind, _, name = box.name.partition(" ")
    yield f'<rect class="soft" x="{number(box.x)}" y="{box.y}" width="{number(box.wide)}" height="{_HIGH}" rx="4"/>'
    if name:
        yield text(box.middle, box.y + 15, kind.replace("-", " "), "faint small", anchor="middle")
    yield text(
        box.middle, box.y + (31 if name else 22), name or kind, "ink bold small", room=box.wide - 8, anchor="middle"
    )
    if ports:
        yield text(box.middle, box.y + 46, f"port {ports}", "faint small", room=box.wide - 8, anchor="middle")


def _arrow(source: _Box, target: _Box) -> Iterator[str]:
    """Down to another layer; within a row below it, and up again."""
    start = source.y + _HIGH
    if source.y == target.y:
        low = start + _APART * 0.7
        path = f"M{number(source.middle + 8)} {start}V{number(low)}H{number(target.middle - 8)}V{start + 1}"
    else:
        half = (start + target.y) / 2
        ends = f"{number(target.middle)} {number(half)} {number(target.middle)} {target.y - 1}"
        path = f"M{number(source.middle)} {start}C{number(source.middle)} {number(half)} {ends}"
    yield f'<path class="edge" d="{path}" marker-end="url(#tip)"/>'
