"""What a data source is, and where each is found."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Final, TypeAlias

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.identity import is_region
from poolwright.engine.sandbox.values import Properties, text

Answer: TypeAlias = "Properties | list[Failure]"
"""The result, or what is wrong with the question."""
DataSource: TypeAlias = Callable[[Properties, Cloud], Answer]

_MODULES: Final = ("account", "places", "policy_document", "images", "existing")
_REGISTERED: dict[str, DataSource] = {}


def answers(*names: str) -> Callable[[DataSource], DataSource]:
    """Register a function for data sources, named in short: `ec2.getAmi`."""

    def register(function: DataSource) -> DataSource:
        for name in names:
            _REGISTERED[name] = function
        return function

    return register


def invoked(token: str, arguments: Properties, cloud: Cloud) -> Answer:
    """The data source's answer; one that the sandbox does not have is refused by name."""
    for module in _MODULES:
        importlib.import_module(f"poolwright.engine.sandbox.invokes.{module}")
    name = short_name(token)
    function = _REGISTERED.get(name)
    if function is None:
        return [Failure("", f"the sandbox has no data source {name}; it has {', '.join(sorted(_REGISTERED))}")]
    region = text(arguments.get("region")) or cloud.region
    return function(arguments, cloud.in_region(region) if is_region(region) else cloud)


def short_name(token: str) -> str:
    """`aws:ec2/getAmi:getAmi` → `ec2.getAmi`; `aws:index/getRegion:getRegion` → `getRegion`."""
    module, _, name = token.partition(":")[2].rpartition(":")
    service = module.partition("/")[0]
    return name if service in ("index", "") else f"{service}.{name}"
