"""AWS's quotas: what an account may have, as a region starts with it or as a file says.

$POOLWRIGHT_SANDBOX_QUOTAS, else `quotas.json` in the sandbox's folder, is one JSON object: quota → number.
"""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Final, cast

from poolwright.engine.sandbox.store import default_folder

QUOTAS_VARIABLE: Final = "POOLWRIGHT_SANDBOX_QUOTAS"

# AWS's defaults as its Service Quotas pages have them; vCPUs are left out, since AWS raises those by an account's use.
DEFAULT_QUOTAS: Final = {
    "vpcs": 5,
    "subnets-per-vpc": 200,
    "internet-gateways": 5,
    "elastic-ips": 5,
    "nat-gateways-per-zone": 5,
    "route-tables-per-vpc": 200,
    "routes-per-table": 500,
    "security-groups": 2500,
    "rules-per-security-group": 60,
    "security-groups-per-interface": 5,
    "rules-per-network-acl": 20,
    "interface-endpoints-per-vpc": 50,
    "gateway-endpoints": 20,
    "flow-logs-per-resource": 10,
    "application-load-balancers": 50,
    "network-load-balancers": 50,
    "target-groups": 3000,
    "listeners-per-load-balancer": 50,
    "targets-per-load-balancer": 1000,
    "rules-per-load-balancer": 100,
    "certificates": 2500,
    "hosted-zones": 500,
    "health-checks": 200,
    "records-per-zone": 10000,
    "roles": 1000,
    "instance-profiles": 1000,
    "customer-managed-policies": 1500,
    "managed-policies-per-role": 10,
    "open-id-connect-providers": 100,
    "auto-scaling-groups": 500,
    "launch-templates": 5000,
    "ecs-clusters": 10000,
    "services-per-cluster": 5000,
    "tasks-per-service": 5000,
    "capacity-providers-per-cluster": 20,
    "batch-compute-environments": 50,
    "batch-job-queues": 50,
    "buckets": 10000,
    "file-systems": 1000,
    "trails": 5,
    "configuration-recorders": 1,
    "detectors": 1,
    "account-analyzers": 1,
    "event-rules-per-bus": 300,
    "target-groups-per-group": 50,
    "ecr-repositories": 100000,
}

VCPU_QUOTAS: Final = tuple(
    f"{option}-{family}-vcpus"
    for family in ("standard", "g", "p", "inf", "trn", "f", "x", "high-memory", "dl", "hpc")
    for option in ("on-demand", "spot")
)
"""Running vCPUs by family and purchase option; they hold only where a file names them."""


class QuotaFileError(Exception):
    """The quota file can't be read."""


def quota(name: str) -> int | None:
    """The number that holds; None where none does."""
    return _quotas(_file()).get(name)


def load_quotas(path: Path) -> dict[str, int]:
    """The defaults with the file's numbers over them."""
    known = {*DEFAULT_QUOTAS, *VCPU_QUOTAS}
    try:
        found = cast("dict[str, object]", json.loads(path.read_text(encoding="utf-8")))
        numbers = {name: value for name, value in found.items() if isinstance(value, int)}
    except (OSError, ValueError, AttributeError) as error:
        raise QuotaFileError(f"{path}: one JSON object, quota → whole number, is expected ({error})") from error
    wrong = sorted((found.keys() - numbers.keys()) | (numbers.keys() - known))
    if wrong:
        raise QuotaFileError(f"{path}: {', '.join(wrong)}: whole numbers of {', '.join(sorted(known))} are allowed")
    return {**DEFAULT_QUOTAS, **numbers}


def check_quota_file() -> None:
    """Raise QuotaFileError now when there is a quota file that can't be read."""
    _quotas(_file())


def _file() -> Path | None:
    chosen = os.environ.get(QUOTAS_VARIABLE)
    path = Path(chosen) if chosen else default_folder() / "quotas.json"
    return path if chosen or path.is_file() else None


@functools.cache
def _quotas(path: Path | None) -> dict[str, int]:
    return dict(DEFAULT_QUOTAS) if path is None else load_quotas(path)
