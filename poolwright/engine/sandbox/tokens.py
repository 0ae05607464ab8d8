"""Names of resource types: Pulumi's tokens, and the short form that rules and outputs use.

`aws:ec2/vpc:Vpc` is `ec2.Vpc`; the token's middle repeats its end with a small first letter. The types of pulumi-docker
are in no service: `docker:index/container:Container` is `docker.Container`.
"""

from __future__ import annotations

from typing import Final

DOCKER: Final = "docker"


def short_type(token: str) -> str:
    """`aws:ec2/vpc:Vpc` → `ec2.Vpc`."""
    package, _, rest = token.partition(":")
    module, _, name = rest.rpartition(":")
    return f"{package if package == DOCKER else module.partition('/')[0]}.{name}"


def type_token(short: str) -> str:
    """`ec2.Vpc` → `aws:ec2/vpc:Vpc`."""
    module, _, name = short.partition(".")
    start = f"{DOCKER}:index" if module == DOCKER else f"aws:{module}"
    return f"{start}/{name[:1].lower()}{name[1:]}:{name}"


def service_of(short: str) -> str:
    """`ec2.Vpc` → `ec2`."""
    return short.partition(".")[0]


def kind_of(short: str) -> str:
    """`ec2.Vpc` → `Vpc`."""
    return short.partition(".")[2]
