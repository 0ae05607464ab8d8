"""What each resource type needs of IAM to be read, made, changed and deleted: a table, read once.

A line, with the indented ones after it, is a type without `aws:`, IAM's prefix of its service, then actions by scope:

    read     to compare it with its state
    make     to make it: what is made carries the stack's tags in the request
    own      to change or delete it, or to use it for another: it carries the stack's tags
    tag      to tag what is made, where AWS does not tell that from tagging what exists
    born     to tag what is made, where AWS tells it apart
    named    what is known by its name or its VPC alone
    any      AWS knows no resource for it
    NAME     a setting of the whole account, for the measure or setting of that name
    admin    nobody but an administrator does it

Actions are named in https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

SCOPES = ("read", "make", "own", "tag", "born", "named", "any", "admin")
Rights = Mapping[str, tuple[str, ...]]
"""By scope, the actions with their service: `ec2:CreateVpc`."""

_EC2_TAGS = "born CreateTags own CreateTags DeleteTags"
_ELB_TAGS = "born AddTags own AddTags RemoveTags read DescribeTags"
_ECS_TAGS = "born TagResource own TagResource UntagResource read ListTagsForResource"
_TAGS = "tag TagResource own UntagResource"
_TABLE = f"""
accessanalyzer/analyzer:Analyzer access-analyzer read GetAnalyzer access-analyzer CreateAnalyzer DeleteAnalyzer
    TagResource UntagResource
acm/certificate:Certificate acm read DescribeCertificate ListTagsForCertificate make RequestCertificate own
    DeleteCertificate UpdateCertificateOptions AddTagsToCertificate RemoveTagsFromCertificate tag
    AddTagsToCertificate
acm/certificateValidation:CertificateValidation acm read DescribeCertificate
appautoscaling/policy:Policy application-autoscaling read DescribeScalingPolicies own PutScalingPolicy
    DeleteScalingPolicy named cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms
appautoscaling/scheduledAction:ScheduledAction application-autoscaling read DescribeScheduledActions own
    PutScheduledAction DeleteScheduledAction
appautoscaling/target:Target application-autoscaling read DescribeScalableTargets ListTagsForResource make
    RegisterScalableTarget own RegisterScalableTarget DeregisterScalableTarget {_TAGS}
autoscaling/group:Group autoscaling read DescribeAutoScalingGroups DescribeScalingActivities
    DescribeInstanceRefreshes DescribeWarmPool make CreateAutoScalingGroup own UpdateAutoScalingGroup
    DeleteAutoScalingGroup SetInstanceProtection EnableMetricsCollection DisableMetricsCollection
    StartInstanceRefresh CancelInstanceRefresh RollbackInstanceRefresh PutLifecycleHook DeleteLifecycleHook
    SuspendProcesses ResumeProcesses PutWarmPool DeleteWarmPool SetDesiredCapacity CreateOrUpdateTags DeleteTags
    ec2:RunInstances tag CreateOrUpdateTags named ec2:RunInstances born ec2:CreateTags
autoscaling/schedule:Schedule autoscaling read DescribeScheduledActions own PutScheduledUpdateGroupAction
    DeleteScheduledAction
backup/plan:Plan backup read GetBackupPlan ListTags make CreateBackupPlan own UpdateBackupPlan DeleteBackupPlan
    {_TAGS}
backup/selection:Selection backup read GetBackupSelection own CreateBackupSelection DeleteBackupSelection
backup/vault:Vault backup read DescribeBackupVault ListTags make CreateBackupVault own DeleteBackupVault {_TAGS} any
    backup-storage:MountCapsule own kms:CreateGrant kms:DescribeKey kms:GenerateDataKey kms:RetireGrant
backup/vaultLockConfiguration:VaultLockConfiguration backup read DescribeBackupVault own
    PutBackupVaultLockConfiguration DeleteBackupVaultLockConfiguration
