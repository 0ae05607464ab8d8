"""What each resource type costs: which items of the plan pay for it, or why it is free.

A row names the beginnings of the plan's cost items (`poolwright plan` prints them) of which one must be there, or says
why nothing is billed. A type without a row is refused: a stack's cost would be higher than its plan says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Paid:
    """Billed, and in the plan under one of these items."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Free:
    """Not billed by itself."""

    reason: str


_SETTING = Free("a setting of a resource that is billed or free by itself")
_IAM = Free("AWS bills nothing for identities and policies")
_NETWORK = Free("AWS bills nothing for VPCs, subnets, routes and groups; traffic is in the plan's items")
_BALANCER_PART = Free("part of a load balancer, whose hours and capacity units are billed")
_SCALING = Free("AWS bills nothing for Auto Scaling; the machines and replicas that it starts are in the plan")
_BACKUP = Free("AWS bills what is in the vault; the tables have no price of it, and `plan` says so: not in the figures")
_ACCOUNT_SETTING = Free("a setting of the account")
_HOST = Free("hosts cost what their owners say, by the hour, and that is in the plan; what is on them costs no more")

TYPES: Mapping[str, Paid | Free] = {
    "aws:accessanalyzer/analyzer:Analyzer": Free("analyzers of external access are free"),
    "aws:acm/certificate:Certificate": Free("public certificates of ACM are free"),
    "aws:acm/certificateValidation:CertificateValidation": _SETTING,
    "aws:appautoscaling/policy:Policy": _SCALING,
    "aws:appautoscaling/scheduledAction:ScheduledAction": _SCALING,
    "aws:appautoscaling/target:Target": _SCALING,
    "aws:autoscaling/group:Group": Paid(("node-group ", "commitment ")),
    "aws:autoscaling/schedule:Schedule": _SCALING,
    "aws:backup/plan:Plan": _BACKUP,
    "aws:backup/selection:Selection": _BACKUP,
    "aws:backup/vault:Vault": _BACKUP,
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": _SETTING,
    "aws:batch/computeEnvironment:ComputeEnvironment": Paid(("node-group ", "commitment ")),
    "aws:batch/jobDefinition:JobDefinition": Free(
        "AWS bills nothing for Batch; the machines of its jobs are in the plan"
    ),
    "aws:batch/jobQueue:JobQueue": Free("AWS bills nothing for Batch; the machines of its jobs are in the plan"),
    "aws:budgets/budget:Budget": Free("budgets without actions are free"),
    "aws:cfg/deliveryChannel:DeliveryChannel": _SETTING,
    "aws:cfg/recorder:Recorder": Paid(("measure config",)),
    "aws:cfg/recorderStatus:RecorderStatus": _SETTING,
    "aws:cloudtrail/trail:Trail": Paid(("measure cloudtrail",)),
    "aws:cloudwatch/dashboard:Dashboard": Paid(("dashboards",)),
    "aws:cloudwatch/eventRule:EventRule": Free("AWS bills nothing for its own events and the rules that match them"),
    "aws:cloudwatch/logGroup:LogGroup": Paid(
        ("logs ", "measure vpc-flow-logs", "measure waf-logs", "measure cloudtrail-logs")
    ),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": Paid(("measure cloudtrail-alarms", "log errors ")),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Paid(("measure cloudtrail-alarms", "alarms ")),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": Free("AWS bills nothing for anomaly detection"),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": Free("AWS bills nothing for anomaly detection"),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": _ACCOUNT_SETTING,
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": _ACCOUNT_SETTING,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _NETWORK,
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": _NETWORK,
    "aws:ec2/eip:Eip": Paid(("nat",)),
    "aws:ec2/flowLog:FlowLog": Paid(("measure vpc-flow-logs",)),
    "aws:ec2/internetGateway:InternetGateway": _NETWORK,
    "aws:ec2/launchTemplate:LaunchTemplate": Free("the machines that start from it are their node group's"),
    "aws:ec2/natGateway:NatGateway": Paid(("nat",)),
    "aws:ec2/networkAcl:NetworkAcl": _NETWORK,
    "aws:ec2/routeTable:RouteTable": _NETWORK,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _NETWORK,
    "aws:ec2/securityGroup:SecurityGroup": _NETWORK,
    "aws:ec2/subnet:Subnet": _NETWORK,
    "aws:ec2/vpc:Vpc": _NETWORK,
    "aws:ec2/vpcEndpoint:VpcEndpoint": Paid(("endpoint",)),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": Free("AWS bills bytes that cross zones or regions alone"),
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": Paid(("transit-gateway",)),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _SETTING,
    "aws:ecr/repository:Repository": Paid(("repository ",)),
    "aws:ecs/accountSettingDefault:AccountSettingDefault": _ACCOUNT_SETTING,
    "aws:ecs/capacityProvider:CapacityProvider": Free("AWS bills nothing for ECS on EC2; its machines are in the plan"),
    "aws:ecs/cluster:Cluster": Free("AWS bills nothing for ECS on EC2; Container Insights is a measure of its own"),
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": _SETTING,
    "aws:ecs/service:Service": Free("AWS bills nothing for ECS on EC2; its machines are in the plan"),
    "aws:ecs/taskDefinition:TaskDefinition": Free("AWS bills nothing for ECS on EC2; its machines are in the plan"),
    "aws:efs/accessPoint:AccessPoint": Free("part of a file system, whose bytes are billed"),
    "aws:efs/backupPolicy:BackupPolicy": Paid(("file-system ",)),
    "aws:efs/fileSystem:FileSystem": Paid(("file-system ",)),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": _SETTING,
    "aws:efs/mountTarget:MountTarget": Free("part of a file system, whose bytes are billed"),
    "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation": _SETTING,
    "aws:fsx/lustreFileSystem:LustreFileSystem": Paid(("lustre ",)),
    "aws:guardduty/detector:Detector": Paid(("measure guardduty",)),
    "aws:guardduty/detectorFeature:DetectorFeature": _SETTING,
    "aws:iam/instanceProfile:InstanceProfile": _IAM,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _IAM,
    "aws:iam/policy:Policy": _IAM,
    "aws:iam/role:Role": _IAM,
    "aws:iam/rolePolicy:RolePolicy": _IAM,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _IAM,
    "aws:inspector2/enabler:Enabler": Paid(("measure inspector-hosts", "measure inspector-images")),
    "aws:kms/alias:Alias": Free("a name of a key, which is billed"),
    "aws:kms/key:Key": Paid(("customer keys", "synthetic checks' key")),
    "aws:lb/listener:Listener": _BALANCER_PART,
    "aws:lb/listenerRule:ListenerRule": _BALANCER_PART,
    "aws:lb/loadBalancer:LoadBalancer": Paid(("load-balancer ",)),
    "aws:lb/targetGroup:TargetGroup": _BALANCER_PART,
    "aws:route53/healthCheck:HealthCheck": Paid(("synthetic check ",)),
    "aws:route53/record:Record": Free("part of a zone; the first 10,000 records are in its price"),
    "aws:route53/zone:Zone": Paid(("name ",)),
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": _ACCOUNT_SETTING,
    "aws:s3/bucket:Bucket": Paid(("bucket ", "measure cloudtrail", "measure config", "measure load-balancer-logs")),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _SETTING,
    "aws:s3/bucketLogging:BucketLogging": Paid(("measure s3-access-logs",)),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _SETTING,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _SETTING,
    "aws:s3/bucketPolicy:BucketPolicy": _SETTING,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _SETTING,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": Paid(("bucket ",)),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _SETTING,
    "aws:s3/bucketVersioning:BucketVersioning": _SETTING,
    "aws:s3/inventory:Inventory": Free(
        "the tables have no price for objects listed, and `plan` says so: not in the figures"
    ),
    "aws:scheduler/schedule:Schedule": Free("14 million starts a month are free; a job is started once a day"),
    "aws:secretsmanager/secret:Secret": Paid(("secrets",)),
    "aws:secretsmanager/secretRotation:SecretRotation": _SETTING,
    "aws:securityhub/account:Account": Paid(("measure security-hub",)),
    "aws:securityhub/standardsSubscription:StandardsSubscription": _SETTING,
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": Paid(("names of services",)),
    "aws:servicediscovery/service:Service": Free("names that ECS registers are free; their zone is billed"),
    "aws:sns/topic:Topic": Free("a million messages a month are free; alarms send few"),
    "aws:sns/topicSubscription:TopicSubscription": Free("a thousand e-mails a month are free; alarms send few"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _NETWORK,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _NETWORK,
    "aws:wafv2/webAcl:WebAcl": Paid(("measure waf",)),
    "aws:wafv2/webAclAssociation:WebAclAssociation": _SETTING,
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": Paid(("measure waf-logs",)),
    "docker:index/container:Container": _HOST,
    "docker:index/network:Network": _HOST,
    "docker:index/remoteImage:RemoteImage": _HOST,
    "docker:index/volume:Volume": _HOST,
}
"""By type token, in the order of the alphabet."""
