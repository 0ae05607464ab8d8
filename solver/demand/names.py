"""The named types of demand files, from keys to tags, each with the words for what it allows."""

from __future__ import annotations

import re
from collections.abc import Hashable
from difflib import get_close_matches
from ipaddress import IPv4Network
from typing import Annotated, Literal, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from solver.quantity import QuantityError, Written

_PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
ALL = "all"
"""All other workloads, where some are named."""
_ALL_OR_NAMES = "all or a list of workloads like [ledger, search]"
_ZONE_NAME = re.compile(r"[A-Za-z]{2,20}(/[A-Za-z0-9_+-]{1,40}){0,2}")

Item = TypeVar("Item", bound=Hashable)


def distinct(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items as they are; ValueError names the first that is there twice."""
    seen: set[Item] = set()
    for item in items:
        if item in seen:
            raise ValueError(f"each only once is allowed; {item} is there twice")
        seen.add(item)
    return items


def _address_range(value: object) -> object:
    """The value as it is; QuantityError where it is a text that is no range."""
    if isinstance(value, str):
        try:
            IPv4Network(value)
        except ValueError as error:
            meant = _without_host_bits(value)
            raise QuantityError("a range like 10.20.0.0/16, without host bits, is allowed", meant=meant) from error
    return value


def _without_host_bits(text: str) -> str | None:
    try:
        return str(IPv4Network(text, strict=False))
    except ValueError:
        return None


def _all_or_names(value: object) -> object:
    """The value, a list as a tuple; QuantityError for a text that is not `all`: a name meant as a list, or a slip."""
    if isinstance(value, str) and value != ALL:
        meant = ALL if get_close_matches(value.lower(), [ALL], n=1, cutoff=0.6) else f"[{value}]"
        raise QuantityError(f"{_ALL_OR_NAMES} is allowed", meant=meant)
    # What a validator before the type has seen is no JSON any more, in which a tuple is a list.
    return tuple(cast("list[object]", value)) if isinstance(value, list) else value


def _vpc_range(network: IPv4Network) -> IPv4Network:
    if not 16 <= network.prefixlen <= 28:
        raise ValueError(f"a size of a VPC, /16 to /28, is allowed; /{network.prefixlen} is none")
    if not any(network.subnet_of(block) for block in _PRIVATE):
        raise ValueError("a private range (10/8, 172.16/12, 192.168/16, 100.64/10) is allowed")
    return network


def _time_zone(name: str) -> str:
    """The name as it is; where the machine has no time zone database, every name of the right form is taken."""
    allowed = "a name of the IANA time zone database like Europe/Dublin is allowed"
    if name == "UTC":
        return name
    if _ZONE_NAME.fullmatch(name) is None:
        raise ValueError(allowed)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        known = available_timezones()
        if known:
            near = get_close_matches(name, sorted(known), n=1)
            raise QuantityError(allowed, meant=near[0] if near else None) from error
    return name


def _not_reserved_by_aws(key: str) -> str:
    if key.lower().startswith("aws:"):
        raise ValueError("a tag key that does not begin with aws: is allowed")
    return key


Distinct = AfterValidator(distinct)
"""Annotation of a list in which nothing occurs twice."""

Key = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=1, max_length=24),
    Written("a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters"),
]
"""Name of a workload, variant, site or claim: lower-case words joined by hyphens, at most 24 characters.

Resource names are made from it: a load balancer's may have 32 characters in all.
"""

ApartFrom = Annotated[tuple[Key, ...] | Literal["all"], BeforeValidator(_all_or_names), Written(_ALL_OR_NAMES)]
"""Workloads by name, or `all` others."""

RegionName = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$"), Written("an AWS region like eu-west-1")
]
"""An AWS region, `eu-west-1`."""

ZoneId = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}[0-9]+-az[0-9]+$"), Written("a zone id like euw1-az2")]
"""An availability zone's id, `euw1-az2`: the same place in every account, which a zone's name is not."""

EnvironmentName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]{0,127}$"),
    Written("an environment variable's name like MODEL_NAME"),
]
"""An environment variable, `MODEL_NAME`."""

SecretName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$"),
    Written("a secret's name like fraud-database (never its value)"),
]
"""A secret's name in the stack; its value is never in a file of the stack."""

DomainName = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", min_length=4, max_length=253),
    Written("a DNS name like api.example.com"),
]
"""A DNS name, `dev.ai.example.com`."""

UrlPath = Annotated[
    str, StringConstraints(pattern=r"^/[A-Za-z0-9/_.~-]*$", max_length=128), Written("a path like /healthz")
]
"""A path on a service, `/healthz`."""

HostPath = Annotated[
    str, StringConstraints(pattern=r"^/var/log(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,8}$"), Written("a folder like /var/log")
]
"""A folder of a machine with logs, `/var/log/ecs`."""

MountPath = Annotated[
    str, StringConstraints(pattern=r"^/[a-z0-9/_-]{1,64}$"), Written("a lower-case absolute path like /scratch")
]
"""Where replicas see a claim, `/scratch`."""

KeyPrefix = Annotated[
    str,
    StringConstraints(pattern=r"^([A-Za-z0-9_.-]+/){1,8}$", max_length=128),
    Written("the beginning of objects' keys like training/ with a slash at its end"),
]
"""Objects of a bucket whose keys begin so, `training/`."""

FamilyPattern = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9*?.-]{1,32}$"),
    Written("a machine type or a pattern like m7g.xlarge or c7i.*"),
]
"""Machine types by name, `*` for any text and `?` for one character: `c7i.*`."""

