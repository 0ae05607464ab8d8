"""Rules about what was billed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from poolwright.observe.findings.observation import Found, Observation, Rule, month_of, share_words
from poolwright.observe.metrics import Metric

_OFF = 0.1
_LEAST_HOURS = 168


def billed_above_plan(seen: Observation) -> Iterator[Found]:
    """A bill that is a tenth above the plan or more, over a week or more."""
    series = seen.use.measured.get(Metric.COST, seen.stack)
    if series is None or len(series.total) < _LEAST_HOURS:
        return
    billed = month_of(float(np.nansum(series.total)), len(series.total))
    planned = seen.plan.proof.cost_usd_per_month
    if billed <= planned * (1 + _OFF):
        return
    yield Found(
        subject="limits.budget_usd_per_month",
        evidence=f"${billed:,.2f} a month billed, ${planned:,.2f} planned: {share_words(billed / planned - 1)} more",
        cause="load above the plan, amounts by use that the demand states too low, or resources that are not the "
        "plan's",
        act=f"poolwright report {seen.stack} lists what is not priced; poolwright drift {seen.stack} what was "
        f"changed by hand",
        usd_per_month=billed - planned,
    )


RULES = (Rule("billed-above-plan", "the bill is above the plan", billed_above_plan),)
