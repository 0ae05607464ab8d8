"""When a pipeline takes back what its autopilot offered an earlier night."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from poolwright.cli.autopilot import SETTLED

STEP = Path(__file__).parents[3] / "poolwright/render/templates/pipeline/steps/settled_loads.sh"


@pytest.mark.parametrize(
    ("said", "ready", "settled"),
    [
        (f"live: nothing is changed: {SETTLED}", False, True),
        # A suggestion that is still wanted is made anew when the window opens.
        ("live: nothing is changed: Fri 12:00 is outside of autopilot.window", False, False),
        ("live: nothing is changed: +90.00 USD a month is more than autopilot.most_usd_per_month: 10.00", False, False),
        (f"# Loads of live\n\nlive: nothing is changed: {SETTLED}", True, False),
        ("", False, False),
    ],
)
def test_only_loads_that_need_no_change_take_a_suggestion_back(
    said: str, ready: bool, settled: bool, tmp_path: Path
) -> None:
    (tmp_path / "autopilot.txt").write_text(f"{said}\n", encoding="utf-8")
    script = f'set -eu\nready={str(ready).lower()}\n{STEP.read_text("utf-8")}\nprintf %s "$settled"'
    done = subprocess.run(
        ["sh", "-c", script], env={"OUT": str(tmp_path), "PATH": "/usr/bin:/bin"}, capture_output=True, check=True
    )
    assert done.stdout.decode() == str(settled).lower()