batch/computeEnvironment:ComputeEnvironment batch read DescribeComputeEnvironments ListTagsForResource make
    CreateComputeEnvironment own UpdateComputeEnvironment DeleteComputeEnvironment {_TAGS}
batch/jobDefinition:JobDefinition batch read DescribeJobDefinitions ListTagsForResource make RegisterJobDefinition
    own DeregisterJobDefinition {_TAGS}
batch/jobQueue:JobQueue batch read DescribeJobQueues ListTagsForResource make CreateJobQueue own CreateJobQueue
    UpdateJobQueue DeleteJobQueue {_TAGS}
budgets/budget:Budget budgets read ViewBudget ListTagsForResource named ModifyBudget TagResource UntagResource
cfg/deliveryChannel:DeliveryChannel config read DescribeDeliveryChannels config PutDeliveryChannel
    DeleteDeliveryChannel
cfg/recorder:Recorder config read DescribeConfigurationRecorders config PutConfigurationRecorder
    DeleteConfigurationRecorder
cfg/recorderStatus:RecorderStatus config read DescribeConfigurationRecorderStatus config StartConfigurationRecorder
    StopConfigurationRecorder
cloudtrail/trail:Trail cloudtrail read DescribeTrails GetTrailStatus GetEventSelectors ListTags make CreateTrail own
    UpdateTrail DeleteTrail PutEventSelectors StartLogging StopLogging AddTags RemoveTags tag AddTags
cloudwatch/dashboard:Dashboard cloudwatch read GetDashboard named PutDashboard DeleteDashboards
cloudwatch/eventRule:EventRule events read DescribeRule ListTagsForResource named PutRule DeleteRule TagResource
    UntagResource
cloudwatch/logGroup:LogGroup logs read DescribeLogGroups ListTagsForResource named CreateLogGroup DeleteLogGroup
    PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey TagResource UntagResource
cloudwatch/logMetricFilter:LogMetricFilter logs read DescribeMetricFilters named PutMetricFilter DeleteMetricFilter
cloudwatch/metricAlarm:MetricAlarm cloudwatch read DescribeAlarms ListTagsForResource make PutMetricAlarm own
    PutMetricAlarm DeleteAlarms {_TAGS}
costexplorer/anomalyMonitor:AnomalyMonitor ce read GetAnomalyMonitors ListTagsForResource make CreateAnomalyMonitor
    own UpdateAnomalyMonitor DeleteAnomalyMonitor {_TAGS}
costexplorer/anomalySubscription:AnomalySubscription ce read GetAnomalySubscriptions ListTagsForResource make
    CreateAnomalySubscription own UpdateAnomalySubscription DeleteAnomalySubscription {_TAGS}
ebs/encryptionByDefault:EncryptionByDefault ec2 read GetEbsEncryptionByDefault ebs-default-encryption
    EnableEbsEncryptionByDefault DisableEbsEncryptionByDefault
ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess ec2 read GetSnapshotBlockPublicAccessState
    account-public-access-block EnableSnapshotBlockPublicAccess DisableSnapshotBlockPublicAccess
ec2/defaultSecurityGroup:DefaultSecurityGroup ec2 read DescribeSecurityGroups admin RevokeSecurityGroupIngress
    RevokeSecurityGroupEgress
ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway ec2 read DescribeEgressOnlyInternetGateways make
    CreateEgressOnlyInternetGateway own CreateEgressOnlyInternetGateway DeleteEgressOnlyInternetGateway {_EC2_TAGS}
ec2/eip:Eip ec2 read DescribeAddresses DescribeAddressesAttribute make AllocateAddress own ReleaseAddress
    DisassociateAddress {_EC2_TAGS}
ec2/flowLog:FlowLog ec2 read DescribeFlowLogs make CreateFlowLogs own CreateFlowLogs DeleteFlowLogs {_EC2_TAGS}
ec2/internetGateway:InternetGateway ec2 read DescribeInternetGateways make CreateInternetGateway own
    AttachInternetGateway DetachInternetGateway DeleteInternetGateway {_EC2_TAGS}
