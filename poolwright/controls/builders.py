"""BUILDERS: which file of the project builds a measure of the catalog."""

from __future__ import annotations

from collections.abc import Mapping

_SECURITY = "components/aws/security"

BUILDERS: Mapping[str, str] = {
    "access-analyzer": f"{_SECURITY}/detection.py",
    "account-public-access-block": f"{_SECURITY}/detection.py",
    "cloudtrail": f"{_SECURITY}/trail.py",
    "cloudtrail-alarms": f"{_SECURITY}/trail.py",
    "cloudtrail-encryption": f"{_SECURITY}/trail.py",
    "cloudtrail-logs": f"{_SECURITY}/trail.py",
    "cloudtrail-object-events": f"{_SECURITY}/trail.py",
    "config": f"{_SECURITY}/recorder.py",
    "container-insights": "components/aws/compute/cluster.py",
    "ebs-default-encryption": f"{_SECURITY}/detection.py",
    "ecr-scan-on-push": "components/aws/compute/images.py",
    "guardduty": f"{_SECURITY}/detection.py",
    "guardduty-object-events": f"{_SECURITY}/detection.py",
    "guardduty-runtime": f"{_SECURITY}/detection.py",
    "inspector-hosts": f"{_SECURITY}/detection.py",
    "inspector-images": f"{_SECURITY}/detection.py",
    "kms-customer-keys": f"{_SECURITY}/keys.py",
    "load-balancer-logs": "components/aws/network/load_balancers.py",
    "log-retention-year": "components/aws/compute/pool.py",
    "poolwright-defaults": "components/aws",
    "s3-access-logs": "components/aws/storage/bucket.py",
    "security-hub": f"{_SECURITY}/detection.py",
    "vpc-flow-logs": "components/aws/network/flow_logs.py",
    "waf": f"{_SECURITY}/waf.py",
    "waf-logs": f"{_SECURITY}/waf.py",
}
"""Measure → file, or the folder of all pools for what they have by construction."""
