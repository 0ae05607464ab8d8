"""Commands are tested on the same few measured loads, of which each is forecast once."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from poolwright.observe.forecast.combined import Combined
from poolwright.observe.forecast.forecaster import Hours

_expected = Combined.expected
_KNOWN: dict[tuple[bytes, int], Hours] = {}
"""By the hours that were measured, and how many were asked for. That the same hours have the same forecast is tested
where forecasts are made; here it would be tested at several seconds a test."""


@pytest.fixture(scope="module", autouse=True)
def _each_series_is_forecast_once() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    def known(self: Combined, history: Hours, hours: int) -> Hours:
        key = (history.tobytes(), hours)
        if key not in _KNOWN:
            _KNOWN[key] = _expected(self, history, hours)
        return _KNOWN[key].copy()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Combined, "expected", known)
        yield
