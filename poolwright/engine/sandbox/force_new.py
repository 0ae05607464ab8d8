"""Inputs whose change takes a new resource, by type, as terraform-provider-aws declares them (`ForceNew`).

A name of a nested property stands for that property alone. Types that are not listed: their names force a new one.
"""

from __future__ import annotations

from typing import Final

_TABLE: Final = """
ec2.Vpc                              cidrBlock ipv4IpamPoolId ipv4NetmaskLength
ec2.Subnet                           vpcId cidrBlock availabilityZone availabilityZoneId ipv6Native ipv4IpamPoolId
                                     ipv4NetmaskLength ipv6IpamPoolId ipv6NetmaskLength outpostArn
ec2.InternetGateway
ec2.EgressOnlyInternetGateway        vpcId
ec2.VpcPeeringConnection             peerOwnerId peerRegion peerVpcId vpcId
ec2transitgateway.TransitGateway
ec2transitgateway.VpcAttachment      transitGatewayId vpcId
ec2.RouteTable                       vpcId
ec2.Route                            routeTableId destinationCidrBlock destinationIpv6CidrBlock destinationPrefixListId
ec2.RouteTableAssociation            subnetId gatewayId
ec2.MainRouteTableAssociation        vpcId
ec2.Eip                              address customerOwnedIpv4Pool domain ipamPoolId networkBorderGroup publicIpv4Pool
ec2.NatGateway                       allocationId availabilityMode connectivityType privateIp subnetId vpcId
ec2.VpcEndpoint                      serviceName vpcEndpointType vpcId serviceRegion resourceConfigurationArn
                                     serviceNetworkArn
ec2.VpcEndpointRouteTableAssociation routeTableId vpcEndpointId
ec2.VpcEndpointSubnetAssociation     subnetId vpcEndpointId
ec2.SecurityGroup                    name namePrefix description vpcId
ec2.SecurityGroupRule                cidrBlocks fromPort ipv6CidrBlocks prefixListIds protocol securityGroupId self
                                     sourceSecurityGroupId toPort type
ec2.FlowLog                          deliverCrossAccountRole destinationOptions eniId iamRoleArn logDestination
                                     logDestinationType logFormat maxAggregationInterval regionalNatGatewayId subnetId
                                     trafficType transitGatewayAttachmentId transitGatewayId vpcId
ec2.NetworkAcl                       vpcId
ec2.NetworkAclRule                   cidrBlock egress fromPort icmpCode icmpType ipv6CidrBlock networkAclId protocol
                                     ruleAction ruleNumber toPort
ec2.DefaultSecurityGroup             vpcId
ec2.LaunchTemplate                   name namePrefix
ec2.CapacityReservation              availabilityZone ebsOptimized ephemeralStorage instanceMatchCriteria
                                     instancePlatform instanceType outpostArn placementGroupArn tenancy
ec2.PlacementGroup                   name strategy partitionCount spreadLevel
ec2.KeyPair                          keyName keyNamePrefix publicKey
ec2.Instance                         ami associatePublicIpAddress availabilityZone cpuOptions ephemeralBlockDevices
                                     hibernation keyName networkInterfaces placementGroup privateIp securityGroups
                                     subnetId instanceMarketOptions
ebs.Volume                           availabilityZone encrypted kmsKeyId multiAttachEnabled outpostArn snapshotId
                                     volumeInitializationRate
ebs.DefaultKmsKey                    keyArn
ebs.EncryptionByDefault
vpc.SecurityGroupIngressRule         securityGroupId
vpc.SecurityGroupEgressRule          securityGroupId
lb.LoadBalancer                      name namePrefix internal loadBalancerType customerOwnedIpv4Pool
lb.TargetGroup                       name namePrefix port protocol protocolVersion targetType vpcId ipAddressType
                                     targetControlPort
lb.Listener                          loadBalancerArn
lb.ListenerRule                      listenerArn
acm.Certificate                      domainName subjectAlternativeNames validationMethod keyAlgorithm
                                     certificateAuthorityArn validationOptions
acm.CertificateValidation            certificateArn validationRecordFqdns
route53.Zone                         name delegationSetId
route53.Record                       name zoneId
route53.HealthCheck                  type requestInterval measureLatency referenceName routingControlArn
iam.Role                             name namePrefix path
iam.Policy                           name namePrefix path description
iam.RolePolicy                       name namePrefix role
iam.RolePolicyAttachment             policyArn role
iam.RolePoliciesExclusive            roleName
iam.InstanceProfile                  name namePrefix path
iam.OpenIdConnectProvider            url
iam.ServiceLinkedRole                awsServiceName customSuffix
kms.Key                              customKeyStoreId customerMasterKeySpec keyUsage multiRegion xksKeyId
kms.Alias                            name namePrefix
secretsmanager.Secret                name namePrefix type
secretsmanager.SecretRotation        secretId
secretsmanager.SecretVersion         secretId secretBinary secretString secretStringWoVersion
cloudwatch.LogGroup                  name namePrefix logGroupClass
cloudwatch.Dashboard                 dashboardName
cloudwatch.MetricAlarm               name
cloudwatch.EventRule                 name namePrefix eventBusName
cloudwatch.EventTarget               rule eventBusName targetId
budgets.Budget                       name namePrefix accountId
costexplorer.AnomalyMonitor          monitorDimension monitorSpecification monitorType
costexplorer.AnomalySubscription     name accountId
scheduler.Schedule                   name namePrefix groupName
scheduler.ScheduleGroup              name namePrefix
autoscaling.Group                    name namePrefix
autoscaling.Schedule                 autoscalingGroupName scheduledActionName
autoscaling.Policy                   autoscalingGroupName name
autoscaling.LifecycleHook            autoscalingGroupName name
ecs.Cluster                          name
ecs.ClusterCapacityProviders         clusterName
ecs.CapacityProvider                 name cluster autoScalingGroupProvider.autoScalingGroupArn
ecs.TaskDefinition                   containerDefinitions family cpu enableFaultInjection ephemeralStorage
                                     executionRoleArn ipcMode memory networkMode pidMode placementConstraints
                                     proxyConfiguration requiresCompatibilities runtimePlatform taskRoleArn volumes
ecs.Service                          name cluster iamRole launchType schedulingStrategy deploymentController
ecs.AccountSettingDefault            name
appautoscaling.Target                resourceId scalableDimension serviceNamespace
appautoscaling.Policy                name resourceId scalableDimension serviceNamespace
appautoscaling.ScheduledAction       name resourceId scalableDimension serviceNamespace
ecr.Repository                       name encryptionConfigurations
ecr.LifecyclePolicy                  repository policy
ecr.RepositoryPolicy                 repository
ecr.PullThroughCacheRule             ecrRepositoryPrefix upstreamRegistryUrl upstreamRepositoryPrefix
ecr.RepositoryCreationTemplate       prefix
batch.ComputeEnvironment             name namePrefix type eksConfiguration
batch.JobQueue                       name
batch.JobDefinition                  name type
batch.SchedulingPolicy               name
s3.Bucket                            bucket bucketPrefix bucketNamespace objectLockEnabled
s3.BucketVersioning                  bucket expectedBucketOwner
s3.BucketLifecycleConfiguration      bucket expectedBucketOwner
s3.BucketServerSideEncryptionConfiguration bucket expectedBucketOwner
s3.BucketPublicAccessBlock           bucket
s3.BucketPolicy                      bucket
s3.BucketOwnershipControls           bucket
s3.BucketLogging                     bucket expectedBucketOwner
s3.BucketObjectLockConfiguration     bucket expectedBucketOwner objectLockEnabled
s3.BucketReplicationConfig           bucket
s3.Inventory                         bucket name
s3.BucketMetric                      bucket name
efs.FileSystem                       availabilityZoneName creationToken encrypted kmsKeyId performanceMode
efs.MountTarget                      fileSystemId ipAddress ipAddressType ipv6Address subnetId
efs.AccessPoint                      fileSystemId posixUser rootDirectory
efs.FileSystemPolicy                 fileSystemId
efs.BackupPolicy                     fileSystemId
fsx.LustreFileSystem                 backupId copyTagsToBackups deploymentType driveCacheType efaEnabled exportPath
                                     importPath importedFileChunkSize kmsKeyId securityGroupIds storageType subnetIds
                                     fileSystemTypeVersion
fsx.DataRepositoryAssociation        batchImportMetaDataOnCreate dataRepositoryPath fileSystemId fileSystemPath
backup.Vault                         name kmsKeyArn
backup.VaultLockConfiguration        backupVaultName changeableForDays maxRetentionDays minRetentionDays
backup.Plan                          name
backup.Selection                     conditions iamRoleArn name notResources planId resources selectionTags
cloudformation.Stack                 name disableRollback onFailure timeoutInMinutes
cloudtrail.Trail                     name
cfg.Recorder                         name
cfg.DeliveryChannel                  name
cfg.RecorderStatus                   name
guardduty.Detector
accessanalyzer.Analyzer              analyzerName type
securityhub.Account                  enableDefaultStandards
securityhub.StandardsSubscription    standardsArn
inspector2.Enabler                   accountIds
wafv2.WebAcl                         name namePrefix scope
wafv2.WebAclAssociation              resourceArn webAclArn
servicediscovery.PrivateDnsNamespace name vpc
servicediscovery.HttpNamespace       name
servicediscovery.Service             name namespaceId type healthCheckCustomConfig dnsConfig.namespaceId
                                     dnsConfig.routingPolicy
sns.Topic                            name namePrefix fifoTopic
sqs.Queue                            name namePrefix fifoQueue
"""


def _read(table: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    current = ""
    for line in table.strip().splitlines():
        words = line.split()
        if not line.startswith(" "):
            current = words.pop(0)
        found.setdefault(current, set()).update(words)
    return {name: frozenset(words) for name, words in found.items()}


FORCE_NEW: Final = _read(_TABLE)

DELETE_FIRST: Final = frozenset(
    {"ec2.SecurityGroupRule", "ecr.LifecyclePolicy", "efs.MountTarget", "iam.RolePolicyAttachment"}
)
"""Types of which AWS holds only one at a time; pulumi-aws deletes the old one before it creates the new one."""