ec2/launchTemplate:LaunchTemplate ec2 read DescribeLaunchTemplates DescribeLaunchTemplateVersions make
    CreateLaunchTemplate own CreateLaunchTemplateVersion ModifyLaunchTemplate DeleteLaunchTemplate
    DeleteLaunchTemplateVersions {_EC2_TAGS}
ec2/natGateway:NatGateway ec2 read DescribeNatGateways make CreateNatGateway own CreateNatGateway DeleteNatGateway
    {_EC2_TAGS}
ec2/networkAcl:NetworkAcl ec2 read DescribeNetworkAcls make CreateNetworkAcl own CreateNetworkAcl DeleteNetworkAcl
    CreateNetworkAclEntry DeleteNetworkAclEntry ReplaceNetworkAclEntry ReplaceNetworkAclAssociation {_EC2_TAGS}
ec2/routeTable:RouteTable ec2 read DescribeRouteTables make CreateRouteTable own CreateRouteTable DeleteRouteTable
    CreateRoute DeleteRoute ReplaceRoute {_EC2_TAGS}
ec2/routeTableAssociation:RouteTableAssociation ec2 read DescribeRouteTables own AssociateRouteTable
    DisassociateRouteTable ReplaceRouteTableAssociation
ec2/securityGroup:SecurityGroup ec2 read DescribeSecurityGroups DescribeNetworkInterfaces make CreateSecurityGroup
    own CreateSecurityGroup DeleteSecurityGroup RevokeSecurityGroupEgress RevokeSecurityGroupIngress named
    CreateSecurityGroup {_EC2_TAGS}
ec2/subnet:Subnet ec2 read DescribeSubnets make CreateSubnet own CreateSubnet DeleteSubnet ModifySubnetAttribute
    AssociateSubnetCidrBlock DisassociateSubnetCidrBlock {_EC2_TAGS}
ec2/vpc:Vpc ec2 read DescribeVpcs DescribeVpcAttribute make CreateVpc own DeleteVpc ModifyVpcAttribute
    AssociateVpcCidrBlock DisassociateVpcCidrBlock {_EC2_TAGS}
ec2/vpcEndpoint:VpcEndpoint ec2 read DescribeVpcEndpoints DescribePrefixLists make CreateVpcEndpoint own
    CreateVpcEndpoint ModifyVpcEndpoint DeleteVpcEndpoints {_EC2_TAGS} any route53:AssociateVPCWithHostedZone
ec2/vpcPeeringConnection:VpcPeeringConnection ec2 read DescribeVpcPeeringConnections make CreateVpcPeeringConnection
    own CreateVpcPeeringConnection AcceptVpcPeeringConnection DeleteVpcPeeringConnection
    ModifyVpcPeeringConnectionOptions named CreateVpcPeeringConnection AcceptVpcPeeringConnection {_EC2_TAGS}
ec2transitgateway/vpcAttachment:VpcAttachment ec2 read DescribeTransitGatewayVpcAttachments DescribeTransitGateways
    make CreateTransitGatewayVpcAttachment own CreateTransitGatewayVpcAttachment ModifyTransitGatewayVpcAttachment
    DeleteTransitGatewayVpcAttachment named CreateTransitGatewayVpcAttachment {_EC2_TAGS}
ecr/lifecyclePolicy:LifecyclePolicy ecr read GetLifecyclePolicy own PutLifecyclePolicy DeleteLifecyclePolicy
ecr/repository:Repository ecr read DescribeRepositories ListTagsForResource make CreateRepository own
    DeleteRepository PutImageScanningConfiguration PutImageTagMutability {_TAGS} own kms:CreateGrant kms:DescribeKey
    kms:RetireGrant
