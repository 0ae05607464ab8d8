"""What AWS says of an account before a promotion: its quotas, and what is known of images in its registry.

It reads, and changes nothing: servicequotas:GetServiceQuota, ecr:DescribeImages. What AWS does not answer is no error:
the gate says then that nothing is known. The sandbox's account says what its quota file has, and knows no images.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from poolwright.engine.sandbox.quota_codes import CODES
from poolwright.engine.sandbox.quotas import QUOTAS_VARIABLE, load_quotas
from solver.errors import ConfigError, Problem
from solver.vocabulary import ImageProof

Client = Callable[[str, str], Any]
"""Service and region → a client of AWS's SDK."""
_WORST = ("CRITICAL", "HIGH")
_SCANNED = ("COMPLETE", "ACTIVE")
"""Basic scans end; enhanced ones go on."""


@dataclass(frozen=True, kw_only=True)
class KnownImage:
    """What a registry knows of an image; nothing where it does not answer."""

    words: str = ""
    """Of its scan and signature."""
    refused: str = ""
    """Why it must not be promoted."""
    proofs: frozenset[ImageProof] = frozenset()


class Account(Protocol):
    """What may be asked of an account."""

    def quota(self, region: str, family: str, purchase: str) -> int | None:
        """vCPUs of a family that may run; None where nobody says."""
        ...

    def image(self, region: str, repository: str, digest: str) -> KnownImage:
        """What the registry knows of an image."""
        ...


@dataclass(frozen=True)
class SandboxAccount:
    """The account of the sandbox."""

    quotas: Mapping[str, int]
    """As its quota file has them."""

    def quota(self, region: str, family: str, purchase: str) -> int | None:
        """vCPUs of a family that may run; None where the file does not say."""
        return self.quotas.get(f"{purchase}-{family}-vcpus")

    def image(self, region: str, repository: str, digest: str) -> KnownImage:
        """Nothing: the sandbox holds no images."""
        return KnownImage()


class AwsAccount:
    """The account that the credentials lead to."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._quotas: dict[tuple[str, str], int | None] = {}
        self._refused: dict[tuple[str, str], str] = {}
        """Region and repository → AWS's code for the last no."""

    def quota(self, region: str, family: str, purchase: str) -> int | None:
        """vCPUs of a family that may run; None where AWS does not say."""
        service, code = CODES.get(f"{purchase}-{family}-vcpus", ("", ""))
        if not code:
            return None
        if (region, code) not in self._quotas:
            answer = self._ask(
                lambda: self._client("service-quotas", region).get_service_quota(ServiceCode=service, QuotaCode=code)
            )
            value = None if answer is None else answer.get("Quota", {}).get("Value")
            self._quotas[region, code] = None if value is None else int(value)
        return self._quotas[region, code]

    def image(self, region: str, repository: str, digest: str) -> KnownImage:
        """What the registry knows of an image."""
        found = self._detail(region, repository, {"imageDigest": digest})
        if found is None:
            # Without the right to look, or with the credentials of another account, nothing is known.
            missing = self._refused.get((region, repository)) == "ImageNotFoundException"
            return KnownImage(refused=f"{repository} has no {digest[:19]}" if missing else "")
        signed = self._detail(region, repository, {"imageTag": f"{digest.replace(':', '-')}.sig"}) is not None
        status = cast("Mapping[str, Any]", found.get("imageScanStatus") or {}).get("status")
        summary = cast("Mapping[str, Any]", found.get("imageScanFindingsSummary") or {})
        counts = cast("Mapping[str, int]", summary.get("findingSeverityCounts") or {})
        worst = [f"{counts[each]} {each.lower()}" for each in _WORST if counts.get(each)]
        scan = "not scanned" if status is None else f"scan {str(status).lower().replace('_', ' ')}"
        if status is not None and counts:
            scan += f": {', '.join(f'{count} {name.lower()}' for name, count in sorted(counts.items()))}"
        words = f"{scan}, {'signed' if signed else 'not signed'}"
        proofs = {ImageProof.SCAN: status in _SCANNED, ImageProof.SIGNATURE: signed}
        return KnownImage(
            words=words,
            refused=f"its scan found {' and '.join(worst)}" if worst else "",
            proofs=frozenset(proof for proof, there in proofs.items() if there),
        )

    def _detail(self, region: str, repository: str, image: dict[str, str]) -> Mapping[str, Any] | None:
        answer = self._ask(
            lambda: self._client("ecr", region).describe_images(repositoryName=repository, imageIds=[image]),
            lambda code: self._refused.__setitem__((region, repository), code),
        )
        details = cast("list[Mapping[str, Any]]", (answer or {}).get("imageDetails") or [])
        return details[0] if details else None

    def _ask(self, call: Callable[[], Any], refused: Callable[[str], None] | None = None) -> Mapping[str, Any] | None:
        try:
            return cast("Mapping[str, Any]", call())
        except Exception as error:  # what AWS's SDK raises has no class of its own in common; a no is no answer
            if refused is not None:
                response = cast("Mapping[str, Any]", getattr(error, "response", {}))
                refused(str(response.get("Error", {}).get("Code", "")))
            return None


def account_of(cloud: str, sandbox: Path) -> Account:
    """The account of the credentials at hand, or the sandbox's; ConfigError where AWS's SDK is not installed."""
    if cloud != "aws":
        path = Path(os.environ.get(QUOTAS_VARIABLE) or sandbox / "quotas.json")
        return SandboxAccount(load_quotas(path) if path.is_file() else {})
    try:
        import boto3
    except ImportError as error:
        problem = Problem(
            file="",
            path="--ask-account",
            allowed="AWS's SDK is needed for that",
            hint="pip install 'poolwright[aws]'",
        )
        raise ConfigError([problem]) from error
    sdk: Any = boto3
    return AwsAccount(lambda service, region: sdk.client(service, region_name=region))
