"""What `pulumi up` runs: the pools of this folder's stacks."""

from pathlib import Path

from poolwright.engine.program import plainly
from stacks.program import build

plainly(lambda: build(Path(__file__).resolve().parent))