ecs/accountSettingDefault:AccountSettingDefault ecs read ListAccountSettings eni-trunking PutAccountSettingDefault
    DeleteAccountSetting
ecs/capacityProvider:CapacityProvider ecs read DescribeCapacityProviders make CreateCapacityProvider own
    UpdateCapacityProvider DeleteCapacityProvider {_ECS_TAGS} own autoscaling:CreateOrUpdateTags
ecs/cluster:Cluster ecs read DescribeClusters make CreateCluster own UpdateCluster UpdateClusterSettings
    DeleteCluster {_ECS_TAGS}
ecs/clusterCapacityProviders:ClusterCapacityProviders ecs read DescribeClusters own PutClusterCapacityProviders
ecs/service:Service ecs read DescribeServices DescribeServiceDeployments make CreateService own UpdateService
    DeleteService {_ECS_TAGS}
ecs/taskDefinition:TaskDefinition ecs read DescribeTaskDefinition make RegisterTaskDefinition own
    DeleteTaskDefinitions any DeregisterTaskDefinition {_ECS_TAGS}
efs/accessPoint:AccessPoint elasticfilesystem read DescribeAccessPoints own CreateAccessPoint DeleteAccessPoint born
    TagResource own TagResource UntagResource
efs/backupPolicy:BackupPolicy elasticfilesystem read DescribeBackupPolicy own PutBackupPolicy
efs/fileSystem:FileSystem elasticfilesystem read DescribeFileSystems DescribeLifecycleConfiguration
    ListTagsForResource make CreateFileSystem own UpdateFileSystem DeleteFileSystem PutLifecycleConfiguration
    UpdateFileSystemProtection TagResource UntagResource born TagResource own kms:CreateGrant kms:DescribeKey
    kms:GenerateDataKeyWithoutPlaintext
efs/fileSystemPolicy:FileSystemPolicy elasticfilesystem read DescribeFileSystemPolicy own PutFileSystemPolicy
    DeleteFileSystemPolicy
efs/mountTarget:MountTarget elasticfilesystem read DescribeMountTargets DescribeMountTargetSecurityGroups own
    CreateMountTarget DeleteMountTarget ModifyMountTargetSecurityGroups named ec2:CreateNetworkInterface
    ec2:DeleteNetworkInterface ec2:ModifyNetworkInterfaceAttribute
fsx/dataRepositoryAssociation:DataRepositoryAssociation fsx read DescribeDataRepositoryAssociations
    ListTagsForResource make CreateDataRepositoryAssociation own CreateDataRepositoryAssociation
    UpdateDataRepositoryAssociation DeleteDataRepositoryAssociation {_TAGS} named s3:PutBucketNotification
    iam:AttachRolePolicy iam:PutRolePolicy
fsx/lustreFileSystem:LustreFileSystem fsx read DescribeFileSystems ListTagsForResource make CreateFileSystem own
    UpdateFileSystem DeleteFileSystem {_TAGS} own kms:CreateGrant kms:DescribeKey named ec2:CreateNetworkInterface
    ec2:DeleteNetworkInterface
guardduty/detector:Detector guardduty read GetDetector guardduty CreateDetector TagResource own UpdateDetector
    DeleteDetector UntagResource
guardduty/detectorFeature:DetectorFeature guardduty read GetDetector own UpdateDetector
iam/instanceProfile:InstanceProfile iam read GetInstanceProfile named CreateInstanceProfile DeleteInstanceProfile
    AddRoleToInstanceProfile RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile
iam/openIdConnectProvider:OpenIdConnectProvider iam read GetOpenIDConnectProvider admin CreateOpenIDConnectProvider
iam/policy:Policy iam read GetPolicy GetPolicyVersion admin CreatePolicy CreatePolicyVersion
iam/role:Role iam read GetRole ListRolePolicies ListAttachedRolePolicies named CreateRole DeleteRole
    PutRolePermissionsBoundary TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription
    ListInstanceProfilesForRole PassRole
