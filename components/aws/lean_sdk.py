"""Loads of pulumi_aws only the resources that are used.

A service's package of pulumi_aws loads all of its modules when the first of its resources is used: for EC2 some two
hundred for the twelve that a network needs. The services of a stack take 1.5 s together, more than the engine takes for
the stack's preview; the modules that are used, a third of that. `lean()` makes each package that is not loaded yet look
for a resource in the resource's own module (`Vpc` is in `vpc.py`), and load as a whole when it is asked for anything
else, so that nothing is missing.
"""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_PACKAGE = "pulumi_aws."
_SHARED = frozenset({"_enums", "_inputs", "outputs"})
"""Modules that a resource's own module imports."""
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class LeanPackage(ModuleType):
    """A package of pulumi_aws that loads the module of a resource when the resource is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name in _SHARED:
            return importlib.import_module(f"{self.__name__}.{name}")
        for module_name in _candidates(name):
            if any((Path(folder) / f"{module_name}.py").is_file() for folder in self.__path__):
                module = importlib.import_module(f"{self.__name__}.{module_name}")
                if hasattr(module, name):
                    self.__dict__[name] = getattr(module, name)
                    return self.__dict__[name]
        load_whole(self)
        return getattr(self, name)


def _candidates(name: str) -> tuple[str, ...]:
    """Modules that a name may be in: nested arguments together, resources and look-ups each in their own, enums."""
    if name.endswith(("Args", "ArgsDict")):
        return ("_inputs",)
    return (_WORD.sub("_", name).lower(), "_enums")


def load_whole(package: LeanPackage) -> None:
    """Makes it an ordinary package with everything loaded."""
    spec = package.__spec__
    if spec is None or spec.loader is None:
        raise ImportError(f"{package.__name__} has no loader")
    object.__setattr__(package, "__class__", ModuleType)
    spec.loader.exec_module(package)


def lean() -> None:
    """Makes the packages of pulumi_aws lean that nothing has used yet; a second call finds none."""
    importlib.import_module("pulumi_aws")  # registers its packages, unloaded
    for name, module in list(sys.modules.items()):
        # importlib's class for a module whose loading waits; it has no public name.
        if name.startswith(_PACKAGE) and type(module).__name__ == "_LazyModule":
            spec = object.__getattribute__(module, "__spec__")
            spec.loader = getattr(spec.loader, "loader", spec.loader)
            module.__class__ = LeanPackage
