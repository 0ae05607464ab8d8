"""An estate with every resource type that the stacks use, each with the fewest inputs that AWS takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.poolwright.engine.sandbox.harness import Made, Sandbox

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["ecs-tasks.amazonaws.com", "backup.amazonaws.com"]},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
ALLOW = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)
CONTAINERS = json.dumps([{"name": "web", "image": "nginx", "memory": 128, "essential": True}])


def bucket_policy(bucket: Made, *services: str) -> str:
    """Lets services write to the bucket."""
    principal = {"Service": list(services)}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": f"{bucket['arn']}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Estate:
    """Everything, made in the order of its references."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.made: list[Made] = []

    def add(self, kind: str, name: str = "it", /, **inputs: Any) -> Made:
        made = self.sandbox.create(kind, name, **inputs)
        self.made.append(made)
        return made

    def __iter__(self) -> Iterator[Made]:
        return iter(self.made)

    def build(self) -> Estate:
        self.network()
        self.identities()
        self.balancing()
        self.compute()
        self.storage()
        self.oversight()
        return self

    def network(self) -> None:
        add = self.add
        self.vpc = add("ec2.Vpc", cidrBlock="10.0.0.0/16", enableDnsHostnames=True)
        vpc_id = self.vpc.id
        self.gateway = add("ec2.InternetGateway", vpcId=vpc_id)
        add("ec2.EgressOnlyInternetGateway", vpcId=vpc_id)
        other = add("ec2.Vpc", "other", cidrBlock="172.16.0.0/16")
        add("ec2.VpcPeeringConnection", vpcId=vpc_id, peerVpcId=other.id, autoAccept=True)
        transit = add("ec2transitgateway.TransitGateway")
        template = {"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}, "Outputs": {"VpcId": {"Value": vpc_id}}}
        add("cloudformation.Stack", name="network", templateBody=json.dumps(template))
        self.subnets = [
            add(
                "ec2.Subnet",
                f"s{zone}",
                vpcId=vpc_id,
                cidrBlock=f"10.0.{index}.0/24",
                availabilityZone=f"eu-west-1{zone}",
            )
            for index, zone in enumerate("ab")
        ]
        add(
            "ec2transitgateway.VpcAttachment",
            transitGatewayId=transit.id,
            vpcId=vpc_id,
            subnetIds=[subnet.id for subnet in self.subnets],
        )
        self.public = add("ec2.RouteTable", "public", vpcId=vpc_id)
        self.private = add("ec2.RouteTable", "private", vpcId=vpc_id)
        add(
            "ec2.Route", "out", routeTableId=self.public.id, destinationCidrBlock="0.0.0.0/0", gatewayId=self.gateway.id
        )
        add("ec2.RouteTableAssociation", subnetId=self.subnets[0].id, routeTableId=self.public.id)
        add("ec2.MainRouteTableAssociation", vpcId=vpc_id, routeTableId=self.private.id)
        address = add("ec2.Eip", domain="vpc")
        nat = add("ec2.NatGateway", allocationId=address.id, subnetId=self.subnets[0].id)
        add("ec2.Route", "nat", routeTableId=self.private.id, destinationCidrBlock="0.0.0.0/0", natGatewayId=nat.id)
        self.group = add("ec2.SecurityGroup", vpcId=vpc_id)
        s3 = add("ec2.VpcEndpoint", "s3", vpcId=vpc_id, serviceName="com.amazonaws.eu-west-1.s3")
        add("ec2.VpcEndpointRouteTableAssociation", vpcEndpointId=s3.id, routeTableId=self.private.id)
        ecr = add(
            "ec2.VpcEndpoint",
            "ecr",
            vpcId=vpc_id,
            serviceName="com.amazonaws.eu-west-1.ecr.api",
            vpcEndpointType="Interface",
            subnetIds=[self.subnets[0].id],
            securityGroupIds=[self.group.id],
            privateDnsEnabled=True,
        )
        add("ec2.VpcEndpointSubnetAssociation", vpcEndpointId=ecr.id, subnetId=self.subnets[1].id)
        add(
            "vpc.SecurityGroupIngressRule",
            securityGroupId=self.group.id,
            ipProtocol="tcp",
            fromPort=443,
            toPort=443,
            cidrIpv4="10.0.0.0/16",
        )
        add("vpc.SecurityGroupEgressRule", securityGroupId=self.group.id, ipProtocol="-1", cidrIpv4="0.0.0.0/0")
        add(
            "ec2.SecurityGroupRule",
            type="ingress",
            securityGroupId=self.group.id,
            protocol="tcp",
            fromPort=80,
            toPort=80,
            cidrBlocks=["10.0.0.0/16"],
        )
        add("ec2.DefaultSecurityGroup", vpcId=vpc_id)
        acl = add("ec2.NetworkAcl", vpcId=vpc_id)
        add(
            "ec2.NetworkAclRule",
            networkAclId=acl.id,
            ruleNumber=100,
            protocol="tcp",
            ruleAction="allow",
            cidrBlock="10.0.0.0/16",
            fromPort=2049,
            toPort=2049,
        )
        add("ec2.PlacementGroup", strategy="cluster")
        add("ec2.KeyPair", publicKey="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeKeyForTheSandbox you@example")

    def identities(self) -> None:
        add = self.add
        self.role = add("iam.Role", assumeRolePolicy=TRUST)
        policy = add("iam.Policy", policy=ALLOW)
        inline = add("iam.RolePolicy", role=self.role["name"], policy=ALLOW)
        add("iam.RolePolicyAttachment", role=self.role["name"], policyArn=policy["arn"])
        add("iam.RolePoliciesExclusive", roleName=self.role["name"], policyNames=[inline["name"]])
        self.profile = add("iam.InstanceProfile", role=self.role["name"])
        add(
            "iam.OpenIdConnectProvider",
            url="https://token.actions.githubusercontent.com",
            clientIdLists=["sts.amazonaws.com"],
        )
        add("iam.ServiceLinkedRole", awsServiceName="ecs.amazonaws.com")
        self.key = add("kms.Key", deletionWindowInDays=7, enableKeyRotation=True)
        add("kms.Alias", targetKeyId=self.key["keyId"])
        secret = add("secretsmanager.Secret", kmsKeyId=self.key["arn"])
        function = "arn:aws:lambda:eu-west-1:123456789012:function:rotate"
        rules = {"automaticallyAfterDays": 30}
        add("secretsmanager.SecretRotation", secretId=secret.id, rotationLambdaArn=function, rotationRules=rules)
        add("secretsmanager.SecretVersion", secretId=secret.id, secretString="word")
        add("ebs.DefaultKmsKey", keyArn=self.key["arn"])
        add("ebs.EncryptionByDefault")
        add("ebs.Volume", availabilityZone="eu-west-1a", size=20, type="gp3")

    def balancing(self) -> None:
        add = self.add
        zone = add("route53.Zone", name="example.com")
        self.certificate = add("acm.Certificate", domainName="shop.example.com", validationMethod="DNS")
        options = self.certificate["domainValidationOptions"]
        assert isinstance(options, list)
        proof = options[0]
        assert isinstance(proof, dict)
        record = add(
            "route53.Record",
            zoneId=zone.id,
            name=proof["resourceRecordName"],
            type="CNAME",
            ttl=60,
            records=[proof["resourceRecordValue"]],
        )
        add("acm.CertificateValidation", certificateArn=self.certificate["arn"], validationRecordFqdns=[record["fqdn"]])
        self.balancer = add(
            "lb.LoadBalancer", subnets=[subnet.id for subnet in self.subnets], securityGroups=[self.group.id]
        )
        self.targets = add("lb.TargetGroup", port=80, protocol="HTTP", vpcId=self.vpc.id, targetType="ip")
        self.listener = add(
            "lb.Listener",
            loadBalancerArn=self.balancer["arn"],
            port=443,
            protocol="HTTPS",
            certificateArn=self.certificate["arn"],
            defaultActions=[{"type": "forward", "targetGroupArn": self.targets["arn"]}],
        )
        add(
            "lb.ListenerRule",
            listenerArn=self.listener["arn"],
            conditions=[{"pathPattern": {"values": ["/api/*"]}}],
            actions=[{"type": "forward", "targetGroupArn": self.targets["arn"]}],
        )
        space = add("servicediscovery.PrivateDnsNamespace", name="shop.local", vpc=self.vpc.id)
        add("servicediscovery.HttpNamespace", name="shop-http")
        add(
            "servicediscovery.Service",
            name="web",
            dnsConfig={"namespaceId": space.id, "dnsRecords": [{"type": "A", "ttl": 10}]},
        )

    def compute(self) -> None:
        add = self.add
        add(
            "ec2.CapacityReservation",
            instanceType="c7g.large",
            instancePlatform="Linux/UNIX",
            availabilityZone="eu-west-1a",
            instanceCount=1,
        )
        self.template = add(
            "ec2.LaunchTemplate",
            imageId="ami-0123456789abcdef0",
            instanceType="c7g.large",
            vpcSecurityGroupIds=[self.group.id],
            iamInstanceProfile={"arn": self.profile["arn"]},
        )
        self.machines = add(
            "autoscaling.Group",
            minSize=1,
            maxSize=4,
            vpcZoneIdentifiers=[subnet.id for subnet in self.subnets],
            launchTemplate={"id": self.template.id, "version": "$Latest"},
        )
        group_name = self.machines["name"]
        add(
            "autoscaling.Schedule",
            autoscalingGroupName=group_name,
            scheduledActionName="night",
            minSize=0,
            maxSize=4,
            desiredCapacity=0,
            recurrence="0 22 * * *",
            timeZone="Europe/Dublin",
        )
        add(
            "autoscaling.Policy",
            autoscalingGroupName=group_name,
            policyType="TargetTrackingScaling",
            targetTrackingConfiguration={
                "predefinedMetricSpecification": {"predefinedMetricType": "ASGAverageCPUUtilization"},
                "targetValue": 60,
            },
        )
        add(
            "autoscaling.LifecycleHook",
            autoscalingGroupName=group_name,
            lifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        )
        cluster = add("ecs.Cluster", name="shop")
        provider = add("ecs.CapacityProvider", autoScalingGroupProvider={"autoScalingGroupArn": self.machines["arn"]})
        add("ecs.ClusterCapacityProviders", clusterName=cluster["name"], capacityProviders=[provider["name"]])
        task = add(
            "ecs.TaskDefinition",
            family="web",
            containerDefinitions=json.dumps(
                [{"name": "web", "image": "nginx", "memory": 128, "portMappings": [{"containerPort": 80}]}]
            ),
            networkMode="awsvpc",
            executionRoleArn=self.role["arn"],
        )
        service = add(
            "ecs.Service",
            name="web",
            cluster=cluster["arn"],
            taskDefinition=task["arn"],
            desiredCount=2,
            capacityProviderStrategies=[{"capacityProvider": provider["name"], "weight": 1}],
            networkConfiguration={"subnets": [self.subnets[0].id], "securityGroups": [self.group.id]},
            loadBalancers=[{"targetGroupArn": self.targets["arn"], "containerName": "web", "containerPort": 80}],
        )
        add("ecs.AccountSettingDefault", name="containerInsights", value="enabled")
        scalable: dict[str, Any] = {
            "serviceNamespace": "ecs",
            "resourceId": f"service/shop/{service['name']}",
            "scalableDimension": "ecs:service:DesiredCount",
        }
        add("appautoscaling.Target", minCapacity=1, maxCapacity=10, **scalable)
        add(
            "appautoscaling.Policy",
            policyType="TargetTrackingScaling",
            targetTrackingScalingPolicyConfiguration={
                "predefinedMetricSpecification": {"predefinedMetricType": "ECSServiceAverageCPUUtilization"},
                "targetValue": 60,
            },
            **scalable,
        )
        add(
            "appautoscaling.ScheduledAction",
            schedule="cron(0 6 * * ? *)",
            scalableTargetAction={"minCapacity": 2, "maxCapacity": 10},
            **scalable,
        )
        repository = add("ecr.Repository", name="shop/web")
        rule = {
            "rulePriority": 1,
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 14,
            },
            "action": {"type": "expire"},
        }
        add("ecr.LifecyclePolicy", repository=repository["name"], policy=json.dumps({"rules": [rule]}))
        add("ecr.RepositoryPolicy", repository=repository["name"], policy=_repository_policy())
        add("ecr.PullThroughCacheRule", ecrRepositoryPrefix="ecr-public", upstreamRegistryUrl="public.ecr.aws")
        add("ecr.RepositoryCreationTemplate", prefix="ecr-public", appliedFors=["PULL_THROUGH_CACHE"])
        environment = add(
            "batch.ComputeEnvironment",
            type="MANAGED",
            computeResources={
                "type": "EC2",
                "allocationStrategy": "BEST_FIT_PROGRESSIVE",
                "maxVcpus": 64,
                "minVcpus": 0,
                "instanceTypes": ["c7g"],
                "instanceRole": self.profile["arn"],
                "subnets": [self.subnets[0].id],
                "securityGroupIds": [self.group.id],
            },
        )
        fair = add("batch.SchedulingPolicy", fairSharePolicy={"computeReservation": 0, "shareDecaySeconds": 3600})
        add(
            "batch.JobQueue",
            state="ENABLED",
            priority=1,
            schedulingPolicyArn=fair["arn"],
            computeEnvironmentOrders=[{"order": 1, "computeEnvironment": environment["arn"]}],
        )
        container = {
            "image": "busybox",
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
        }
        add("batch.JobDefinition", type="container", containerProperties=json.dumps(container))
        group = add("scheduler.ScheduleGroup")
        add(
            "scheduler.Schedule",
            groupName=group["name"],
            flexibleTimeWindow={"mode": "OFF"},
            scheduleExpression="rate(1 hour)",
            target={"arn": "arn:aws:scheduler:::aws-sdk:batch:submitJob", "roleArn": self.role["arn"]},
        )

    def storage(self) -> None:
        add = self.add
        self.bucket = bucket = add("s3.Bucket", "data")
        name = bucket["bucket"]
        add("s3.BucketVersioning", bucket=name, versioningConfiguration={"status": "Enabled"})
        add(
            "s3.BucketObjectLockConfiguration",
            bucket=name,
            rule={"defaultRetention": {"mode": "GOVERNANCE", "days": 30}},
        )
        add(
            "s3.BucketLifecycleConfiguration",
            bucket=name,
            rules=[
                {
                    "id": "cool",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "transitions": [
                        {"days": 30, "storageClass": "STANDARD_IA"},
                        {"days": 90, "storageClass": "GLACIER"},
                    ],
                }
            ],
        )
        add(
            "s3.BucketServerSideEncryptionConfiguration",
            bucket=name,
            rules=[
                {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": self.key["arn"]}}
            ],
        )
        add("s3.BucketPublicAccessBlock", bucket=name, blockPublicAcls=True)
        writers = bucket_policy(bucket, "cloudtrail.amazonaws.com", "config.amazonaws.com")
        add("s3.BucketPolicy", bucket=name, policy=writers)
        add("s3.BucketOwnershipControls", bucket=name, rule={"objectOwnership": "BucketOwnerEnforced"})
        logs = add("s3.Bucket", "logs")
        add("s3.BucketLogging", bucket=name, targetBucket=logs["bucket"], targetPrefix="data/")
        add("s3.BucketMetric", bucket=name)
        copies = add("s3.Bucket", "copies")
        add("s3.BucketVersioning", "copies", bucket=copies.id, versioningConfiguration={"status": "Enabled"})
        add("s3.BucketPolicy", "copies", bucket=copies.id, policy=bucket_policy(copies, "s3.amazonaws.com"))
        place = {"bucket": copies["arn"]}
        rules = [{"status": "Enabled", "destination": place}]
        add("s3.BucketReplicationConfig", bucket=name, role=self.role["arn"], rules=rules)
        add(
            "s3.Inventory",
            bucket=name,
            includedObjectVersions="All",
            schedule={"frequency": "Weekly"},
            destination={"bucket": {"bucketArn": copies["arn"], "format": "CSV"}},
        )
        files = add("efs.FileSystem", encrypted=True)
        add("efs.MountTarget", fileSystemId=files.id, subnetId=self.subnets[0].id, securityGroups=[self.group.id])
        add("efs.AccessPoint", fileSystemId=files.id)
        add("efs.FileSystemPolicy", fileSystemId=files.id, policy=_file_system_policy(str(files["arn"])))
        add("efs.BackupPolicy", fileSystemId=files.id, backupPolicy={"status": "ENABLED"})
        add(
            "fsx.LustreFileSystem",
            subnetIds=self.subnets[0].id,
            storageCapacity=1200,
            deploymentType="PERSISTENT_2",
            perUnitStorageThroughput=125,
        )
        lustre = self.made[-1].id
        add(
            "fsx.DataRepositoryAssociation",
            fileSystemId=lustre,
            fileSystemPath="/",
            dataRepositoryPath=f"s3://{name}/training/",
        )
        vault = add("backup.Vault")
        add("backup.VaultLockConfiguration", backupVaultName=vault["name"], minRetentionDays=7)
        plan = add(
            "backup.Plan",
            rules=[{"ruleName": "daily", "targetVaultName": vault["name"], "schedule": "cron(0 5 * * ? *)"}],
        )
        add("backup.Selection", planId=plan.id, iamRoleArn=self.role["arn"], resources=[files["arn"]])

    def oversight(self) -> None:
        add = self.add
        logs = add("cloudwatch.LogGroup", retentionInDays=30)
        add(
            "ec2.FlowLog", vpcId=self.vpc.id, trafficType="ALL", logDestination=logs["arn"], iamRoleArn=self.role["arn"]
        )
        topic = add("sns.Topic")
        queue = add("sqs.Queue")
        add(
            "cloudwatch.MetricAlarm",
            comparisonOperator="GreaterThanThreshold",
            evaluationPeriods=1,
            metricName="CPUUtilization",
            namespace="AWS/EC2",
            period=60,
            statistic="Average",
            threshold=80,
            alarmActions=[topic["arn"]],
        )
        text = {"type": "text", "properties": {"markdown": "# Shop"}}
        add("cloudwatch.Dashboard", dashboardName="shop", dashboardBody=json.dumps({"widgets": [text]}))
        add("budgets.Budget", budgetType="COST", timeUnit="MONTHLY", limitAmount="100.00", limitUnit="USD")
        monitor = add("costexplorer.AnomalyMonitor", name="shop", monitorType="DIMENSIONAL", monitorDimension="SERVICE")
        least = {"key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "matchOptions": ["GREATER_THAN_OR_EQUAL"], "values": ["50"]}
        add(
            "costexplorer.AnomalySubscription",
            name="shop",
            frequency="DAILY",
            monitorArnLists=[monitor["arn"]],
            subscribers=[{"type": "EMAIL", "address": "payer@example.com"}],
            thresholdExpression={"dimension": least},
        )
        add(
            "route53.HealthCheck",
            type="HTTPS",
            fqdn="shop.example.com",
            port=443,
            resourcePath="/healthz",
            requestInterval=30,
            failureThreshold=3,
            regions=["us-east-1", "eu-west-1", "sa-east-1"],
        )
        rule = add("cloudwatch.EventRule", scheduleExpression="rate(5 minutes)")
        add("cloudwatch.EventTarget", rule=rule["name"], arn=queue["arn"])
        add("cloudtrail.Trail", s3BucketName=self.bucket["bucket"])
        recorder = add("cfg.Recorder", name="default", roleArn=self.role["arn"])
        add("cfg.DeliveryChannel", name="default", s3BucketName=self.bucket["bucket"])
        add("cfg.RecorderStatus", name=recorder["name"], isEnabled=True)
        add("guardduty.Detector")
        add("accessanalyzer.Analyzer", analyzerName="account")
        add("securityhub.Account")
        add(
            "securityhub.StandardsSubscription",
            standardsArn="arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0",
        )
        add("inspector2.Enabler", accountIds=["123456789012"], resourceTypes=["ECR", "EC2"])
        acl = add(
            "wafv2.WebAcl",
            scope="REGIONAL",
            defaultAction={"allow": {}},
            visibilityConfig={"cloudwatchMetricsEnabled": True, "metricName": "shop", "sampledRequestsEnabled": True},
        )
        add("wafv2.WebAclAssociation", webAclArn=acl["arn"], resourceArn=self.balancer["arn"])


def _repository_policy() -> str:
    principal = {"AWS": "arn:aws:iam::123456789012:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": ["ecr:BatchGetImage"]}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _file_system_policy(arn: str) -> str:
    action = ["elasticfilesystem:ClientMount"]
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": action, "Resource": arn}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