iam/rolePolicy:RolePolicy iam read GetRolePolicy named PutRolePolicy DeleteRolePolicy
iam/rolePolicyAttachment:RolePolicyAttachment iam read ListAttachedRolePolicies named AttachRolePolicy
    DetachRolePolicy
inspector2/enabler:Enabler inspector2 read BatchGetAccountStatus inspector Enable Disable
kms/alias:Alias kms read ListAliases own CreateAlias UpdateAlias DeleteAlias named CreateAlias UpdateAlias
    DeleteAlias
kms/key:Key kms read DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags make CreateKey own PutKeyPolicy
    EnableKeyRotation DisableKeyRotation EnableKey DisableKey UpdateKeyDescription ScheduleKeyDeletion
    CancelKeyDeletion {_TAGS}
lb/listener:Listener elasticloadbalancing read DescribeListeners DescribeListenerAttributes make CreateListener own
    CreateListener ModifyListener ModifyListenerAttributes DeleteListener {_ELB_TAGS}
lb/listenerRule:ListenerRule elasticloadbalancing read DescribeRules make CreateRule own CreateRule ModifyRule
    SetRulePriorities DeleteRule {_ELB_TAGS}
lb/loadBalancer:LoadBalancer elasticloadbalancing read DescribeLoadBalancers DescribeLoadBalancerAttributes make
    CreateLoadBalancer own ModifyLoadBalancerAttributes SetSecurityGroups SetSubnets SetIpAddressType
    DeleteLoadBalancer {_ELB_TAGS}
lb/targetGroup:TargetGroup elasticloadbalancing read DescribeTargetGroups DescribeTargetGroupAttributes make
    CreateTargetGroup own ModifyTargetGroup ModifyTargetGroupAttributes DeleteTargetGroup {_ELB_TAGS}
route53/healthCheck:HealthCheck route53 read GetHealthCheck ListTagsForResource synthetic-checks
    CreateHealthCheck UpdateHealthCheck DeleteHealthCheck ChangeTagsForResource
route53/record:Record route53 read ListResourceRecordSets GetHostedZone named ChangeResourceRecordSets named
    GetChange
route53/zone:Zone route53 read GetHostedZone ListTagsForResource any CreateHostedZone named DeleteHostedZone
    UpdateHostedZoneComment ChangeTagsForResource
s3/accountPublicAccessBlock:AccountPublicAccessBlock s3 read GetAccountPublicAccessBlock account-public-access-block
    PutAccountPublicAccessBlock
s3/bucket:Bucket s3 read ListBucket GetBucketLocation GetBucketTagging GetEncryptionConfiguration
    GetAccelerateConfiguration GetLifecycleConfiguration GetReplicationConfiguration named CreateBucket DeleteBucket
    PutBucketTagging
s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration s3 read GetLifecycleConfiguration named
    PutLifecycleConfiguration
s3/bucketLogging:BucketLogging s3 read GetBucketLogging named PutBucketLogging
s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration s3 read GetBucketObjectLockConfiguration named
    PutBucketObjectLockConfiguration
s3/bucketOwnershipControls:BucketOwnershipControls s3 read GetBucketOwnershipControls named
    PutBucketOwnershipControls
s3/bucketPolicy:BucketPolicy s3 read GetBucketPolicy named PutBucketPolicy DeleteBucketPolicy
s3/bucketPublicAccessBlock:BucketPublicAccessBlock s3 read GetBucketPublicAccessBlock named
    PutBucketPublicAccessBlock
s3/bucketReplicationConfig:BucketReplicationConfig s3 read GetReplicationConfiguration named
    PutReplicationConfiguration
s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration s3 read
    GetEncryptionConfiguration named PutEncryptionConfiguration
