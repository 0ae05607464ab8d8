"""Asks AWS for prices and machines: clients, pages, and what becomes of an answer that says no."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from solver.errors import CloudError, ConfigError, Problem

Client = Any
"""A client of boto3, which has no types."""
Answer = dict[str, Any]
PRICE_LIST_REGION = "us-east-1"
"""The Price List API is served from a few regions, each with the prices of all."""
ACTIONS = (
    "pricing:GetProducts",
    "ec2:DescribeInstanceTypeOfferings",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeSpotPriceHistory",
    "ec2:DescribeAvailabilityZones",
    "savingsplans:DescribeSavingsPlansOfferingRates",
)
"""All that a refresh asks; every one of them reads only."""
_ATTEMPTS = 10
_SECONDS_TO_ANSWER = 60
_NOT_ALLOWED = (
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "OptInRequired",
    "SignatureDoesNotMatch",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
)


@dataclass(frozen=True, kw_only=True)
class Clients:
    """Of one region, with the credentials of the process."""

    pricing: Client
    ec2: Client
    savingsplans: Client


def client_of(service: str, region: str) -> Client:
    """A client of one service, as below."""
    session, patient = _patient_session(region)
    return session.client(service, region_name=region, config=patient)


def clients(region: str) -> Clients:
    """boto3's, which repeat what AWS throttles or does not answer; ConfigError where boto3 is not installed."""
    session, patient = _patient_session(region)
    return Clients(
        pricing=session.client("pricing", region_name=PRICE_LIST_REGION, config=patient),
        ec2=session.client("ec2", region_name=region, config=patient),
        savingsplans=session.client("savingsplans", region_name=PRICE_LIST_REGION, config=patient),
    )


def _patient_session(region: str) -> tuple[Any, Any]:
    try:
        boto3: Any = import_module("boto3")
        config: Any = import_module("botocore.config")
    except ImportError:
        problem = Problem(file="", allowed="boto3 is needed to ask AWS", hint="pip install 'poolwright[aws]'")
        raise ConfigError([problem]) from None
    patient = config.Config(
        retries={"mode": "adaptive", "total_max_attempts": _ATTEMPTS},
        connect_timeout=10,
        read_timeout=_SECONDS_TO_ANSWER,
    )
    return boto3.session.Session(region_name=region), patient


def pages(client: Client, operation: str, **arguments: Any) -> Iterator[Answer]:
    """All pages of an answer; ConfigError (2) without credentials or rights, CloudError (6) for all else."""
    from botocore import exceptions

    errors: Any = exceptions
    try:
        if client.can_paginate(operation):
            yield from client.get_paginator(operation).paginate(**arguments)
            return
        # What has no paginator in the SDK has the token in lower case, or is one page.
        token: dict[str, str] | None = {}
        while token is not None:
            page: Answer = getattr(client, operation)(**arguments, **token)
            yield page
            token = {"nextToken": page["nextToken"]} if page.get("nextToken") else None
    except (errors.NoCredentialsError, errors.PartialCredentialsError, errors.ProfileNotFound) as error:
        raise _refused(f"credentials of an AWS account are needed: {error}") from error
    except (errors.TokenRetrievalError, errors.SSOTokenLoadError, errors.UnauthorizedSSOTokenError) as error:
        raise _refused(f"credentials that have not ended are needed: {error}") from error
    except errors.ClientError as error:
        told: Answer = error.response.get("Error", {})
        code = str(told.get("Code"))
        words = f"AWS answers {error.operation_name} with {code}: {told.get('Message')}"
        if code in _NOT_ALLOWED:
            raise _refused(words) from error
        raise CloudError(words, hint="Nothing was written; run the command again.") from error
    except errors.BotoCoreError as error:
        raise CloudError(f"AWS: {error}", hint="Nothing was written; run the command again.") from error


def _refused(words: str) -> ConfigError:
    hint = f"Log in (aws sso login, AWS_PROFILE, …) as who may {', '.join(ACTIONS)}."
    return ConfigError([Problem(file="", allowed=words, hint=hint)])
