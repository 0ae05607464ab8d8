"""Watch: what the builders of security measures share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.naming import SiteNames
from components.options import child_of
from solver.plan.security import KeyPurpose, SecurityPlan
from solver.plan.storage import StoragePlan


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A site under watch."""

    name: str
    """Beginning of logical names."""
    plan: SecurityPlan
    """Measures, retention."""
    storage: StoragePlan
    """Buckets whose objects may be watched; whether data is protected."""
    names: SiteNames
    """Names and tags."""
    key_arns: Mapping[KeyPurpose, pulumi.Output[str]]
    """Customer keys."""
    audit_bucket: pulumi.Output[str] | None
    """Where trails and configuration histories go; it exists when a chosen measure needs it."""
    trail_bucket: pulumi.Output[str] | None
    """Where the trail's files go: the audit bucket, or one in which they are locked."""
    measures: frozenset[str]
    """Names of all measures that the stack builds."""
    parent: pulumi.Resource
    """The pool."""

    def child(self) -> pulumi.ResourceOptions:
        """For what goes with the stack."""
        return child_of(self.parent)

    def account_setting(self) -> pulumi.ResourceOptions:
        """For a setting of the whole account that makes it safer: it stays when the stack goes."""
        return pulumi.ResourceOptions(parent=self.parent, retain_on_delete=True)

    def trail_log(self) -> pulumi.Output[str]:
        """Name of the bucket of the trail's files, once its policy admits CloudTrail."""
        return self.audit_log() if self.trail_bucket is None else self.trail_bucket

    def audit_log(self) -> pulumi.Output[str]:
        """The audit bucket's name, once its policy admits the services that write to it."""
        if self.audit_bucket is None:
            raise ValueError("no measure asked for the audit bucket")
        return self.audit_bucket
