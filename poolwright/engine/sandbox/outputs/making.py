"""What an output function is given: the resource that is being made, and where its identifiers come from."""

from __future__ import annotations

import functools
import hashlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.identity import Identity
from poolwright.engine.sandbox.tokens import service_of
from poolwright.engine.sandbox.values import Properties, Value, text


@dataclass(frozen=True, kw_only=True)
class Making:
    """A resource between its inputs and its outputs."""

    type: str
    urn: str
    name: str
    """The logical name."""
    inputs: Properties
    """Checked inputs; all of them are known."""
    seed: str
    """Different for every creation, the same on every machine."""
    cloud: Cloud
    """What exists already, in the resource's region."""
    old: Properties | None = None
    """The outputs before an update; None for a creation."""

    @property
    def identity(self) -> Identity:
        """The account the resource is made in."""
        return self.cloud.identity

    @property
    def region(self) -> str:
        """The region the resource is made in."""
        return self.cloud.region

    @property
    def account(self) -> str:
        """The account's twelve digits."""
        return self.cloud.identity.account

    def given(self, name: str, default: str = "") -> str:
        """A text input."""
        return text(self.inputs.get(name)) or default

    def made_name(self) -> str:
        """The name, or the one that the cloud makes from `namePrefix`."""
        return self.given("name") or self.given("namePrefix") + self.decimal(26, "name")

    def hex(self, digits: int, salt: str = "") -> str:
        """Hexadecimal digits that belong to this creation and purpose."""
        return _digest(self.seed, salt)[:digits]

    def decimal(self, digits: int, salt: str = "") -> str:
        """Decimal digits that belong to this creation and purpose; the first one is no zero."""
        return str(10 ** (digits - 1) + int(_digest(self.seed, salt), 16) % (9 * 10 ** (digits - 1)))

    def letters(self, count: int, salt: str = "", alphabet: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") -> str:
        """Characters of an alphabet that belong to this creation and purpose."""
        figure = int(_digest(self.seed, salt) + _digest(self.seed, salt + "+"), 16)
        found = ""
        for _ in range(count):
            figure, index = divmod(figure, len(alphabet))
            found += alphabet[index]
        return found

    def uuid(self, salt: str = "") -> str:
        """A UUID that belongs to this creation and purpose."""
        figures = self.hex(32, salt)
        return "-".join((figures[:8], figures[8:12], figures[12:16], figures[16:20], figures[20:]))

    def ec2_id(self, prefix: str, salt: str = "") -> str:
        """An identifier of EC2's long form: a prefix and 17 hexadecimal digits."""
        return f"{prefix}-{self.hex(17, prefix + salt)}"

    def arn(self, service: str, resource: str, *, region: str | None = None, account: str | None = None) -> str:
        """An ARN in the resource's region and account."""
        return self.identity.arn(service, resource, region=self.region if region is None else region, account=account)


Computed: TypeAlias = Callable[[Making], Properties]
"""Answers the outputs that the cloud adds to the inputs, `id` among them."""

_MODULES: Final = {
    "ec2": ("network", "machine", "routed"),
    "ec2transitgateway": ("routed",),
    "vpc": ("network",),
    "ebs": ("machine",),
    "lb": ("balancing",),
    "acm": ("balancing",),
    "route53": ("balancing", "watching"),
    "servicediscovery": ("balancing",),
    "iam": ("identity",),
    "kms": ("identity",),
    "secretsmanager": ("identity",),
    "autoscaling": ("scaling",),
    "appautoscaling": ("scaling",),
    "ecs": ("containers",),
    "ecr": ("containers",),
    "batch": ("containers",),
    "scheduler": ("scaling",),
    "s3": ("storage",),
    "efs": ("storage",),
    "fsx": ("storage",),
    "backup": ("storage",),
    "cloudwatch": ("oversight", "watching"),
    "cloudformation": ("stacks",),
    "budgets": ("watching",),
    "costexplorer": ("watching",),
    "cloudtrail": ("oversight",),
    "cfg": ("oversight",),
    "guardduty": ("oversight",),
    "accessanalyzer": ("oversight",),
    "securityhub": ("oversight",),
    "inspector2": ("oversight",),
    "wafv2": ("oversight",),
    "sns": ("oversight",),
    "sqs": ("oversight",),
}
_REGISTERED: dict[str, Computed] = {}


def outputs_of(*types: str) -> Callable[[Computed], Computed]:
    """Register a function for resource types."""

    def register(function: Computed) -> Computed:
        for name in types:
            _REGISTERED[name] = function
        return function

    return register


def computed_for(kind: str) -> Computed | None:
    """The function registered for a type; None where the generic answer has to do."""
    for module in _MODULES.get(service_of(kind), ()):
        importlib.import_module(f"poolwright.engine.sandbox.outputs.{module}")
    return _REGISTERED.get(kind)


@functools.lru_cache(maxsize=4096)
def _digest(seed: str, salt: str) -> str:
    return hashlib.sha256(f"{seed}\0{salt}".encode()).hexdigest()


def given_or(inputs: Properties, name: str, default: Value) -> Value:
    """The input when it was given, else the default."""
    value = inputs.get(name)
    return default if value is None else value
