"""The provider's own configuration: data out of JSON texts, checked against the SDK's provider class."""

from __future__ import annotations

from typing import Final

from poolwright.engine.sandbox.check import Failure, schema_failures
from poolwright.engine.sandbox.identity import config_failures
from poolwright.engine.sandbox.schema import Primitive, provider_inputs
from poolwright.engine.sandbox.sdk_source import PACKAGES
from poolwright.engine.sandbox.values import Properties, parsed_json

_ENGINE_KEYS: Final = frozenset({"version", "pluginDownloadURL"})


def plain_config(config: Properties, package: str = PACKAGES[0]) -> Properties:
    """The configuration with its nested values as data: they arrive as JSON text."""
    declared = provider_inputs(package)
    plain: Properties = {}
    for name, value in config.items():
        if name not in _ENGINE_KEYS:
            nested = isinstance(value, str) and name in declared and declared[name].type is not Primitive.STRING
            plain[name] = parsed_json(value) if nested else value
    return plain


def configuration_failures(config: Properties) -> list[Failure]:
    """What is wrong with a provider's configuration."""
    plain = plain_config(config)
    return [*schema_failures(plain, provider_inputs()), *config_failures(plain)]
