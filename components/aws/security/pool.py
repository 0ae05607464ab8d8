"""SecurityPool: keys, secrets, roles and detection; what the other pools need before they can begin."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.aws.security.audit_bucket import NEEDED_BY, audit_bucket, trail_bucket
from components.aws.security.ci import ci
from components.aws.security.detection import detection
from components.aws.security.keys import keys
from components.aws.security.machine_roles import hooks_of, machine_roles, runtimes_of
from components.aws.security.roles import workload_roles
from components.aws.security.secrets import secrets
from components.aws.security.watch import Watch
from components.naming import SiteNames
from components.outputs import SecurityOutputs
from solver.plan.compute import ComputePlan
from solver.plan.security import KeyPurpose, SecurityPlan
from solver.plan.storage import StoragePlan


@dataclass(frozen=True, kw_only=True)
class SecurityPoolArgs:
    """What the pool is built from."""

    plan: SecurityPlan
    """Its part of the plan."""
    compute: ComputePlan
    """Runtimes that need machine roles, images of the stack's own."""
    storage: StoragePlan
    """Which claims are buckets and which file systems; whether data is protected."""
    names: SiteNames
    """Names and tags of the site."""
    alarms: bool = False
    """Services and machines have alarms: their topic's key admits CloudWatch."""


class SecurityPool(pulumi.ComponentResource):
    """Keys by purpose, secrets without values, roles with least rights, and the measures that cover the controls."""

    outputs: SecurityOutputs

    def __init__(self, name: str, args: SecurityPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:aws:SecurityPool", name, None, opts)
        plan, names, protect = args.plan, args.names, args.storage.protect
        measures = frozenset(measure.name for measure in plan.measures if measure.build)
        deployments = any(service.alarm_metrics for service in args.compute.services)
        alarms = args.alarms or "cloudtrail-alarms" in measures or deployments
        made_keys = keys(name, plan, names, storage=args.storage, alarms=alarms, parent=self)
        key_arns = {purpose: key.arn for purpose, key in made_keys.items()}
        secret_arns = secrets(name, plan, names, key_arn=key_arns.get(KeyPurpose.SECRETS), protect=protect, parent=self)
        workloads = workload_roles(
            name,
            plan,
            names,
            storage=args.storage,
            repositories=args.compute.repositories,
            key_arns=key_arns,
            parent=self,
        )
        machines = machine_roles(
            name,
            names,
            runtimes=runtimes_of(args.compute),
            replica_volumes=any(volume.attach == "replica" for volume in args.storage.volumes),
            jobs=bool(args.compute.jobs),
            hooks=hooks_of(args.compute),
            key_arns=[key_arns[purpose] for purpose in (KeyPurpose.DATA, KeyPurpose.MACHINES) if purpose in key_arns],
            parent=self,
        )
        log_bucket: pulumi.Output[str] | None = None
        if measures & NEEDED_BY:
            log_bucket = audit_bucket(
                name,
                names,
                measures,
                retention_days=plan.trail_retention_days,
                protect=protect,
                parent=self,
                trail=plan.trail_lock is None,
            )
        trail_files = log_bucket
        if "cloudtrail" in measures and plan.trail_lock is not None:
            trail_files = trail_bucket(
                name, names, lock=plan.trail_lock, retention_days=plan.trail_retention_days, parent=self
            )
        detection(
            Watch(
                name=name,
                plan=plan,
                storage=args.storage,
                names=names,
                key_arns=key_arns,
                audit_bucket=log_bucket,
                trail_bucket=trail_files,
                measures=measures,
                parent=self,
            )
        )
        if plan.ci is not None:
            trunking = {"eni-trunking"} if args.compute.eni_trunking else set[str]()
            ci(name, plan.ci, names, switches=measures | trunking, parent=self)
        self.outputs = SecurityOutputs(
            key_arns=key_arns,
            task_role_arns={workload: role.arn for workload, role in workloads.task.items()},
            execution_role_arns={workload: role.arn for workload, role in workloads.execution.items()},
            instance_profile_arns=machines.profile_arns,
            volume_role_arn=machines.volume_role_arn,
            scheduler_role_arn=machines.scheduler_role_arn,
            hook_role_arn=machines.hook_role_arn,
            secret_arns=secret_arns,
            role_policies=(*workloads.policies, *machines.policies),
            measures=measures,
            access_log_bucket=log_bucket,
        )
        self.register_outputs({"keys": {purpose.value: arn for purpose, arn in key_arns.items()}})
