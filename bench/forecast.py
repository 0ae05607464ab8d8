"""Forecasts of recorded loads against seasonal-naive ones: MASE and pinball loss at rolling origins.

    python -m bench.forecast [--traces FOLDER] [--only NAME] [--origins N]

Each series is cut at up to 12 hours, a week apart where it has five weeks or more, else a day. At each cut the
forecaster that a backtest of the hours before chooses says the next week or day, which it has not seen; so does
seasonal-naive. Pinball loss is the mean over the quantiles 0.5 to 0.99, in units of the series' mean. `covered` is the
part of all hours that lie below the 0.95 quantile; `used` is at how many cuts the backtest chose the combined one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np

from bench.traces import SHIPPED, Trace, read_traces
from poolwright.observe.forecast.backtest import trial
from poolwright.observe.forecast.choice import Outlook, outlook
from poolwright.observe.forecast.combined import Combined
from poolwright.observe.forecast.errors import pinball
from poolwright.observe.forecast.forecaster import DAY, WEEK, Forecaster, Hours, filled

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
_COVER = 0.95
_AIM = 0.8


class Remembered:
    """A forecaster that is asked once for each length of one series: neighbouring cuts share their backtests."""

    def __init__(self, forecaster: Forecaster) -> None:
        self.name = forecaster.name
        self._forecaster = forecaster
        self._answers: dict[tuple[int, int], Hours] = {}

    def expected(self, history: Hours, hours: int) -> Hours:
        key = len(history), hours
        if key not in self._answers:
            self._answers[key] = self._forecaster.expected(history, hours)
        return self._answers[key]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One series."""

    name: str
    hours: int
    cuts: int
    used: int
    naive_mase: float
    mase: float
    naive_pinball: float
    pinball: float
    covered: float
    seconds: float


def measured(trace: Trace, most: int) -> Row | None:
    """The series at its cuts; None where it never changes."""
    started = process_time()
    # Gaps are filled with what the whole series says, so that every cut of it has the same past.
    hours = filled(trace.hours)
    horizon, least = (WEEK, 4 * WEEK) if len(hours) >= 5 * WEEK else (DAY, WEEK)
    cuts = [*range(least, len(hours) - horizon + 1, horizon)][-most:]
    combined = Remembered(Combined())
    rows: list[tuple[float, float, float, float, float, bool]] = []
    for cut in cuts:
        known, then = hours[:cut], trace.hours[cut : cut + horizon]
        naive = outlook(known, horizon, levels=LEVELS)
        chosen = outlook(known, horizon, other=combined, levels=LEVELS)
        scale = trial(combined, hours, cut, horizon).scale
        if scale == 0:
            continue
        seen = ~np.isnan(then)
        rows.append(
            (
                float(np.abs(then - naive.quantiles[0.5])[seen].mean() / scale),
                float(np.abs(then - chosen.quantiles[0.5])[seen].mean() / scale),
                _loss(naive, then),
                _loss(chosen, then),
                float((then <= chosen.quantiles[_COVER])[seen].mean()),
                chosen.model == combined.name,
            )
        )
    if not rows:
        return None
    naive_mase, mase, naive_loss, loss, covered, used = (list(column) for column in zip(*rows, strict=True))
    mean = float(np.nanmean(trace.hours))
    return Row(
        name=trace.name,
        hours=len(hours),
        cuts=len(rows),
        used=sum(used),
        naive_mase=float(np.mean(naive_mase)),
        mase=float(np.mean(mase)),
        naive_pinball=float(np.mean(naive_loss)) / mean,
        pinball=float(np.mean(loss)) / mean,
        covered=float(np.mean(covered)),
        seconds=process_time() - started,
    )


def _loss(said: Outlook, then: Hours) -> float:
    return float(np.mean([pinball(then, band, level) for level, band in said.quantiles.items()]))


def rows(folder: Path, only: str | None, most: int) -> Iterator[Row]:
    """A row a series."""
    for trace in read_traces(folder):
        if only is None or only in trace.name:
            found = measured(trace, most)
            if found is not None:
                yield found


def main() -> None:
    """Prints a row a series, and on how many the chosen forecaster is better."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--traces", type=Path, default=SHIPPED, help="a folder of CSV files")
    parser.add_argument("--only", help="series with this in their names")
    parser.add_argument("--origins", type=int, default=12, help="most cuts of a series")
    arguments = parser.parse_args()
    print("| series | hours | cuts | used | MASE naive | MASE | pinball naive | pinball | covered at 0.95 | cpu s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    found: list[Row] = []
    for row in rows(arguments.traces, arguments.only, arguments.origins):
        found.append(row)
        print(
            f"| {row.name} | {row.hours} | {row.cuts} | {row.used} | {row.naive_mase:.2f} | {row.mase:.2f} "
            f"| {row.naive_pinball:.4f} | {row.pinball:.4f} | {row.covered:.1%} | {row.seconds:.1f} |",
            flush=True,
        )
    by_mase = sum(row.mase < row.naive_mase for row in found)
    by_loss = sum(row.pinball < row.naive_pinball for row in found)
    print(
        f"\nBetter than seasonal-naive: by MASE {by_mase} of {len(found)}, by pinball loss {by_loss} of {len(found)}."
    )
    raise SystemExit(0 if found and min(by_mase, by_loss) >= _AIM * len(found) else 1)


if __name__ == "__main__":
    main()
