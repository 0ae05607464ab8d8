"""For each check, evidence that it refuses: the shipped prod with one thing wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from poolwright.checks import (
    backups,
    bucket_copies,
    buckets,
    containers,
    detection,
    file_systems,
    identity,
    images,
    keys,
    load_balancers,
    logs,
    lustre,
    machines,
    network,
    security_groups,
    stack,
)
from poolwright.checks.evidence import Evidence, Undeclared
from poolwright.engine.preview import Operation
from tests.poolwright.checks import hosted_cases
from tests.poolwright.checks.estate import (
    REMOVED,
    Edit,
    both,
    unprotected,
    with_change,
    with_document,
    with_input,
    with_lock,
    with_resource,
    without,
)

ANYWHERE = "0.0.0.0/0"


def _spot(path: str, value: Any) -> Edit:
    """The first spot group with another value."""
    return with_input(machines.GROUP, path, value, name="-spot")


def _differs(evidence: Evidence) -> Evidence:
    """Another port than in staging."""
    port = Undeclared(key="workloads.assistant.port", place="stacks/prod.yaml:9", source="8080", target="8081")
    return replace(evidence, stack_before="staging", differences=(port,))


def _in_one_pool() -> Edit:
    """The first spot group of the plan with one type in one zone."""

    def change(content: dict[str, Any]) -> None:
        groups = content["sites"]["main"]["compute"]["node_groups"]
        group = next(each for each in groups if each["purchase"] == "spot")
        group["machine_types"], group["zones"] = group["machine_types"][:1], group["zones"][:1]

    return with_lock(change)


_OF_THE_CLUSTER = {"kind": "cpu", "above": 0.9}


_ASKED = {
    "workload": "another",
    "host": "api.example.com",
    "path": "/",
    "interval_seconds": 30,
    "regions": ["us-east-1", "eu-west-1", "sa-east-1"],
    "failures": 3,
}


def _watched(**values: Any) -> Edit:
    """The plan with a dashboard, and what else is given."""

    def watch(content: dict[str, Any]) -> None:
        content["sites"]["main"]["monitoring"] = {"site_dashboard": True, **values}

    return with_lock(watch)


def _rule(port: int, to: int | None = None, **block: str) -> Edit:
    values = {"ipProtocol": "tcp", "fromPort": port, "toPort": to or port, **(block or {"cidrIpv4": ANYWHERE})}
    return with_resource(security_groups.INGRESS, {**values, "securityGroupId": "sg-1"}, name="main-groups-open")


def _statement(**values: Any) -> Edit:
    """One more statement in a role's policy."""

    def add(document: dict[str, Any]) -> None:
        document["Statement"].append({"Effect": "Allow", **values})

    return with_document(identity.ROLE_POLICY, "policy", add)


def _trust(**values: Any) -> Edit:
    def change(document: dict[str, Any]) -> None:
        document["Statement"][0] = {"Effect": "Allow", "Action": "sts:AssumeRole", **values}

    return with_document(identity.ROLE, "assumeRolePolicy", change)


_BOUNDARY = "arn:aws:iam::123456789012:policy/workloads"
_ISSUER = "token.actions.githubusercontent.com"


