"""The prefixes of IAM actions, from AWS's Service Authorization Reference."""

from __future__ import annotations

from typing import Final

_NAMES: Final = """
a2c a4b access-analyzer account acm acm-pca activate agent-registry aiops airflow airflow-serverless amplify
amplifybackend amplifyuibuilder aoss apigateway app-integrations appconfig appfabric appflow application-autoscaling
application-cost-profiler application-signals applicationinsights appmesh apprunner appstream appsync aps
arc-region-switch arc-zonal-shift arsenal artifact athena auditmanager autoscaling autoscaling-plans aws-marketplace
aws-marketplace-management aws-portal awsconnector b2bi backup backup-gateway backup-search backup-storage batch
bcm-data-exports bcm-pricing-calculator bedrock bedrock-agentcore billing billingconductor braket budgets cases
cassandra ce chatbot chime cleanrooms cleanrooms-ml cloud9 clouddirectory cloudformation cloudfront
cloudfront-keyvaluestore cloudhsm cloudsearch cloudshell cloudtrail cloudtrail-data cloudwatch codeartifact codebuild
codecatalyst codecommit codeconnections codedeploy codedeploy-commands-secure codeguru codeguru-profiler
codeguru-reviewer codeguru-security codepipeline codestar codestar-connections codestar-notifications codewhisperer
cognito-identity cognito-idp cognito-sync comprehend comprehendmedical compute-optimizer config connect
connect-campaigns consolidatedbilling controlcatalog controltower cost-optimization-hub cur customer-verification
databrew dataexchange datapipeline datasync datazone dax dbqms deadline deepcomposer detective devicefarm devops-guru
directconnect discovery dlm dms docdb-elastic drs ds ds-data dsql dynamodb ebs ec2 ec2-instance-connect ec2messages ecr
ecr-public ecs eks eks-auth elastic-inference elasticache elasticbeanstalk elasticfilesystem elasticloadbalancing
elasticmapreduce elastictranscoder elemental-activations emr-containers emr-serverless entityresolution es events
evidently execute-api finspace firehose fis fms forecast frauddetector freertos freetier fsx gamelift gameliftstreams
geo geo-maps geo-places geo-routes glacier globalaccelerator glue grafana greengrass groundstation guardduty health
healthlake honeycode iam identity-sync identitystore identitystore-auth imagebuilder importexport inspector
inspector-scan inspector2 inspector2-telemetry internetmonitor invoicing iot iotanalytics iotdeviceadvisor
iotfleetwise iotjobsdata iotmanagedintegrations iotsitewise iottwinmaker iotwireless iq ivs ivschat kafka
kafka-cluster kafkaconnect kendra kendra-ranking kinesis kinesisanalytics kinesisvideo kms lakeformation lambda
launchwizard lex license-manager lightsail logs lookoutequipment m2 machinelearning macie2 managedblockchain
mapcredits marketplacecommerceanalytics mediaconnect mediaconvert medialive mediapackage mediapackage-vod
mediapackagev2 mediastore mediatailor medical-imaging memorydb mgh mgn migrationhub-orchestrator mobileanalytics
mobiletargeting monitron mpa mq neptune-db neptune-graph network-firewall networkflowmonitor networkmanager
networkmonitor notifications notifications-contacts oam observabilityadmin odb omics one opsworks organizations osis
outposts partnercentral payment-cryptography payments pca-connector-ad pca-connector-scep pcs personalize pi pipes
polly pricing profile proton purchase-orders q qapps qbusiness qldb quicksight ram rbin rds rds-data rds-db redshift
redshift-data redshift-serverless refactor-spaces rekognition repostspace resiliencehub resource-explorer
resource-explorer-2 resource-groups rolesanywhere route53 route53-recovery-cluster route53-recovery-control-config
route53-recovery-readiness route53domains route53profiles route53resolver rum s3 s3-object-lambda s3-outposts
s3express s3tables s3vectors sagemaker sagemaker-geospatial savingsplans scheduler schemas scn sdb secretsmanager
security-ir securityhub securitylake serverlessrepo servicecatalog servicediscovery serviceextract servicequotas ses
shield signer signin simspaceweaver sms-voice snow-device-management snowball sns social-messaging sqlworkbench sqs
ssm ssm-contacts ssm-guiconnect ssm-incidents ssm-quicksetup ssm-sap ssmmessages sso sso-directory sso-oauth states
storagegateway sts support supportapp supportplans sustainability swf synthetics tag tax textract thinclient
timestream timestream-influxdb tnb transcribe transfer translate trustedadvisor ts user-subscriptions vendor-insights
verified-access verifiedpermissions voiceid vpc-lattice vpc-lattice-svcs vpce waf waf-regional wafv2 wam
wellarchitected wickr wisdom workdocs worklink workmail workmailmessageflow workspaces workspaces-web xray
"""

SERVICE_PREFIXES: Final = frozenset(_NAMES.split())
