"""The example of the guide runs as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]


def test_the_example_of_the_guide_runs() -> None:
    text = (ROOT / "docs" / "library-hours.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)

    answer = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "USD for 4 hours" in answer.stdout
    assert "m6g.xlarge" in answer.stdout
