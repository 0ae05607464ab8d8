"""LoadProfile: the load of a service in each hour of a representative week, in the stack's time zone."""

from __future__ import annotations

from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from solver.demand.events import DayOfYear, LoadEvent
from solver.demand.forecast_file import level_text
from solver.demand.names import Key
from solver.quantity import HOURS_PER_WEEK, PositiveRate, Written
from solver.schema import Schema, is_empty

HourlyRates = Annotated[tuple[Annotated[float, Field(ge=0, le=1e9)], ...], Field(min_length=24, max_length=168)]

Level = Annotated[str, StringConstraints(pattern=r"^0\.[0-9]{1,6}$"), Written("a level like 0.99")]

_UP = Context(prec=12, rounding=ROUND_CEILING)

FORMS = ("peak_per_second", "hourly_per_second", "constant_per_second", "forecast")
"""The fields of a LoadProfile of which exactly one is given."""


class LoadProfile(Schema):
    """A peak with a shape (a trace's, or written out), each hour's rate, one for all hours, or a forecast's level."""

    peak_per_second: PositiveRate | None = None
    """Units of load a second in the week's highest hour; goes with `trace` or `shape`."""
    trace: str | None = None
    """CSV file `hour,load` of 168 rows, its path from this file; its highest hour becomes the peak."""
    shape: HourlyRates | None = None
    """24 or 168 relative values; the highest becomes the peak. Filled from `trace` when that is given."""
    hourly_per_second: HourlyRates | None = None
    """24 or 168 rates; hour 0 is Monday 00:00."""
    constant_per_second: PositiveRate | None = None
    """The same rate in every hour."""
    forecast: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """CSV file that `poolwright forecast --write` wrote, its path from this file; goes with `service_level`."""
    service_level: Annotated[float, Field(gt=0, lt=1, exclude_if=is_empty)] | None = Field(
        default=None, exclude_if=is_empty
    )
    """Part of all such hours in which what is planned is enough: the load is the forecast's at this level."""
    quantiles: Annotated[dict[Level, HourlyRates], Field(max_length=2, exclude_if=is_empty)] = Field(
        default_factory=dict[str, tuple[float, ...]]
    )
    """Filled from `forecast`: its loads at the service level and in the median."""
    events: Annotated[dict[Key, LoadEvent], Field(max_length=20, exclude_if=is_empty)] = Field(
        default_factory=dict[str, LoadEvent]
    )
    """Days on which the load is a multiple: they are planned for in the week that `week_of` of the stack names."""
    week_of: DayOfYear | None = Field(default=None, exclude_if=is_empty)
    """Filled from `week_of` of the stack where there are events."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = [name for name in FORMS if getattr(self, name) is not None]
        if len(given) != 1:
            found = f"{' and '.join(given)} are given" if given else "none is given"
            raise ValueError(f"one of {', '.join(FORMS)} is allowed; {found}")
        if self.peak_per_second is None and (self.trace is not None or self.shape is not None):
            raise ValueError(f"a trace or a shape is allowed with peak_per_second only; {given[0]} is given")
        if self.peak_per_second is not None and self.trace is None and self.shape is None:
            raise ValueError("peak_per_second is allowed together with a trace or a shape; neither is given")
        if (self.forecast is None) != (self.service_level is None):
            given = ["forecast"] if self.service_level is None else ["service_level"]
            raise ValueError(f"a forecast and a service_level are allowed together; only {given[0]} is given")
        for name in ("shape", "hourly_per_second"):
            values: tuple[float, ...] | None = getattr(self, name)
            if values is not None and len(values) not in (24, HOURS_PER_WEEK):
                raise ValueError(f"24 or 168 values of {name} are allowed; it has {len(values)}")
            if values is not None and max(values) <= 0:
                raise ValueError(f"at least one hour above 0 in {name} is allowed; all are 0")
        return self

    def week_per_second(self) -> tuple[float, ...]:
        """168 rates, units of load a second; a trace must have been read into `shape` before."""
        week = self._usual_week()
        if self.week_of is None or not self.events:
            return week
        times = [1.0] * HOURS_PER_WEEK
        for event in self.events.values():
            for hour in event.hours_of(self.week_of):
                times[hour] = event.times if times[hour] == 1.0 else max(times[hour], event.times)
        return tuple(rate * each for rate, each in zip(week, times, strict=True))

    def _usual_week(self) -> tuple[float, ...]:
        if self.service_level is not None:
            level = level_text(self.service_level)
            if level not in self.quantiles:
                raise ValueError(f"the forecast {self.forecast} has not been read")
            return self.quantiles[level]
        if self.constant_per_second is not None:
            return (self.constant_per_second,) * HOURS_PER_WEEK
        if self.hourly_per_second is not None:
            return _week(self.hourly_per_second)
        if self.shape is None or self.peak_per_second is None:
            raise ValueError(f"the trace {self.trace} has not been read")
        scale = self.peak_per_second / max(self.shape)
        return _week(tuple(value * scale for value in self.shape))

    def part(self, share: Fraction) -> LoadProfile:
        """A part of the load, each hour rounded up at the twelfth digit: the parts are never less than the whole."""
        week = (rounded_up(Fraction(repr(rate)) * share) for rate in self.week_per_second())
        return LoadProfile(hourly_per_second=tuple(week))


def rounded_up(number: Fraction) -> float:
    """The number in at most twelve digits, not below it."""
    return float(_UP.divide(Decimal(number.numerator), Decimal(number.denominator)))


def _week(values: tuple[float, ...]) -> tuple[float, ...]:
    return values * (HOURS_PER_WEEK // len(values))
