"""The annotations of the SDKs pulumi_aws and pulumi_docker, read as text.

Importing one class of the SDK runs `pulumi` and `pulumi_aws` (0.7 s) and a service's whole input module (0.5 s for
ec2), so the class's source is found and read instead: the same words in a few milliseconds.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from pathlib import Path
from typing import Final, cast

_CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
_SNAKE_1 = re.compile(r"([a-z0-9])([A-Z])")
_SNAKE_2 = re.compile(r"([A-Z]+)([A-Z][a-z])")


PACKAGES: Final = ("aws", "docker")
"""Those that the sandbox has a plugin for. A module of another than the first is written `docker:index`."""


@functools.cache
def sdk_folder(package: str = "aws") -> Path:
    """Where the installed SDK's source is."""
    spec = importlib.util.find_spec(f"pulumi_{package}")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the package pulumi_{package} is not installed")
    return Path(spec.submodule_search_locations[0])


@functools.cache
def sdk_version(package: str = "aws") -> str:
    """The SDK's version, which the provider answers with as its own."""
    file = sdk_folder(package) / "pulumi-plugin.json"
    return cast("dict[str, str]", json.loads(file.read_text(encoding="utf-8")))["version"]


class SourceFile:
    """One SDK module as text, its classes found by name."""

    def __init__(self, path: Path) -> None:
        self._text = path.read_text(encoding="utf-8")
        starts = [(match.group(1), match.start()) for match in _CLASS.finditer(self._text)]
        ends = [start for _, start in starts[1:]] + [len(self._text)]
        self._span = {name: (start, end) for (name, start), end in zip(starts, ends, strict=True)}

    def class_text(self, name: str) -> str | None:
        """The class's source with its body; None when the module has no such class."""
        span = self._span.get(name)
        return None if span is None else self._text[slice(*span)]

    def __contains__(self, needle: str) -> bool:
        return needle in self._text


@functools.cache
def source_file(module: str, file: str) -> SourceFile | None:
    """`pulumi_aws/<module>/<file>.py`; the index module has no folder of its own."""
    path = _folder(module) / f"{file}.py"
    return SourceFile(path) if path.is_file() else None


def module_of(token: str) -> str:
    """The SDK's module of a type token."""
    package, _, rest = token.partition(":")
    folder = module_folder(rest.partition(":")[0].partition("/")[0])
    return folder if package == PACKAGES[0] else f"{package}:{folder}"


def _folder(module: str) -> Path:
    package, _, own = module.rpartition(":")
    root = sdk_folder(package) if package else sdk_folder()
    return root if own == "index" else root / own


def module_folder(module: str) -> str:
    """The SDK's folder for a token's module: Python keywords carry an underscore."""
    return f"{module}_" if module == "lambda" else module


def snake(name: str) -> str:
    """`OpenIdConnectProvider` → `open_id_connect_provider`."""
    return _SNAKE_2.sub(r"\1_\2", _SNAKE_1.sub(r"\1_\2", name)).lower()


@functools.cache
def resource_file(token: str) -> SourceFile | None:
    """The module that defines the resource class of a type token; None for a token the SDK does not have."""
    package, _, rest = token.partition(":")
    name = rest.rpartition(":")[2]
    if package not in PACKAGES or not name:
        return None
    module = module_of(token)
    quoted = f"'{token}'"
    direct = source_file(module, snake(name))
    if direct is not None and quoted in direct:
        return direct
    folder = _folder(module)
    if not folder.is_dir():
        return None
    for path in sorted(folder.glob("*.py")):
        found = source_file(module, path.stem) if not path.name.startswith(("_", "get_", "outputs")) else None
        if found is not None and quoted in found:
            return found
    return None


@functools.cache
def module_tokens(module: str) -> tuple[str, ...]:
    """All resource type tokens of one SDK module, for near-miss suggestions."""
    package, _, own = module.rpartition(":")
    folder = _folder(f"{package}:{module_folder(own)}" if package else module_folder(own))
    if not folder.is_dir():
        return ()
    pattern = re.compile(rf"'({package or PACKAGES[0]}:{re.escape(own)}/\w+:\w+)'")
    found: set[str] = set()
    for path in folder.glob("*.py"):
        if not path.name.startswith(("_", "get_", "outputs")):
            found.update(pattern.findall(path.read_text(encoding="utf-8")))
    return tuple(sorted(found))
