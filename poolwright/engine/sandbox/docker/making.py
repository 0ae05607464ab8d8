"""What the functions of each type get: the inputs, whose they are, and the engine to ask."""

from __future__ import annotations

from dataclasses import dataclass

from poolwright.engine.sandbox.docker.engine_client import EngineClient
from poolwright.engine.sandbox.values import Properties


@dataclass(frozen=True, kw_only=True)
class Making:
    """One resource that is made, read or changed."""

    inputs: Properties
    urn: str
    client: EngineClient
    registries: tuple[Properties, ...] = ()
    """Log-ins of the provider's configuration."""

    @property
    def stack(self) -> str:
        """Stack and project, which tell two stacks' hosts of the same address apart."""
        return "/".join(self.urn.split("::")[:2]).removeprefix("urn:pulumi:")
