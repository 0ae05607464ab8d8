"""Forecasts on a terminal and as data: what each service will be asked for, and how that is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from poolwright.observe.forecast.service import ServiceForecast
from poolwright.observe.forecast.week import hours_of_week
from poolwright.observe.report import ForecastRecord
from poolwright.render.parts import heading, table
from solver.demand.demand import Demand
from solver.demand.workloads import Service

_SHOWN = (0.5, 0.95, 0.99, 0.999)


def forecast_view(stack: str, found: Sequence[ServiceForecast], demand: Demand) -> RenderableType:
    """A row a service, then where each forecast comes from."""
    levels = [level for level in found[0].usual.quantiles if level in _SHOWN] or list(found[0].usual.quantiles)
    numbers = ["measured", *(level_words(level) for level in levels), "demand", "held"]
    rows = table("service", *numbers, right=numbers)
    for each in found:
        entry = demand.workloads[each.workload]
        assert isinstance(entry, Service)
        peaks = [f"{each.hours(level).max():,.4g}" for level in levels]
        now = max(entry.load.week_per_second())
        rows.add_row(
            "", each.workload, f"{last_peak(each):,.4g}", *peaks, f"{now:,.4g}", f"{held_share(each, entry):.1%}"
        )
    parts: list[RenderableType] = [
        heading(f"Stack {stack}: highest hour of the week from {found[0].first:%Y-%m-%d %H:%M} UTC on, load a second"),
        rows,
        Text("measured: highest hour of the last week; 95 %: that part of such hours stays below; held: part of all"),
        Text("hours in which the demand's load and headroom are enough, by the errors of the backtest"),
        Text(),
        heading("How it is known"),
    ]
    parts += [Text(f"  {each.workload}: {source_words(each)}") for each in found]
    return Group(*parts)


def source_words(found: ServiceForecast) -> str:
    """`combined, MASE 0.80 against 1.03 of seasonal-naive; 2,160 hours, 3 of them not measured`."""
    hours = found.measured.hours
    gaps = int(np.isnan(hours).sum())
    words = f"{found.usual.model}, {found.usual.reason}; {len(hours):,} hours"
    words += f", {gaps:,} of them not measured" if gaps else ""
    words += f", {found.event_hours:,} of them left out for events" if found.event_hours else ""
    coming = sorted({float(each) for each in found.factors if each != 1})
    return words + (f"; an event multiplies by {coming[-1]:g}" if coming else "")


def held_share(found: ServiceForecast, service: Service) -> float:
    """The part of all usual hours in which the demand's load with its headroom is enough."""
    week = service.load.week_per_second()
    places = hours_of_week(found.first, len(found.factors), found.time_zone)
    return found.usual.held_share(np.array([week[place] * (1 + service.headroom) for place in places]))


def forecast_of_report(found: ServiceForecast, demand: Demand) -> ForecastRecord:
    """As `poolwright observe --forecast` has it; the levels 0.5 and 0.95 are needed."""
    entry = demand.workloads[found.workload]
    assert isinstance(entry, Service)
    peak, sure, held = found.hours(0.5).max(), found.hours(0.95).max(), held_share(found, entry)
    return ForecastRecord(
        workload=found.workload,
        peak_per_second=float(f"{peak:.6g}"),
        sure_per_second=float(f"{sure:.6g}"),
        held_share=float(f"{held:.6g}"),
        because=source_words(found),
    )


def last_peak(found: ServiceForecast) -> float:
    """The highest measured hour of the last week."""
    return max(found.measured_week())


def level_words(level: float) -> str:
    """`95 %`, `99.9 %`."""
    return f"{100 * level:g} %"


def forecast_record(found: ServiceForecast, demand: Demand) -> dict[str, Any]:
    """One service as data: each hour's load at each level."""
    entry = demand.workloads[found.workload]
    assert isinstance(entry, Service)
    bands = {level: found.hours(level) for level in found.usual.quantiles}
    return {
        "workload": found.workload,
        "model": found.usual.model,
        "reason": found.usual.reason,
        "mase": _rounded(found.usual.mase),
        "seasonal_naive_mase": _rounded(found.usual.naive_mase),
        "pinball": _rounded(found.usual.pinball),
        "measured_hours": len(found.measured.hours),
        "missing_hours": int(np.isnan(found.measured.hours).sum()),
        "event_hours": found.event_hours,
        "held_share": _rounded(held_share(found, entry)),
        "hours": [
            {
                "time": (found.first + timedelta(hours=hour)).isoformat(),
                "event_factor": float(found.factors[hour]),
                "load_per_second": {f"{level:g}": _rounded(band[hour]) for level, band in bands.items()},
            }
            for hour in range(len(found.factors))
        ],
    }


def _rounded(number: float | None) -> float | None:
    """Six digits, which is more than any of these is known to."""
    return None if number is None else float(f"{number:.6g}")
