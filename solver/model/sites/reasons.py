"""Why each free workload runs where it runs, and what the other choices cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from solver.model.sites.choice import ANYWHERE, Options
from solver.model.sites.search import Answer, Found
from solver.plan.explanation import Reason
from solver.quantity import cents, format_usd

Site = TypeVar("Site", bound=Answer)


def site_reasons(options: Options, found: Found[Site]) -> tuple[Reason, ...]:
    """One for all sites together, with the next best choice; one for each workload that might run elsewhere."""
    free = list(dict.fromkeys(workload for workload, _ in options.free()))
    if not free:
        return ()
    usd = found.placed.usd_per_month
    others = sorted(found.others.items(), key=lambda each: (each[1], each[0]))
    costs = "; ".join(f"{words}: {format_usd(cost)}" for words, cost in others)
    whole = Reason(
        subject="sites",
        text=f"{', '.join(free)} might run on several sites; as planned all sites cost {format_usd(usd)} a month"
        + (f". Other choices: {costs}." if costs else "."),
        next_best=others[0][0] if others else None,
        extra_usd_per_month=cents(others[0][1] - usd) if others else None,
    )
    return (whole, *(Reason(subject=f"sites of {key}", text=_text(options, found, key)) for key in sorted(free)))


def _text(options: Options, found: Found[Site], key: str) -> str:
    if key in options.jobs:
        return f"It runs on {found.placed.choice.jobs[key]}, of {', '.join(options.sites[key])}."
    return f"{'; '.join(_parts(found, key))}; of {', '.join(options.sites[key])}."


def _parts(found: Found[Site], key: str) -> Iterator[str]:
    for site, services in sorted(found.placed.serves.items()):
        parts = services.get(key, {})
        if parts:
            named = [f"{float(part) * 100:.4g} % from {origin}" for origin, part in parts.items() if origin != ANYWHERE]
            whole = float(sum(parts.values())) * 100
            yield f"{site} serves {whole:.4g} % of its load" + (f" ({', '.join(named)})" if named else "")
