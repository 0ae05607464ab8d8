"""What reaches standard output, and what does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

NOISE = """
import ctypes, os, subprocess
from poolwright.cli import console
with console.data_alone():
    print("from Python")
    os.write(1, b"from a file descriptor\\n")
    subprocess.run(["echo", "from a child"])
console.print_json({"answer": 42})
"""


def test_data_is_alone_on_standard_output_whoever_prints() -> None:
    answer = subprocess.run([sys.executable, "-c", NOISE], cwd=ROOT, capture_output=True, text=True, check=True)

    assert json.loads(answer.stdout) == {"schema_version": 1, "answer": 42}
    for text in ("from Python", "from a file descriptor", "from a child"):
        assert text in answer.stderr


def test_what_was_printed_before_stays_on_standard_output() -> None:
    script = (
        "from poolwright.cli import console\nprint('before')\n"
        "with console.data_alone():\n    print('inside')\nprint('after')"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert answer.stdout == "before\nafter\n"
    assert answer.stderr == "inside\n"
