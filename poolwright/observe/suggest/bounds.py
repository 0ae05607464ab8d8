"""Bounds: how far one run may move a load, and when it may become less."""

from __future__ import annotations

from dataclasses import dataclass

from solver.errors import ConfigError, Problem


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Of every suggestion of one run."""

    most_up: float = 2.0
    """A load becomes at most so many times what it is."""
    most_down: float = 0.8
    """A load becomes no less than this part of what it is."""
    least_change: float = 0.05
    """Loads that would move by less than this part stay."""
    cool_down_days: int = 7
    """A service's load becomes less only when it has not become more for so many days."""

    def __post_init__(self) -> None:
        wrong = [
            (name, found, allowed)
            for name, found, allowed, right in (
                ("most_up", self.most_up, "a factor from 1 to 10 is allowed", 1 <= self.most_up <= 10),
                ("most_down", self.most_down, "a part above 0 and at most 1 is allowed", 0 < self.most_down <= 1),
                ("least_change", self.least_change, "a part from 0 to 0.5 is allowed", 0 <= self.least_change <= 0.5),
                ("cool_down_days", self.cool_down_days, "0 to 365 days are allowed", 0 <= self.cool_down_days <= 365),
            )
            if not right
        ]
        if wrong:
            raise ConfigError(
                [
                    Problem(file="", path=f"--{name.replace('_', '-')}", found=f"{found:g}", allowed=allowed)
                    for name, found, allowed in wrong
                ]
            )
