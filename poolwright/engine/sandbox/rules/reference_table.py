"""Which properties name another resource, and what AWS says when it does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# type, path of the reference → type that it names, by id, ARN or name, AWS's error code, and its words.
_TABLE: Final = """
ec2.Subnet vpcId -> ec2.Vpc id InvalidVpcID.NotFound | The vpc ID '{}' does not exist
ec2.InternetGateway vpcId -> ec2.Vpc id InvalidVpcID.NotFound | The vpc ID '{}' does not exist
ec2.EgressOnlyInternetGateway vpcId -> ec2.Vpc id InvalidVpcID.NotFound | The vpc ID '{}' does not exist
ec2.RouteTable routes.egressOnlyGatewayId -> ec2.EgressOnlyInternetGateway id \
InvalidEgressOnlyInternetGatewayId.NotFound | The egressOnlyInternetGateway ID '{}' does not exist
ec2.Route egressOnlyGatewayId -> ec2.EgressOnlyInternetGateway id InvalidEgressOnlyInternetGatewayId.NotFound | The \
egressOnlyInternetGateway ID '{}' does not exist
ec2.VpcPeeringConnection vpcId -> ec2.Vpc id InvalidVpcID.NotFound | The vpc ID '{}' does not exist
ec2.RouteTable routes.vpcPeeringConnectionId -> ec2.VpcPeeringConnection id InvalidVpcPeeringConnectionID.NotFound | \
The vpcPeeringConnection ID '{}' does not exist
ec2.Route vpcPeeringConnectionId -> ec2.VpcPeeringConnection id InvalidVpcPeeringConnectionID.NotFound | The \
vpcPeeringConnection ID '{}' does not exist
ec2transitgateway.VpcAttachment transitGatewayId -> ec2transitgateway.TransitGateway id \
InvalidTransitGatewayID.NotFound | Transit Gateway {} was deleted or does not exist.
ec2transitgateway.VpcAttachment vpcId -> ec2.Vpc id InvalidVpcID.NotFound | The vpc ID '{}' does not exist
ec2transitgateway.VpcAttachment subnetIds -> ec2.Subnet id InvalidSubnetID.NotFound | The subnet ID '{}' does not exist
ec2.RouteTable vpcId -> ec2.Vpc id InvalidVpcID.NotFound | The vpc ID '{}' does not exist
ec2.MainRouteTableAssociation vpcId -> ec2.Vpc id InvalidVpcID.NotFound | The vpc ID '{}' does not exist
ec2.SecurityGroup vpcId -> ec2.Vpc id InvalidVpcID.NotFound | The vpc ID '{}' does not exist
ec2.DefaultSecurityGroup vpcId -> ec2.Vpc id InvalidVpcID.NotFound | The vpc ID '{}' does not exist
ec2.NetworkAcl vpcId -> ec2.Vpc id InvalidVpcID.NotFound | The vpc ID '{}' does not exist
ec2.NetworkAclRule networkAclId -> ec2.NetworkAcl id InvalidNetworkAclID.NotFound | The networkAcl ID '{}' does not \
exist
ec2.VpcEndpoint vpcId -> ec2.Vpc id InvalidVpcId.NotFound | The Vpc Id {} does not exist
ec2.FlowLog vpcId -> ec2.Vpc id InvalidVpcId.NotFound | The Vpc Id {} does not exist
lb.TargetGroup vpcId -> ec2.Vpc id ValidationError | The VPC ID '{}' is not found
route53.Zone vpcs.vpcId -> ec2.Vpc id InvalidVPCId | The VPC: {} that you provided is invalid.
servicediscovery.PrivateDnsNamespace vpc -> ec2.Vpc id InvalidInput | The VPC {} does not exist in the region
ec2.NatGateway subnetId -> ec2.Subnet id InvalidSubnetID.NotFound | The subnet ID '{}' does not exist
ec2.RouteTableAssociation subnetId -> ec2.Subnet id InvalidSubnetID.NotFound | The subnet ID '{}' does not exist
ec2.NetworkAcl subnetIds -> ec2.Subnet id InvalidSubnetID.NotFound | The subnet ID '{}' does not exist
ec2.VpcEndpoint subnetIds -> ec2.Subnet id InvalidSubnetId.NotFound | The Subnet Id {} does not exist
ec2.VpcEndpointSubnetAssociation subnetId -> ec2.Subnet id InvalidSubnetId.NotFound | The Subnet Id {} does not exist
ec2.FlowLog subnetId -> ec2.Subnet id InvalidSubnetId.NotFound | The Subnet Id {} does not exist
ec2.Instance subnetId -> ec2.Subnet id InvalidSubnetID.NotFound | The subnet ID '{}' does not exist
lb.LoadBalancer subnets -> ec2.Subnet id InvalidSubnet | The subnet ID '{}' is not valid
lb.LoadBalancer subnetMappings.subnetId -> ec2.Subnet id InvalidSubnet | The subnet ID '{}' is not valid
autoscaling.Group vpcZoneIdentifiers -> ec2.Subnet id ValidationError | The subnet ID '{}' does not exist
ecs.Service networkConfiguration.subnets -> ec2.Subnet id InvalidParameterException | Error retrieving subnet \
information for [{}]: The subnet ID '{}' does not exist (ErrorCode: InvalidSubnetID.NotFound)
efs.MountTarget subnetId -> ec2.Subnet id SubnetNotFound | The subnet ID '{}' does not exist
fsx.LustreFileSystem subnetIds -> ec2.Subnet id InvalidNetworkSettings | The subnet ID {} does not exist
batch.ComputeEnvironment computeResources.subnets -> ec2.Subnet id ClientException | The subnet ID '{}' does not exist
vpc.SecurityGroupIngressRule securityGroupId -> ec2.SecurityGroup id InvalidGroup.NotFound | The security group '{}' \
does not exist
vpc.SecurityGroupEgressRule securityGroupId -> ec2.SecurityGroup id InvalidGroup.NotFound | The security group '{}' \
does not exist
vpc.SecurityGroupIngressRule referencedSecurityGroupId -> ec2.SecurityGroup id InvalidGroup.NotFound | The security \
group '{}' does not exist
vpc.SecurityGroupEgressRule referencedSecurityGroupId -> ec2.SecurityGroup id InvalidGroup.NotFound | The security \
group '{}' does not exist
ec2.SecurityGroupRule securityGroupId -> ec2.SecurityGroup id InvalidGroup.NotFound | The security group '{}' does \
not exist
ec2.SecurityGroupRule sourceSecurityGroupId -> ec2.SecurityGroup id InvalidGroup.NotFound | The security group '{}' \
does not exist
ec2.SecurityGroup ingress.securityGroups -> ec2.SecurityGroup id InvalidGroup.NotFound | The security group '{}' does \
not exist
ec2.SecurityGroup egress.securityGroups -> ec2.SecurityGroup id InvalidGroup.NotFound | The security group '{}' does \
not exist
ec2.VpcEndpoint securityGroupIds -> ec2.SecurityGroup id InvalidGroup.NotFound | The security group '{}' does not exist
ec2.Instance vpcSecurityGroupIds -> ec2.SecurityGroup id InvalidGroup.NotFound | The security group '{}' does not exist
lb.LoadBalancer securityGroups -> ec2.SecurityGroup id InvalidSecurityGroup | One or more security groups are invalid: \
{}
efs.MountTarget securityGroups -> ec2.SecurityGroup id SecurityGroupNotFound | The security group '{}' does not exist
ecs.Service networkConfiguration.securityGroups -> ec2.SecurityGroup id InvalidParameterException | Error retrieving \
security group information for [{}]: The security group '{}' does not exist (ErrorCode: InvalidGroup.NotFound)
fsx.LustreFileSystem securityGroupIds -> ec2.SecurityGroup id InvalidNetworkSettings | The security group {} does not \
exist
batch.ComputeEnvironment computeResources.securityGroupIds -> ec2.SecurityGroup id ClientException | The security \
group '{}' does not exist
ec2.Route routeTableId -> ec2.RouteTable id InvalidRouteTableID.NotFound | The routeTable ID '{}' does not exist
ec2.RouteTableAssociation routeTableId -> ec2.RouteTable id InvalidRouteTableID.NotFound | The routeTable ID '{}' does \
not exist
ec2.MainRouteTableAssociation routeTableId -> ec2.RouteTable id InvalidRouteTableID.NotFound | The routeTable ID '{}' \
does not exist
ec2.VpcEndpoint routeTableIds -> ec2.RouteTable id InvalidRouteTableId.NotFound | The routeTable Id {} does not exist
ec2.VpcEndpointRouteTableAssociation routeTableId -> ec2.RouteTable id InvalidRouteTableId.NotFound | The routeTable \
Id {} does not exist
ec2.VpcEndpointRouteTableAssociation vpcEndpointId -> ec2.VpcEndpoint id InvalidVpcEndpointId.NotFound | The Vpc \
Endpoint Id '{}' does not exist
ec2.VpcEndpointSubnetAssociation vpcEndpointId -> ec2.VpcEndpoint id InvalidVpcEndpointId.NotFound | The Vpc Endpoint \
Id '{}' does not exist
ec2.Route natGatewayId -> ec2.NatGateway id InvalidNatGatewayID.NotFound | The natGateway ID '{}' does not exist
ec2.Route vpcEndpointId -> ec2.VpcEndpoint id InvalidVpcEndpointId.NotFound | The Vpc Endpoint Id '{}' does not exist
ec2.NatGateway allocationId -> ec2.Eip id InvalidAllocationID.NotFound | The allocation ID '{}' does not exist
lb.LoadBalancer subnetMappings.allocationId -> ec2.Eip id AllocationIdNotFound | The allocation IDs '{}' do not exist
iam.InstanceProfile role -> iam.Role name NoSuchEntity | The role with name {} cannot be found.
iam.RolePolicy role -> iam.Role name NoSuchEntity | The role with name {} cannot be found.
iam.RolePolicyAttachment role -> iam.Role name NoSuchEntity | The role with name {} cannot be found.
iam.RolePoliciesExclusive roleName -> iam.Role name NoSuchEntity | The role with name {} cannot be found.
iam.RolePolicyAttachment policyArn -> iam.Policy arn NoSuchEntity | Policy {} does not exist or is not attachable.
iam.Role permissionsBoundary -> iam.Policy arn NoSuchEntity | Scope ARN: {} does not exist or is not attachable.
ec2.LaunchTemplate iamInstanceProfile.name -> iam.InstanceProfile name InvalidParameterValue | Value ({}) for \
parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name
ec2.LaunchTemplate iamInstanceProfile.arn -> iam.InstanceProfile arn InvalidParameterValue | Value ({}) for parameter \
iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN
kms.Alias targetKeyId -> kms.Key any NotFoundException | Key '{}' does not exist
ebs.DefaultKmsKey keyArn -> kms.Key any InvalidParameterValue | The KMS key {} does not exist
secretsmanager.SecretVersion secretId -> secretsmanager.Secret any ResourceNotFoundException | Secrets Manager can't \
find the specified secret.
secretsmanager.SecretRotation secretId -> secretsmanager.Secret any ResourceNotFoundException | Secrets Manager can't \
find the specified secret: {}
secretsmanager.Secret kmsKeyId -> kms.Key any InvalidRequestException | The KMS key {} does not exist
cloudwatch.LogGroup kmsKeyId -> kms.Key any InvalidParameterException | The specified KMS Key Id could not be found: {}
sqs.Queue kmsMasterKeyId -> kms.Key any KMS.NotFoundException | Key '{}' does not exist
lb.Listener loadBalancerArn -> lb.LoadBalancer arn LoadBalancerNotFound | Load balancer '{}' not found
lb.Listener certificateArn -> acm.Certificate arn CertificateNotFound | Certificate '{}' not found
lb.Listener defaultActions.targetGroupArn -> lb.TargetGroup arn TargetGroupNotFound | Target groups '{}' not found
lb.Listener defaultActions.forward.targetGroups.arn -> lb.TargetGroup arn TargetGroupNotFound | Target groups '{}' not \
found
lb.ListenerRule listenerArn -> lb.Listener arn ListenerNotFound | Listener '{}' not found
lb.ListenerRule actions.targetGroupArn -> lb.TargetGroup arn TargetGroupNotFound | Target groups '{}' not found
lb.ListenerRule actions.forward.targetGroups.arn -> lb.TargetGroup arn TargetGroupNotFound | Target groups '{}' not \
found
acm.CertificateValidation certificateArn -> acm.Certificate arn ResourceNotFoundException | Could not find certificate \
{}.
route53.Record zoneId -> route53.Zone id NoSuchHostedZone | No hosted zone found with ID: {}
autoscaling.Group targetGroupArns -> lb.TargetGroup arn ValidationError | Provided Target Groups may not be valid. \
Please ensure they exist and try again: {}
autoscaling.Group launchTemplate.id -> ec2.LaunchTemplate id ValidationError | You must use a valid \
fully-formed launch template. The specified launch template, with template ID {}, does not exist.
autoscaling.Group launchTemplate.name -> ec2.LaunchTemplate name ValidationError | You must use a valid fully-formed \
launch template. The specified launch template, with template name {}, does not exist.
autoscaling.Group mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId -> \
ec2.LaunchTemplate id ValidationError | You must use a valid fully-formed launch template. The specified launch \
template, with template ID {}, does not exist.
autoscaling.Group placementGroup -> ec2.PlacementGroup name ValidationError | The placement group '{}' does not exist
autoscaling.Schedule autoscalingGroupName -> autoscaling.Group name ValidationError | AutoScalingGroup name not found \
- {}
autoscaling.Policy autoscalingGroupName -> autoscaling.Group name ValidationError | Group {} not found
autoscaling.LifecycleHook autoscalingGroupName -> autoscaling.Group name ValidationError | No such autoscaling group: {}
ecs.ClusterCapacityProviders clusterName -> ecs.Cluster name ClusterNotFoundException | Cluster not found: {}
ecs.CapacityProvider autoScalingGroupProvider.autoScalingGroupArn -> autoscaling.Group arn ClientException | The \
specified Auto Scaling group ARN does not exist: {}
ecs.Service cluster -> ecs.Cluster any ClusterNotFoundException | Cluster not found: {}
ecs.Service loadBalancers.targetGroupArn -> lb.TargetGroup arn InvalidParameterException | Unable to find the target \
group {}
ecs.Service loadBalancers.advancedConfiguration.alternateTargetGroupArn -> lb.TargetGroup arn \
InvalidParameterException | Unable to find the target group {}
ecs.Service loadBalancers.advancedConfiguration.productionListenerRule -> lb.ListenerRule arn \
InvalidParameterException | Unable to find the listener rule {}
ecs.Service loadBalancers.advancedConfiguration.testListenerRule -> lb.ListenerRule arn InvalidParameterException | \
Unable to find the listener rule {}
ecs.Service loadBalancers.advancedConfiguration.roleArn -> iam.Role arn InvalidParameterException | ECS was unable to \
assume the role '{}' that was provided for this service
ecs.Service deploymentConfiguration.lifecycleHooks.roleArn -> iam.Role arn InvalidParameterException | ECS was unable \
to assume the role '{}' that was provided for this service
ecs.Service serviceRegistries.registryArn -> servicediscovery.Service arn InvalidParameterException | The service \
registry {} does not exist
ecr.LifecyclePolicy repository -> ecr.Repository name RepositoryNotFoundException | The repository with name '{}' does \
not exist in the registry
ecr.RepositoryPolicy repository -> ecr.Repository name RepositoryNotFoundException | The repository with name '{}' \
does not exist in the registry
batch.ComputeEnvironment computeResources.instanceRole -> iam.InstanceProfile any ClientException | Instance profile \
{} does not exist
batch.ComputeEnvironment computeResources.spotIamFleetRole -> iam.Role arn ClientException | Role {} does not exist
batch.JobQueue computeEnvironmentOrders.computeEnvironment -> batch.ComputeEnvironment any ClientException | Compute \
environment {} does not exist
batch.JobQueue schedulingPolicyArn -> batch.SchedulingPolicy arn ClientException | Scheduling policy {} does not exist
s3.BucketVersioning bucket -> s3.Bucket id NoSuchBucket | The specified bucket does not exist: {}
s3.BucketLifecycleConfiguration bucket -> s3.Bucket id NoSuchBucket | The specified bucket does not exist: {}
s3.BucketServerSideEncryptionConfiguration bucket -> s3.Bucket id NoSuchBucket | The specified bucket does not exist: {}
s3.BucketPublicAccessBlock bucket -> s3.Bucket id NoSuchBucket | The specified bucket does not exist: {}
s3.BucketPolicy bucket -> s3.Bucket id NoSuchBucket | The specified bucket does not exist: {}
s3.BucketOwnershipControls bucket -> s3.Bucket id NoSuchBucket | The specified bucket does not exist: {}
s3.BucketMetric bucket -> s3.Bucket id NoSuchBucket | The specified bucket does not exist: {}
s3.BucketObjectLockConfiguration bucket -> s3.Bucket id NoSuchBucket | The specified bucket does not exist: {}
s3.BucketReplicationConfig bucket -> s3.Bucket id NoSuchBucket | The specified bucket does not exist: {}
s3.Inventory bucket -> s3.Bucket id NoSuchBucket | The specified bucket does not exist: {}
s3.BucketReplicationConfig role -> iam.Role arn InvalidRequest | The role {} does not exist
s3.BucketLogging bucket -> s3.Bucket id NoSuchBucket | The specified bucket does not exist: {}
s3.BucketLogging targetBucket -> s3.Bucket id InvalidTargetBucketForLogging | The target bucket for logging does not \
exist: {}
efs.MountTarget fileSystemId -> efs.FileSystem id FileSystemNotFound | File system '{}' does not exist.
efs.AccessPoint fileSystemId -> efs.FileSystem id FileSystemNotFound | File system '{}' does not exist.
efs.FileSystemPolicy fileSystemId -> efs.FileSystem id FileSystemNotFound | File system '{}' does not exist.
efs.BackupPolicy fileSystemId -> efs.FileSystem id FileSystemNotFound | File system '{}' does not exist.
fsx.DataRepositoryAssociation fileSystemId -> fsx.LustreFileSystem id FileSystemNotFound | File system '{}' does \
not exist.
backup.Plan rules.targetVaultName -> backup.Vault id InvalidParameterValueException | Backup vault {} does not exist
backup.VaultLockConfiguration backupVaultName -> backup.Vault id ResourceNotFoundException | Backup vault {} does not \
exist
backup.Selection planId -> backup.Plan id ResourceNotFoundException | Backup plan {} does not exist
backup.Selection iamRoleArn -> iam.Role arn InvalidParameterValueException | IAM Role {} cannot be assumed by AWS Backup
cloudwatch.EventTarget rule -> cloudwatch.EventRule name ResourceNotFoundException | Rule {} does not exist on the \
event bus.
scheduler.Schedule groupName -> scheduler.ScheduleGroup name ResourceNotFoundException | Schedule group {} does not \
exist.
scheduler.Schedule target.roleArn -> iam.Role arn ValidationException | The execution role you provide must allow AWS \
EventBridge Scheduler to assume the role: {} does not exist
cloudtrail.Trail s3BucketName -> s3.Bucket id S3BucketDoesNotExistException | S3 bucket {} does not exist!
cfg.DeliveryChannel s3BucketName -> s3.Bucket id NoSuchBucketException | Cannot find a S3 bucket with an input bucket \
name: {}
cfg.RecorderStatus name -> cfg.Recorder id NoSuchConfigurationRecorderException | Cannot find configuration recorder \
with the specified name '{}'.
cfg.Recorder roleArn -> iam.Role arn InvalidRoleException | The role {} does not exist
wafv2.WebAclAssociation webAclArn -> wafv2.WebAcl arn WAFNonexistentItemException | AWS WAF couldn't perform the \
operation because your resource doesn't exist: {}
servicediscovery.Service namespaceId -> servicediscovery.PrivateDnsNamespace id NamespaceNotFound | No namespace \
exists with the ID {}
servicediscovery.Service dnsConfig.namespaceId -> servicediscovery.PrivateDnsNamespace id NamespaceNotFound | No \
namespace exists with the ID {}
"""


@dataclass(frozen=True)
class Reference:
    """One property that names a resource."""

    holder: str
    path: str
    target: str
    by: str
    code: str
    words: str


def _read(table: str) -> tuple[Reference, ...]:
    found: list[Reference] = []
    for line in table.strip().splitlines():
        left, _, right = line.partition(" -> ")
        facts, _, words = right.partition(" | ")
        holder, path = left.split()
        target, by, code = facts.split()
        found.append(Reference(holder, path, target, by, code, words))
    return tuple(found)


REFERENCES: Final = _read(_TABLE)
