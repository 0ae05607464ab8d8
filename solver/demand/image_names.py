"""Names that stand in the build of an image: nothing of them can be an instruction of a Dockerfile, or of a shell."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from solver.quantity import Written

EntryPoint = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*(:[A-Za-z_][A-Za-z0-9_]*)?$", max_length=200
    ),
    Written("a Python module and what it has, like main:app"),
]
"""What an app's container starts, `main:app`."""

ProjectPath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$", max_length=200),
    Written("a path inside the project like apps/assistant"),
]
"""A file or folder of the project, `apps/assistant`."""

DebianPackage = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9+.-]{1,63}$"), Written("a package of Debian like libgomp1")
]
"""A package of Debian, `libgomp1`."""

LicenceName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*$", max_length=200),
    Written("a licence as SPDX writes it, like Apache-2.0,"),
]
"""An SPDX licence, `Apache-2.0`."""

SourceUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?(/[A-Za-z0-9._~/%+-]*)?$", max_length=300),
    Written("an address like https://github.com/example/assistant"),
]
"""Where source is, without a name or password in it."""