def _jobs(**condition: Any) -> Edit:
    principal = {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{_ISSUER}"}
    return _trust(Action="sts:AssumeRoleWithWebIdentity", Principal=principal, Condition=condition)


def _container(**values: Any) -> Edit:
    """A task's container with other values; None takes one out."""

    def change(found: Any) -> None:
        for key, value in values.items():
            found[0].pop(key, None)
            if value is not None:
                found[0][key] = value

    return with_document(containers.TASK, "containerDefinitions", change)


def _job(**values: Any) -> Edit:
    def change(found: dict[str, Any]) -> None:
        found["nodeRangeProperties"][0]["container"].update(values)

    return with_document(containers.JOB, "nodeProperties", change)


def _site(path: str, value: Any) -> Edit:
    """The lock with another value in its site."""

    def change(content: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        part: Any = content["sites"]["main"]
        for step in steps:
            part = part[int(step) if step.isdigit() else step]
        part[last] = value

    return with_lock(change)


def _proof(**values: Any) -> Edit:
    return with_lock(lambda content: content["proof"].update(values))


def _backs_up(type_: str = "", inputs: Mapping[str, Any] | None = None, name: str = "") -> Edit:
    """The lock with a vault for documents, locked for 7 days, and its key; with one resource of it, or none."""
    plan = {
        "buckets": ["documents"],
        "schedule": "cron(0 3 ? * * *)",
        "time_zone": "UTC",
        "keep_days": 30,
        "lock": {"mode": "governance", "min_days": 7},
    }

    def change(content: dict[str, Any]) -> None:
        content["sites"]["main"]["storage"]["backup"] = plan
        content["sites"]["main"]["security"]["keys"].append("backups")

    wished = with_lock(change)
    return both(wished, with_resource(type_, inputs, name=name, pool="StoragePool")) if type_ else wished


def _copied(inputs: Mapping[str, Any] | None = None) -> Edit:
    """The lock with copies of documents elsewhere; with the replication that makes them, or none."""
    plan = {"bucket_arn": "arn:aws:s3:::far", "region": "eu-central-1", "delete_markers": True}

    def change(content: dict[str, Any]) -> None:
        content["sites"]["main"]["storage"]["buckets"][0]["replication"] = plan

    wished = with_lock(change)
    if inputs is None:
        return wished
    name = "main-storage-bucket-documents-replication"
    return both(wished, with_resource(bucket_copies.REPLICATION, inputs, name=name, pool="StoragePool"))


_ROTATES = {"rotations": [{"secret": "fraud-database-url", "days": 30, "lambda_arn": "arn:rotate"}]}


def _corpus(link: Mapping[str, Any] | None = None) -> Edit:
    """The lock with Lustre over documents, to which jobs write; with the link to the bucket, or none."""
    plan = {
        "bucket": "documents",
        "zone": "use1-az2",
        "size_gib": 1200,
        "throughput_mb_per_tib": 125,
        "compress": True,
        "exports": True,
        "mount": "/corpus",
        "workloads": ["trainer"],
    }
    wished = with_lock(lambda content: content["sites"]["main"]["storage"].update({"lustre": {"corpus": plan}}))
    if link is None:
        return wished
    return both(wished, with_resource(lustre.LINK, link, name="main-storage-lustre-corpus-link", pool="StoragePool"))


def _asks(measure: str) -> Edit:
    """The lock with one more measure to build."""
    more: dict[str, Any] = {"name": measure, "controls": [], "build": True}
    return with_lock(lambda content: content["sites"]["main"]["security"]["measures"].append(more))


def _open_policy(document: dict[str, Any]) -> None:
    document["Statement"].append({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})


def _only_allows(document: dict[str, Any]) -> None:
    document["Statement"] = [each for each in document["Statement"] if each["Effect"] == "Allow"]


MOUNTS = {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}
FRAUD = {"desiredCount": 2, "tags": {"workload": "fraud"}}
OPEN = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})
BUCKET, GROUP, SERVICE = "aws:s3/bucket:Bucket", "aws:autoscaling/group:Group", "aws:ecs/service:Service"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"

