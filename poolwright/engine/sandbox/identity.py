"""Who the sandbox pretends to be: account, partition and region; from the provider's configuration."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Final

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.values import Properties, fields, items, text, texts

DEFAULT_ACCOUNT: Final = "123456789012"
ACCOUNT_VARIABLE: Final = "POOLWRIGHT_SANDBOX_ACCOUNT"
REGION_VARIABLES: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
_REGION = re.compile(
    r"^(af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov)-(central|north|south|east|west|northeast|northwest|southeast|southwest)-\d$"
)
_ROLE_ARN = re.compile(r"^arn:aws[\w-]*:iam::(\d{12}):role/.+$")


@dataclass(frozen=True)
class Identity:
    """The account and region that one provider instance works in."""

    account: str
    region: str
    default_tags: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def partition(self) -> str:
        """`aws`, or the partition of the region's part of the world."""
        return partition_of(self.region)

    @property
    def dns_suffix(self) -> str:
        """The domain of the region's service end points."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def arn(self, service: str, resource: str, *, region: str | None = None, account: str | None = None) -> str:
        """An ARN of this account and region; pass an empty region or account for a service that has none."""
        where = self.region if region is None else region
        who = self.account if account is None else account
        return f"arn:{self.partition}:{service}:{where}:{who}:{resource}"


class IdentityError(Exception):
    """The provider's configuration names an account or a region that it can't work in."""


def partition_of(region: str) -> str:
    """The partition that a region belongs to."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def is_region(name: str) -> bool:
    """Whether the name has the form of an AWS region."""
    return _REGION.match(name) is not None


def config_failures(config: Properties) -> list[Failure]:
    """What can be said against the provider's configuration before it is used."""
    region = text(config.get("region"))
    if region is not None and not is_region(region):
        return [Failure("region", f"invalid AWS Region: {region}")]
    return []


def identity_of(config: Properties) -> Identity:
    """The identity that a configuration asks for; IdentityError when a guard says no."""
    region = text(config.get("region")) or next(
        (os.environ[name] for name in REGION_VARIABLES if os.environ.get(name)), None
    )
    if region is None:
        raise IdentityError("Missing region: set aws:region in the stack's configuration, or AWS_REGION")
    if not is_region(region):
        raise IdentityError(f"invalid AWS Region: {region}")
    account = _assumed_account(config) or os.environ.get(ACCOUNT_VARIABLE) or DEFAULT_ACCOUNT
    allowed = texts(config.get("allowedAccountIds"))
    if allowed and account not in allowed:
        raise IdentityError(f"AWS account ID not allowed: {account}; allowedAccountIds is {', '.join(allowed)}")
    if account in texts(config.get("forbiddenAccountIds")):
        raise IdentityError(f"AWS account ID not allowed: {account}; it is in forbiddenAccountIds")
    tags = fields(fields(config.get("defaultTags")).get("tags"))
    return Identity(account, region, {key: value for key, value in tags.items() if isinstance(value, str)})


def _assumed_account(config: Properties) -> str | None:
    """The account of the last role that the provider assumes: that is whose resources it sees."""
    for role in reversed(items(config.get("assumeRoles"))):
        match = _ROLE_ARN.match(text(fields(role).get("roleArn")) or "")
        if match:
            return match.group(1)
    return None
