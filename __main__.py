"""What `pulumi up` runs."""

from poolwright.engine.program import plainly
from stacks.program import build

plainly(build)