MachineTypeName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9-]{1,24}\.[a-z0-9-]{1,24}$"), Written("a machine type like m7g.2xlarge")
]
"""A machine type, `m7g.2xlarge`."""

MachineFamily = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,23}$"), Written("a machine family like m7g")
]
"""A machine family, `m7g`."""

_OUTPUT = r"^[A-Za-z_][A-Za-z0-9_.:\[\]-]{0,254}$"

VpcId = Annotated[
    str,
    StringConstraints(pattern=r"^vpc-([0-9a-f]{8}|[0-9a-f]{17})$"),
    Written("a VPC's id like vpc-0a1b2c3d4e5f60718"),
]
"""A VPC that exists."""

TransitGatewayId = Annotated[
    str,
    StringConstraints(pattern=r"^tgw-([0-9a-f]{8}|[0-9a-f]{17})$"),
    Written("a transit gateway's id like tgw-0a1b2c3d4e5f60718"),
]
"""A transit gateway that exists."""

AccountId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{12}$"),
    Written('the 12 digits of an AWS account in quotes, "111122223333",'),
]
"""An AWS account."""

VpcReference = Annotated[
    str,
    StringConstraints(pattern=_OUTPUT),
    Written("a VPC's id like vpc-0a1b2c3d4e5f60718, or an output of existing.stack,"),
]
"""A VPC that exists, by its id, or the output of a stack that has the id."""

SubnetReference = Annotated[
    str,
    StringConstraints(pattern=_OUTPUT),
    Written("a subnet's id like subnet-0a1b2c3d4e5f60718, or an output of existing.stack,"),
]
"""A subnet that exists, by its id, or the output of a stack that has the id."""

ForeignStack = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+){0,2}$", max_length=300),
    Written("a stack's name, of Pulumi as organization/project/stack,"),
]
"""A stack that is not Poolwright's own, as its tool names it."""

MetricNamespace = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9./_#-]*$", max_length=255),
    Written("a namespace of CloudWatch like Shop/Orders"),
]
"""Where a CloudWatch metric is."""

MetricName = Annotated[
    str,
    StringConstraints(pattern=r"^[\x21-\x7e][\x20-\x7e]*$", max_length=255),
    Written("a name in CloudWatch like OrdersStarted"),
]
"""A CloudWatch metric, or a dimension of one."""

AlarmName = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f]{1,255}$"), Written("a CloudWatch alarm's name, not its ARN,")
]
"""A CloudWatch alarm of the site's region."""

ReservationId = Annotated[
    str,
    StringConstraints(pattern=r"^cr-([0-9a-f]{8}|[0-9a-f]{17})$"),
    Written("a capacity reservation's id like cr-0a1b2c3d4e5f60718"),
]
"""A capacity reservation, or a capacity block, which is one too."""

ResourceGroupArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:resource-groups:[a-z0-9-]+:[0-9]{12}:group/.{1,300}$"),
    Written("a resource group's ARN like arn:aws:resource-groups:eu-west-1:123456789012:group/team-a"),
]
"""A resource group of capacity reservations."""

Port = Annotated[int, Field(ge=1, le=65535)]
"""A TCP port."""

Count = Annotated[int, Field(ge=1, le=100_000)]
"""A whole number of things, at least one."""

Days = Annotated[int, Field(ge=1, le=36_500)]
"""Days."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""A sentence for people."""

AddressRange = Annotated[
    IPv4Network, BeforeValidator(_address_range), Written("a range like 10.20.0.0/16, without host bits,")
]
"""An IPv4 range in CIDR form."""

VpcRange = Annotated[AddressRange, AfterValidator(_vpc_range)]
"""A range that a VPC may have."""

TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""A name of the IANA time zone database."""

TagKey = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9 _.:/=+@-]{1,128}$"),
    AfterValidator(_not_reserved_by_aws),
    Written("a tag key of 1 to 128 letters, digits, spaces and _.:/=+@-"),
]
"""A tag's key, in the letters that every AWS service takes."""

TagValue = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9 _.:/=+@-]{0,256}$"),
    Written("a text of at most 256 letters, digits, spaces and _.:/=+@-"),
]
"""A tag's value."""

HostedZoneId = Annotated[
    str, StringConstraints(pattern=r"^Z[A-Z0-9]{1,31}$"), Written("a Route 53 zone's id like Z0123456789ABCDEFGHIJ")
]
"""A Route 53 zone."""

CertificateArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+$"),
    Written("an ACM certificate's ARN"),
]
"""A certificate of AWS Certificate Manager."""

QuotaGroup = Annotated[
    str, StringConstraints(pattern=r"^[a-z-]{1,24}$"), Written("a family group (standard, g, p, inf, trn, f)")
]
"""A group of machine families that share a vCPU quota."""

ZoneCount = Annotated[int, Field(ge=1, le=6)]
"""A number of zones."""

ZoneIds = Annotated[tuple[ZoneId, ...], Field(min_length=1, max_length=6), Distinct]
"""Zones by their ids."""

ImageReference = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([a-z0-9./_-]*[a-z0-9])?(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$"),
    Written("an image's address like public.ecr.aws/docker/library/python:3.12-slim"),
]
"""An image of a registry, with its tag."""

Digest = Annotated[
    str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$"), Written("a digest of sha256: and 64 hexadecimal digits")
]
"""An image's digest."""

AcceleratorModel = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9-]{1,24}$"), Written("an accelerator's name in the catalog, like a10g,")
]
"""An accelerator, `a10g`."""
