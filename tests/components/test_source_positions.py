"""What is told of the place that makes a resource; in an interpreter of its own, since the SDK is changed for good."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = """
import importlib
from components.source_positions import short_traces

runtime = importlib.import_module("pulumi.runtime.resource")

class Resource:
    def __init__(self): self.trace = runtime._get_stack_trace()

class Custom(Resource):
    def __init__(self): super().__init__()

class Bucket(Custom):
    def __init__(self): self._internal_init()
    def _internal_init(self): super().__init__()

def make(): return Bucket()

def lines(): return [(frame.pc.uri.rpartition("/")[2], frame.pc.line) for frame in make().trace.frames]

before = lines()
short_traces()
assert len(before) > 2
assert lines() == before[:1], (lines(), before)
assert runtime._get_source_position(make().trace).line == before[0][1]
assert not runtime._get_stack_trace().frames
"""


def test_one_frame_stays_and_it_is_the_one_that_the_sdk_puts_first(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(CODE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
