"""What the engine runs for `pulumi package add <checkout>/plugin`: the components, for programs of any language."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pulumi.provider.experimental import component_provider_host

from components.aws.lean_sdk import lean
from components.package.compute import Compute
from components.package.network import Network
from components.package.security import Security
from components.package.storage import Storage
from components.source_positions import short_traces
from stacks.hosts import Hosts
from stacks.site import Site

if __name__ == "__main__":
    lean()
    short_traces()
    component_provider_host([Security, Network, Storage, Compute, Site, Hosts], name="poolwright", version="0.1.0")