s3/bucketVersioning:BucketVersioning s3 read GetBucketVersioning named PutBucketVersioning
s3/inventory:Inventory s3 read GetInventoryConfiguration named PutInventoryConfiguration
scheduler/schedule:Schedule scheduler read GetSchedule named CreateSchedule UpdateSchedule DeleteSchedule
secretsmanager/secret:Secret secretsmanager read DescribeSecret GetResourcePolicy make CreateSecret own UpdateSecret
    DeleteSecret RestoreSecret {_TAGS}
secretsmanager/secretRotation:SecretRotation secretsmanager read DescribeSecret own RotateSecret CancelRotateSecret
    named lambda:InvokeFunction
securityhub/account:Account securityhub read DescribeHub security-hub EnableSecurityHub DisableSecurityHub
    UpdateSecurityHubConfiguration
securityhub/standardsSubscription:StandardsSubscription securityhub read GetEnabledStandards security-hub
    BatchEnableStandards BatchDisableStandards
servicediscovery/privateDnsNamespace:PrivateDnsNamespace servicediscovery read GetNamespace ListTagsForResource make
    CreatePrivateDnsNamespace TagResource own UpdatePrivateDnsNamespace DeleteNamespace any GetOperation
    UntagResource route53:CreateHostedZone route53:ListHostedZonesByName named route53:DeleteHostedZone
servicediscovery/service:Service servicediscovery read GetService ListTagsForResource make CreateService TagResource
    own CreateService UpdateService DeleteService any UntagResource
sns/topic:Topic sns read GetTopicAttributes ListTagsForResource make CreateTopic own SetTopicAttributes DeleteTopic
    {_TAGS}
sns/topicSubscription:TopicSubscription sns read GetSubscriptionAttributes own Subscribe any Unsubscribe
vpc/securityGroupEgressRule:SecurityGroupEgressRule ec2 read DescribeSecurityGroupRules make
    AuthorizeSecurityGroupEgress own AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress ModifySecurityGroupRules
    {_EC2_TAGS}
vpc/securityGroupIngressRule:SecurityGroupIngressRule ec2 read DescribeSecurityGroupRules make
    AuthorizeSecurityGroupIngress own AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress
    ModifySecurityGroupRules {_EC2_TAGS}
wafv2/webAcl:WebAcl wafv2 read GetWebACL ListTagsForResource make CreateWebACL own UpdateWebACL DeleteWebACL {_TAGS}
    named CreateWebACL UpdateWebACL
wafv2/webAclAssociation:WebAclAssociation wafv2 read GetWebACLForResource own AssociateWebACL
    elasticloadbalancing:CreateWebACLAssociation elasticloadbalancing:DeleteWebACLAssociation named AssociateWebACL
    DisassociateWebACL any elasticloadbalancing:SetWebAcl
wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration wafv2 read GetLoggingConfiguration own
    PutLoggingConfiguration DeleteLoggingConfiguration any logs:CreateLogDelivery logs:DeleteLogDelivery
    logs:PutResourcePolicy logs:DescribeResourcePolicies
"""


@cache
def rights() -> Mapping[str, Rights]:
    """By type token, what it needs."""
    rows = _TABLE.replace("\n    ", " ").strip().split("\n")
    return {f"aws:{type_}": _scopes(service, words) for type_, service, *words in map(str.split, rows)}


def _scopes(service: str, words: list[str]) -> Rights:
    found: dict[str, list[str]] = {}
    scope = ""
    for word in words:
        if word[0].islower() and ":" not in word:
            scope = word
            continue
        action = word if ":" in word else f"{service}:{word}"
        if action not in found.setdefault(scope, []):
            found[scope].append(action)
    return {scope: tuple(actions) for scope, actions in found.items()}


def of_scope(scope: str) -> tuple[str, ...]:
    """All actions of a scope, each once, in the order of the alphabet."""
    return tuple(sorted({action for row in rights().values() for action in row.get(scope, ())}))