REFUSED: Mapping[str, tuple[Edit, ...]] = {
    **hosted_cases.REFUSED,
    # The lock and the stack.
    "plan.unlisted": (
        with_resource("aws:ec2/natGateway:NatGateway", name="main-network-nat-use1-az9"),
        with_resource("aws:s3/bucket:Bucket", name="main-storage-bucket-by-hand", pool=""),
        with_resource("aws:s3/bucket:Bucket", name="other-storage-bucket-documents", pool="StoragePool"),
    ),
    "plan.missing": (without("aws:ec2/natGateway:NatGateway", name="az2"), without("aws:kms/key:Key", name="data")),
    "stack.tags": (with_input(stack.PROVIDER, "defaultTags", '{"tags": {"stack": "prod"}}'),),
    "stack.region": (with_input(stack.PROVIDER, "region", "eu-north-1"),),
    "stack.protection": (_site("storage.protect", False),),
    "stack.differences": (_differs,),
    "stack.keys": (_site("security.key_deletion_days", 7),),
    # Network.
    "EC2.2": (
        without(network.DEFAULT_GROUP),
        with_input(network.DEFAULT_GROUP, "ingress", [{"protocol": "-1"}]),
    ),
    "EC2.15": (with_input(network.SUBNET, "mapPublicIpOnLaunch", True),),
    "EC2.6": (without(network.FLOW_LOG), with_input(network.FLOW_LOG, "trafficType", "ACCEPT")),
    "network.private-routes": (
        with_input(network.ROUTE_TABLE, "routes", [{"cidrBlock": ANYWHERE, "gatewayId": "igw"}], name="-routes-data"),
        with_input(network.ASSOCIATION, "routeTableId", "main-network-routes-public-id", name="-of-data-"),
    ),
    "network.nat-zones": (_site("network.nat.zones", []),),
    "network.subnets": (
        _site("network.subnets.0.cidr", "10.99.0.0/24"),
        _site("network.subnets.1.cidr", "10.30.32.0/20"),
    ),
    "network.endpoint-dns": (
        with_resource(network.ENDPOINT, {"vpcEndpointType": "Interface", "securityGroupIds": ["sg-1"]}),
    ),
    "network.endpoint-policy": (
        with_input(network.ENDPOINT, "policy", REMOVED),
        with_input(network.ENDPOINT, "policy", OPEN),
        with_document(network.ENDPOINT, "policy", _open_policy),
    ),
    # Security groups.
    "EC2.53": (
        _rule(22),
        _rule(3000, 4000),
        with_resource(
            security_groups.OLD_RULE,
            {
                "type": "ingress",
                "protocol": "-1",
                "cidrBlocks": [ANYWHERE],
            },
        ),
    ),
    "EC2.54": (_rule(22, cidrIpv6="::/0"),),
    "EC2.18": (_rule(8443), _rule(80, 81)),
    "EC2.19": (_rule(5432),),
    "EC2.21": (
        with_resource(
            security_groups.ACL_RULE,
            {
                "egress": False,
                "ruleAction": "allow",
                "cidrBlock": ANYWHERE,
                "protocol": "tcp",
                "fromPort": 0,
                "toPort": 1024,
            },
        ),
        with_resource(
            security_groups.ACL,
            {
                "ingress": [
                    {
                        "ruleNo": 1,
                        "action": "allow",
                        "cidrBlock": ANYWHERE,
                        "protocol": "-1",
                        "fromPort": 0,
                        "toPort": 0,
                    }
                ]
            },
        ),
    ),
    "network.inline-rules": (with_input(security_groups.GROUP, "ingress", [{"fromPort": 80}]),),
    "network.egress": (
        with_resource(security_groups.EGRESS, {"ipProtocol": "-1", "cidrIpv4": ANYWHERE}, name="main-groups-out"),
    ),
    "network.public-group": (_rule(443),),
    # Load balancers.
    "ELB.1": (with_input(load_balancers.LISTENER, "defaultActions.0.type", "forward", name="public-http"),),
    "ELB.18": (without(load_balancers.LISTENER, name="public-https"),),
    "ELB.17": (
        with_input(load_balancers.LISTENER, "sslPolicy", "ELBSecurityPolicy-2016-08", name="https"),
        with_input(load_balancers.LISTENER, "sslPolicy", "ELBSecurityPolicy-TLS13-1-2-Ext0-2021-06", name="https"),
    ),
    "ELB.4": (with_input(load_balancers.BALANCER, "dropInvalidHeaderFields", False),),
    "ELB.5": (with_input(load_balancers.BALANCER, "accessLogs.enabled", False),),
    "ELB.6": (with_input(load_balancers.BALANCER, "enableDeletionProtection", False),),
    "ELB.12": (with_input(load_balancers.BALANCER, "desyncMitigationMode", "monitor"),),
    "ELB.13": (with_input(load_balancers.BALANCER, "subnets", ["subnet-1"]),),
    "ACM.1": (with_input(load_balancers.CERTIFICATE, "validationMethod", "EMAIL"),),
    "ACM.2": (with_input(load_balancers.CERTIFICATE, "keyAlgorithm", "RSA_1024"),),
    "ELB.16": (without(load_balancers.WEB_ACL_LINK),),
    "WAF.10": (with_input(load_balancers.WEB_ACL, "rules", []),),
    "WAF.11": (without(load_balancers.WEB_ACL_LOG),),
    "WAF.12": (with_input(load_balancers.WEB_ACL, "rules.0.visibilityConfig.cloudwatchMetricsEnabled", False),),
    "waf.blocks": (with_input(load_balancers.WEB_ACL, "rules.1.overrideAction", {"count": {}}),),
    "waf.secrets": (with_input(load_balancers.WEB_ACL_LOG, "redactedFields", []),),
    # Identity.
    "IAM.1": (_statement(Action="*", Resource="*"), _statement(Action=["*"], Resource=["*"])),
    "IAM.21": (_statement(Action=["s3:*"], Resource=["arn:aws:s3:::b"]), _statement(NotAction="iam:*", Resource="*")),
    "KMS.2": (_statement(Action=["kms:Decrypt"], Resource=["*"]),),
    "iam.pass-role": (_statement(Action="iam:PassRole", Resource="*"),),
    "iam.trust": (
        _trust(Principal="*"),
        _trust(Principal={"AWS": "*"}, Condition={"Bool": {}}),
        _trust(Principal={"AWS": "arn:aws:iam::999999999999:root"}),
    ),
    "iam.source-account": (_trust(Principal={"Service": "ecs-tasks.amazonaws.com"}),),
    "iam.web-identity": (
        _jobs(StringEquals={f"{_ISSUER}:aud": "sts.amazonaws.com"}),
        _jobs(StringEquals={f"{_ISSUER}:sub": "repo:example/shop:pull_request"}),
        _jobs(StringLike={f"{_ISSUER}:aud": "sts.amazonaws.com", f"{_ISSUER}:sub": "repo:example/*"}),
        _jobs(**{"ForAllValues:StringEquals": {f"{_ISSUER}:aud": "sts.amazonaws.com", f"{_ISSUER}:sub": "x"}}),
    ),
    "iam.boundary": (
        with_lock(lambda lock: lock["sites"]["main"]["security"].update(permissions_boundary=_BOUNDARY)),
        both(
            with_lock(lambda lock: lock["sites"]["main"]["security"].update(permissions_boundary=_BOUNDARY)),
            with_input(identity.ROLE, "permissionsBoundary", "arn:aws:iam::123456789012:policy/other"),
        ),
    ),
    "iam.managed-policies": (
        with_input(identity.ATTACHMENTS[0], "policyArn", "arn:aws:iam::aws:policy/AdministratorAccess"),
    ),
    "iam.users": (with_resource(identity.USER), with_resource(identity.ACCESS_KEY)),
    # Keys and secrets.
    "KMS.4": (
        with_input(keys.KEY, "enableKeyRotation", False),
        with_input(keys.KEY, "rotationPeriodInDays", 2000.0),
    ),
    "KMS.5": (with_document(keys.KEY, "policy", _open_policy),),
    "kms.window": (with_input(keys.KEY, "deletionWindowInDays", 3.0),),
    "KMS.3": (with_change(keys.KEY, Operation.DELETE), with_change(keys.KEY, Operation.REPLACE)),
    "secrets.key": (with_input(keys.SECRET, "kmsKeyId", REMOVED),),
    "secrets.recovery": (with_input(keys.SECRET, "recoveryWindowInDays", 0.0),),
    "secrets.value": (with_resource(keys.SECRET_VALUE, {"secretString": "hunter2"}),),
    "secrets.policy": (with_input(keys.SECRET, "policy", OPEN),),
    # What watches.
    "CloudTrail.1": (
        without(detection.TRAIL),
        with_input(detection.TRAIL, "isMultiRegionTrail", False),
        with_input(detection.TRAIL, "enableLogging", False),
        with_input(
            detection.TRAIL, "advancedEventSelectors", [{"fieldSelectors": [{"field": "x", "equals": ["Data"]}]}]
        ),
    ),
    "CloudTrail.2": (with_input(detection.TRAIL, "kmsKeyId", REMOVED),),
    "CloudTrail.4": (with_input(detection.TRAIL, "enableLogFileValidation", False),),
    "CloudTrail.5": (with_input(detection.TRAIL, "cloudWatchLogsGroupArn", REMOVED),),
    "CloudTrail.6": (with_input(detection.TRAIL, "s3BucketName", "somewhere-else"),),
    "S3.22": (with_input(detection.TRAIL, "advancedEventSelectors.1.fieldSelectors", []),),
    "Config.1": (
        without(detection.RECORDER),
        with_input(detection.RECORDER, "recordingGroup.allSupported", False),
        with_input(detection.RECORDER_STATUS, "isEnabled", False),
    ),
    "GuardDuty.1": (without(detection.DETECTOR), with_input(detection.DETECTOR, "enable", False)),
    "GuardDuty.10": (_asks("guardduty-object-events"),),
    "GuardDuty.11": (
        with_input(detection.FEATURE, "status", "DISABLED", name="runtime"),
        with_input(detection.FEATURE, "additionalConfigurations", [], name="runtime"),
    ),
    "Inspector.1": (with_input(detection.INSPECTOR, "resourceTypes", ["ECR"]),),
    "IAM.28": (without(detection.ANALYZER),),
    "SecurityHub.1": (without(detection.HUB_STANDARD),),
    "EC2.7": (with_input(detection.EBS_ENCRYPTION, "enabled", False),),
    "EC2.1": (with_input(detection.SNAPSHOT_BLOCK, "state", "unblocked"),),
    # Logs and alarms.
    "logs.retention": (with_input(logs.LOG_GROUP, "retentionInDays", 0.0),),
    "CloudWatch.16": (with_input(logs.LOG_GROUP, "retentionInDays", 30.0),),
    "Logs.cmk": (with_input(logs.LOG_GROUP, "kmsKeyId", REMOVED),),
    "CloudWatch.1": (without(logs.FILTER, name="root-use"), without(logs.ALARM, name="trail-changes")),
    "monitoring.load": (_watched(budget={"usd_per_month": 20000.0}, alarms=[_OF_THE_CLUSTER]),),
    "monitoring.alarms": (_watched(alarms=[{"workload": "trainer", "kind": "load", "above": 1.0}]),),
    "monitoring.synthetic": (_watched(budget={"usd_per_month": 20000.0}, synthetic_checks=[_ASKED]),),
    "monitoring.budget": (_watched(),),
    "CloudWatch.15": (with_input(logs.ALARM, "alarmActions", []), with_input(logs.ALARM, "actionsEnabled", False)),
    "alarms.key": (with_input(logs.TOPIC, "kmsMasterKeyId", "alias/aws/sns"),),
    "SNS.4": (with_input(logs.TOPIC, "policy", OPEN),),
    "alarms.transport": (with_input(logs.SUBSCRIPTION, "protocol", "http"),),
    # Machines.
    "EC2.170": (with_input(machines.TEMPLATE, "metadataOptions.httpTokens", "optional"),),
    "ec2.metadata-hops": (with_input(machines.TEMPLATE, "metadataOptions.httpPutResponseHopLimit", 2.0),),
    "EC2.25": (with_input(machines.TEMPLATE, "networkInterfaces", [{"associatePublicIpAddress": "true"}]),),
    "EC2.181": (
        with_input(machines.TEMPLATE, "blockDeviceMappings.0.ebs.encrypted", "false"),
        with_input(machines.TEMPLATE, "blockDeviceMappings", []),
    ),
    "EC2.cmk": (with_input(machines.TEMPLATE, "blockDeviceMappings.0.ebs.kmsKeyId", REMOVED),),
    "ec2.key-pair": (with_input(machines.TEMPLATE, "keyName", "ops"),),
    "ec2.leftovers": (with_input(machines.TEMPLATE, "blockDeviceMappings.0.ebs.deleteOnTermination", "false"),),
    "ec2.image": (with_input(machines.TEMPLATE, "imageId", "ami-0", name="machines-"),),
    "AutoScaling.2": (with_input(machines.GROUP, "vpcZoneIdentifiers", ["subnet-1"]),),
    "AutoScaling.9": (
        with_input(machines.GROUP, "launchTemplate", REMOVED),
        with_input(machines.GROUP, "launchConfiguration", "old"),
    ),
    "ec2.launch-tags": (
        with_input(machines.TEMPLATE, "tagSpecifications", REMOVED),
        with_input(machines.TEMPLATE, "tagSpecifications", [{"resourceType": "volume", "tags": {"owner": "me"}}]),
    ),
    "compute.spot": (
        _spot("mixedInstancesPolicy", REMOVED),
        _spot("capacityRebalance", False),
        _spot("mixedInstancesPolicy.instancesDistribution.spotAllocationStrategy", "lowest-price"),
        _spot("mixedInstancesPolicy.instancesDistribution.onDemandBaseCapacity", 1.0),
        _spot("mixedInstancesPolicy.launchTemplate.overrides", [{"instanceType": "m7g.large"}]),
        with_input(machines.GROUP, "mixedInstancesPolicy", {"launchTemplate": {}}, name="on-demand"),
    ),
    "compute.spot-pools": (_in_one_pool(),),
    "compute.warm-pool": (
        with_input(machines.GROUP, "warmPool", {"minSize": 2.0}),
        with_input(machines.GROUP, "warmPool", {"instanceReusePolicy": {"reuseOnScaleIn": True}}),
    ),
    "compute.refresh": (
        with_input(machines.GROUP, "instanceRefresh", REMOVED),
        with_input(machines.GROUP, "instanceRefresh", {"strategy": "Rolling"}),
        with_input(machines.GROUP, "launchTemplate", {"id": "lt-1", "version": "$Latest"}),
    ),
    "compute.ceiling": (with_input(machines.GROUP, "maxSize", 1000.0),),
    "compute.machine-type": (with_input(machines.TEMPLATE, "instanceType", "p5.48xlarge", name="machines-"),),
    "ECS.19": (
        with_input(machines.CAPACITY, "autoScalingGroupProvider.managedTerminationProtection", "DISABLED"),
        with_input(machines.CAPACITY, "autoScalingGroupProvider.managedDraining", "DISABLED"),
    ),
    "compute.loose-machines": (with_resource(machines.INSTANCE),),
    # Containers.
    "ECS.2": (with_input(containers.SERVICE, "networkConfiguration.assignPublicIp", True),),
    "ECS.3": (with_input(containers.TASK, "pidMode", "host"), with_input(containers.TASK, "ipcMode", "host")),
    "ECS.4": (_container(privileged=True), _job(privileged=True)),
    "ECS.5": (_container(readonlyRootFilesystem=False), _job(readonlyRootFilesystem=False)),
    "ECS.8": (
        _container(environment=[{"name": "DB_PASSWORD", "value": "x"}]),
        _job(environment=[{"name": "LOGIN", "value": "AKIAIOSFODNN7EXAMPLE"}]),
    ),
    "ECS.9": (_container(logConfiguration=None), _job(logConfiguration={})),
    "ECS.12": (with_input(containers.CLUSTER, "settings", []),),
    "ECS.17": (
        with_input(containers.TASK, "networkMode", "host"),
        with_input(containers.TASK, "networkMode", "bridge"),
    ),
    "ECS.18": (
        with_input(containers.TASK, "volumes", [{"efsVolumeConfiguration": {"transitEncryption": "DISABLED"}}]),
        _job(volumes=[{"efsVolumeConfiguration": {"transitEncryption": "ENABLED"}}]),
    ),
    "ecs.capabilities": (
        _container(linuxParameters={}),
        _container(linuxParameters=MOUNTS),
    ),
    "ecs.new-privileges": (_container(dockerSecurityOptions=None),),
    "ecs.memory": (_container(memory=None),),
    "ecs.tag": (_container(image="docker.io/library/nginx"), _job(image="docker.io/library/nginx:latest")),
    "ecs.host-paths": (
        with_input(containers.TASK, "volumes", [{"name": "x", "hostPath": "/var/run"}]),
        with_input(containers.TASK, "volumes", [{"name": "task_tmp", "hostPath": "/var/log"}]),
    ),
    "ecs.shell": (with_input(containers.SERVICE, "enableExecuteCommand", True),),
    "ecs.rolling": (with_input(containers.SERVICE, "deploymentMinimumHealthyPercent", 50.0),),
    "batch.idle": (with_input(containers.ENVIRONMENT, "computeResources.minVcpus", 8.0),),
    # Images.
    "ECR.1": (_asks("ecr-scan-on-push"),),
    "ECR.2": (with_input(images.REPOSITORY, "imageTagMutability", "MUTABLE"),),
    "ECR.3": (without(images.LIFECYCLE, name="assistant"),),
    "ECR.5": (with_input(images.REPOSITORY, "encryptionConfigurations", []),),
    "ecr.policy": (with_resource(images.POLICY, {"policy": OPEN}),),
    # Buckets.
    "S3.8": (without(buckets.BLOCK, name="models"), with_input(buckets.BLOCK, "blockPublicPolicy", False)),
    "S3.1": (without(buckets.ACCOUNT_BLOCK), with_input(buckets.ACCOUNT_BLOCK, "ignorePublicAcls", False)),
    "S3.5": (without(buckets.POLICY, name="models"), with_document(buckets.POLICY, "policy", _only_allows)),
    "S3.6": (with_document(buckets.POLICY, "policy", _open_policy),),
    "s3.encryption": (without(buckets.ENCRYPTION, name="models"),),
    "S3.17": (
        with_input(
            buckets.ENCRYPTION,
            "rules",
            [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}],
            name="models",
        ),
    ),
    "S3.12": (
        with_resource(buckets.ACL, {"acl": "public-read"}),
        with_input(buckets.OWNERSHIP, "rule.objectOwnership", "ObjectWriter"),
    ),
    "S3.13": (
        without(buckets.LIFECYCLE, name="models"),
        with_input(buckets.LIFECYCLE, "rules", [{"status": "Enabled", "expiration": {"days": 365}}], name="models"),
    ),
    "S3.14": (
        with_input(buckets.VERSIONING, "versioningConfiguration.status", "Suspended", name="models"),
        without(buckets.VERSIONING, name="audit"),
    ),
    "S3.9": (_asks("s3-access-logs"),),
    "s3.emptied": (with_input(buckets.BUCKET, "forceDestroy", True),),
    "s3.retention": (
        with_input(buckets.LIFECYCLE, "rules", [{"status": "Enabled", "expiration": {"days": 1.0}}], name="models"),
    ),
    "storage.protect": (unprotected(BUCKET), unprotected(file_systems.FILE_SYSTEM)),
    # File systems.
    "EFS.1": (with_input(file_systems.FILE_SYSTEM, "encrypted", False),),
    "EFS.cmk": (with_input(file_systems.FILE_SYSTEM, "kmsKeyId", REMOVED),),
    "EFS.7": (without(file_systems.BACKUP), with_input(file_systems.BACKUP, "backupPolicy.status", "DISABLED")),
    "EFS.3": (with_input(file_systems.ACCESS_POINT, "rootDirectory.path", "/"),),
    "EFS.4": (
        with_input(file_systems.ACCESS_POINT, "posixUser", REMOVED),
        with_input(file_systems.ACCESS_POINT, "posixUser.uid", 0.0),
    ),
    "EFS.6": (with_input(file_systems.MOUNT_TARGET, "subnetId", "main-network-subnet-public-use1-az2-id"),),
    "efs.group": (with_input(file_systems.MOUNT_TARGET, "securityGroups", REMOVED),),
    "efs.policy": (
        without(file_systems.POLICY),
        with_document(file_systems.POLICY, "policy", _only_allows),
        with_document(file_systems.POLICY, "policy", _open_policy),
    ),
    # Cost.
    "cost.budget": (_proof(cost_usd_per_month=1e6),),
    "cost.sum": (_proof(cost_usd_per_month=1.0),),
    "cost.proof": (_proof(proven=False, gap=0.2),),
    # Copies of buckets, of which the shipped stacks have none.
    "s3.copies": (_copied(), _copied({"rules": [{"status": "Disabled"}]}), _copied({"rules": [{"status": "Enabled"}]})),
    "s3.copies-encrypted": (
        _copied({"rules": [{"destination": {"encryptionConfiguration": {"replicaKmsKeyId": "k"}}}]}),
        _copied({"rules": [{"sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}}}]}),
    ),
    "s3.inventory": (with_resource(bucket_copies.INVENTORY, {"destination": {"bucket": {"format": "CSV"}}}),),
    "secrets.rotation": (
        with_lock(lambda content: content["sites"]["main"]["security"].update(_ROTATES)),
        both(
            with_lock(lambda content: content["sites"]["main"]["security"].update(_ROTATES)),
            with_resource(
                keys.ROTATION,
                {"rotationRules": {"automaticallyAfterDays": 90.0}},
                name="main-security-secret-fraud-database-url",
                pool="SecurityPool",
            ),
        ),
    ),
    # Lustre, of which the shipped stacks have none.
    "fsx.cmk": (with_resource(lustre.LUSTRE, {"securityGroupIds": ["sg-1"]}, name="main-storage-lustre-corpus"),),
    "fsx.private": (
        with_resource(lustre.LUSTRE, {"subnetIds": "subnet-1"}),
        with_resource(
            lustre.LUSTRE,
            {"subnetIds": "main-network-subnet-public-use1-az2-id", "securityGroupIds": ["sg-1"]},
        ),
    ),
    "fsx.link": (_corpus(), _corpus({"s3": {"autoImportPolicy": {"events": ["NEW"]}}})),
    # Backups, of which the shipped stacks have none.
    "Backup.1": (_backs_up(backups.VAULT, {"name": "prod-main"}, "main-storage-vault"),),
    "backup.lock": (
        _backs_up(),
        _backs_up(backups.LOCK, {"minRetentionDays": 7.0, "changeableForDays": 3.0}, "main-storage-vault-lock"),
        _backs_up(backups.LOCK, {}, "main-storage-vault-lock"),
        _backs_up(backups.LOCK, {"minRetentionDays": 7.0, "maxRetentionDays": 9.0}, "main-storage-vault-lock"),
    ),
    "backup.claims": (_backs_up(), _backs_up(backups.SELECTION, {}, "main-storage-backup-models")),
    "backup.ends": (
        with_resource(backups.PLAN, {"rules": [{"ruleName": "claims"}]}),
        with_resource(backups.PLAN, {"rules": [{"lifecycle": {"deleteAfter": 7.0}, "copyActions": [{}]}]}),
    ),
    "cost.unpriced": (with_resource("aws:rds/instance:Instance"),),
    "cost.not-in-plan": (
        with_lock(lambda content: content["cost_usd_per_month"]["network"].pop("nat")),
        with_resource(network.ENDPOINT, {"vpcEndpointType": "Interface"}),
    ),
    # Changes.
    "change.data": (with_change(BUCKET, Operation.DELETE), with_change(LOG_GROUP, Operation.REPLACE)),
    "change.serving": (with_change("aws:lb/loadBalancer:LoadBalancer", Operation.REPLACE),),
    "change.replacement": (with_change(machines.TEMPLATE, Operation.REPLACE),),
    "change.left-behind": (
        with_change(BUCKET, Operation.FORGET),
        with_change(BUCKET, Operation.DELETE, retained=True),
    ),
    "change.machines": (
        with_change(GROUP, Operation.UPDATE, inputs={"maxSize": 3}, before={"maxSize": 9, "desiredCapacity": 5}),
    ),
    "change.replicas": (
        both(
            with_change(SERVICE, Operation.SAME, before={"name": "fraud-cpu", "desiredCount": 6}),
            with_change(
                "aws:appautoscaling/target:Target",
                Operation.UPDATE,
                inputs={"maxCapacity": 4},
                before={"resourceId": "service/prod-main/fraud-cpu", "maxCapacity": 9},
            ),
        ),
    ),
    "change.services": (with_change(SERVICE, Operation.DELETE, before=FRAUD),),
    "change.retention": (
        with_change(LOG_GROUP, Operation.UPDATE, inputs={"retentionInDays": 7}, before={"retentionInDays": 365}),
        with_change(LIFECYCLE, Operation.UPDATE, inputs={"rules": [{"expiration": {"days": 9}}]}, before={"rules": []}),
    ),
    "change.unprotected": (
        with_change(
            "aws:lb/loadBalancer:LoadBalancer",
            Operation.UPDATE,
            inputs={"enableDeletionProtection": False},
            before={"enableDeletionProtection": True},
        ),
        with_change(BUCKET, Operation.UPDATE, inputs={"forceDestroy": True}, before={"forceDestroy": False}),
    ),
}
"""By id of the check; each entry is evidence that it must refuse by itself."""

PASSED: Mapping[str, Edit] = {
    "KMS.3": with_change(keys.KEY, Operation.DELETE, retained=True),
    "change.data": with_change(BUCKET, Operation.DELETE, retained=True),
    "change.serving": with_change("aws:lb/loadBalancer:LoadBalancer", Operation.UPDATE),
    "change.replacement": with_change(machines.TEMPLATE, Operation.UPDATE),
    "change.left-behind": with_change("aws:iam/role:Role", Operation.DELETE),
    "change.machines": with_change(GROUP, Operation.UPDATE, inputs={"maxSize": 5}, before={"desiredCapacity": 5}),
    "change.replicas": both(
        with_change(SERVICE, Operation.SAME, before={"name": "fraud-cpu", "desiredCount": 4}),
        with_change(
            "aws:appautoscaling/target:Target",
            Operation.UPDATE,
            inputs={"maxCapacity": 4},
            before={"resourceId": "service/prod-main/fraud-cpu", "maxCapacity": 9},
        ),
    ),
    "change.services": both(
        with_change(SERVICE, Operation.DELETE, name="old", before=FRAUD),
        with_change(SERVICE, Operation.CREATE, name="new", inputs={"tags": {"workload": "fraud"}}),
    ),
    "change.retention": with_change(
        LOG_GROUP, Operation.UPDATE, inputs={"retentionInDays": 400}, before={"retentionInDays": 365}
    ),
    "change.unprotected": with_change(
        "aws:lb/loadBalancer:LoadBalancer",
        Operation.UPDATE,
        inputs={"enableDeletionProtection": True},
        before={"enableDeletionProtection": True},
    ),
}
"""What a check of changes must let pass; every other check must let the shipped prod pass."""
