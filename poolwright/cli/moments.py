"""Moments that options name."""

from __future__ import annotations

from datetime import datetime, tzinfo

from solver.errors import ConfigError, Problem

_YEARS = range(1970, 2201)


def moment_of(option: str, text: str, zone: tzinfo, allowed: str) -> datetime:
    """A moment in a time zone, which is also that of a text without an offset; ConfigError where there is none, or one
    of years in which nothing was measured."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.year not in _YEARS:
        raise ConfigError([Problem(file="", path=option, found=f'"{text}"', allowed=allowed)])
    return moment
