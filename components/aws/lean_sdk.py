"""Loads of pulumi_aws only the resources that are used.

A service's package of pulumi_aws loads all of its modules when the first of its resources is used: for EC2 some two
hundred for the twelve that a network needs. All services of a stack together take 1.5 s, more than the engine takes for
the stack's preview; their own modules alone take a third of that. `lean()` makes each package that is not loaded yet look
for a resource in the resource's own module (`Vpc` is in `vpc.py`), and load as a whole when anything else is asked of it.
"""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_PACKAGE = "pulumi_aws."
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class LeanPackage(ModuleType):
    """A package of pulumi_aws that loads a module when it, or the resource that it is named after, is asked for."""

    def __getattr__(self, name: str) -> Any:
        module_name = _WORD.sub("_", name).lower()
        if not any((Path(folder) / f"{module_name}.py").is_file() for folder in self.__path__):
            load_whole(self)
            return getattr(self, name)
        module = importlib.import_module(f"{self.__name__}.{module_name}")
        found = module if name == module_name else getattr(module, name)
        self.__dict__[name] = found
        return found


def load_whole(package: LeanPackage) -> None:
    """Makes it an ordinary package with everything loaded."""
    spec = package.__spec__
    if spec is None or spec.loader is None:
        raise ImportError(f"{package.__name__} has no loader")
    package.__class__ = ModuleType
    spec.loader.exec_module(package)


def lean() -> None:
    """Makes the packages of pulumi_aws lean that nothing has used yet; a second call finds none."""
    import pulumi_aws  # noqa: F401  # registers its packages, unloaded

    for name, module in list(sys.modules.items()):
        # importlib's class for a module whose loading waits; it has no public name.
        if name.startswith(_PACKAGE) and type(module).__name__ == "_LazyModule":
            spec = object.__getattribute__(module, "__spec__")
            spec.loader = getattr(spec.loader, "loader", spec.loader)
            module.__class__ = LeanPackage
