"""All rules, in the order in which their findings are shown."""

from __future__ import annotations

from poolwright.observe.findings import data, load, machines, money, requests
from poolwright.observe.findings.observation import Rule

RULES: tuple[Rule, ...] = (*load.RULES, *requests.RULES, *machines.RULES, *data.RULES, *money.RULES)
