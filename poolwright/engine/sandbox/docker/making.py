"""What the functions of each type get: the inputs, whose they are, and the engine to ask."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from poolwright.engine.sandbox.docker.engine_client import EngineClient
from poolwright.engine.sandbox.values import Properties

URN_LABEL: Final = "org.poolwright.urn"
SANDBOX_LABEL: Final = "org.poolwright.sandbox"


@dataclass(frozen=True, kw_only=True)
class Making:
    """One resource that is made, read or changed."""

    inputs: Properties
    urn: str
    client: EngineClient
    sandbox: Path
    """The sandbox's folder: another checkout may have a stack of the same name on the same engine."""
    registries: tuple[Properties, ...] = ()
    """Log-ins of the provider's configuration."""

    @property
    def labels(self) -> dict[str, str]:
        """What says for which resource something was made, so that a creation whose answer was lost is known again."""
        digest = hashlib.sha256(str(self.sandbox.absolute()).encode()).hexdigest()
        return {URN_LABEL: self.urn, SANDBOX_LABEL: digest[:12]}

    def is_own(self, labels: Mapping[str, str]) -> bool:
        """Whether something with these labels was made for this very resource."""
        return self.labels.items() <= labels.items()

    @property
    def stack(self) -> str:
        """Stack and project, which tell two stacks' hosts of the same address apart."""
        return "/".join(self.urn.split("::")[:2]).removeprefix("urn:pulumi:")
