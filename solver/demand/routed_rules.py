"""What a demand says about networks beyond the VPC: ranges apart from its own, each led to in one way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from solver.demand.contradiction import Contradiction

if TYPE_CHECKING:
    from solver.demand.demand import AwsSite
    from solver.demand.routed import RoutedNetwork

_MOST_ROUTES = 40
"""AWS takes 50 in a table; the rest is kept for its own and ours."""


def routed_contradictions(name: str, site: AwsSite) -> Iterator[Contradiction]:
    """Every contradiction of one site."""
    wish = site.network
    path = ("sites", name, "network")
    found: list[tuple[tuple[str, ...], RoutedNetwork]] = [
        ((*path, "peers", key), peer) for key, peer in wish.peers.items()
    ]
    if wish.transit_gateway is not None:
        found.append(((*path, "transit_gateway"), wish.transit_gateway))
    seen: dict[object, str] = {}
    for place, routed in found:
        peered = place[-2] == "peers"
        for index, block in enumerate(routed.ranges):
            at = (*place, "ranges", index)
            if block.overlaps(wish.cidr) and (peered or not block.supernet_of(wish.cidr) or block == wish.cidr):
                more = "" if peered else "; one that holds it, with more than it, is"
                yield Contradiction(path=at, allowed=f"a range that does not overlap {wish.cidr} is allowed{more}")
            elif block in seen:
                yield Contradiction(path=at, allowed=f"a range of its own is allowed; {seen[block]} has it")
            seen.setdefault(block, ".".join(place[2:]))
    if len(seen) > _MOST_ROUTES:
        yield Contradiction(
            path=path, found=f"{len(seen)} ranges", allowed=f"at most {_MOST_ROUTES} ranges beyond the VPC are allowed"
        )
