"""What watches the account: trail, recorder, detectors, analyzers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from poolwright.checks.check import Fault, NotYet, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, is_true

TRAIL = "aws:cloudtrail/trail:Trail"
RECORDER = "aws:cfg/recorder:Recorder"
RECORDER_STATUS = "aws:cfg/recorderStatus:RecorderStatus"
DETECTOR = "aws:guardduty/detector:Detector"
FEATURE = "aws:guardduty/detectorFeature:DetectorFeature"
INSPECTOR = "aws:inspector2/enabler:Enabler"
ANALYZER = "aws:accessanalyzer/analyzer:Analyzer"
HUB = "aws:securityhub/account:Account"
HUB_STANDARD = "aws:securityhub/standardsSubscription:StandardsSubscription"
EBS_ENCRYPTION = "aws:ebs/encryptionByDefault:EncryptionByDefault"
SNAPSHOT_BLOCK = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"

_DETECTION = "components/aws/security/detection.py"
_TRAIL = "components/aws/security/trail.py"
_PROFILE = ("compliance", "profile")


def _needed(evidence: Evidence, measure: str, *types: str) -> Iterator[tuple[str, list[Resource]]]:
    """Sites whose plan builds a measure, each with its resources of some types."""
    for key in evidence.builds(measure):
        yield key, evidence.at_site(key, *types)


def _missing(key: str, text: str) -> Fault:
    return Fault(text=text, subject=f"site {key}", at=_PROFILE)


@on_stack(
    TRAIL,
    id="CloudTrail.1",
    title="A trail records the management events of all regions where the plan says so",
    controls=("CloudTrail.1", "CIS 3.1"),
    remedy=f"Keep the multi-region trail in {_TRAIL}, as the plan's measure cloudtrail asks",
)
def trail_records_all_regions(evidence: Evidence) -> Iterator[Fault]:
    for key, trails in _needed(evidence, "cloudtrail", TRAIL):
        if not trails:
            yield _missing(key, "no trail records what is done in the account")
        for trail in trails:
            if not trail.holds("isMultiRegionTrail"):
                yield Fault(text="records one region only", resource=trail)
            if trail.denies("enableLogging") or trail.denies("includeGlobalServiceEvents"):
                yield Fault(text="does not record everything", resource=trail)
            selectors = trail.mappings("advancedEventSelectors")
            if selectors and not any("Management" in str(each) for each in selectors):
                yield Fault(text="leaves management events out", resource=trail)


@on_stack(
    TRAIL,
    id="CloudTrail.2",
    title="The trail's files are encrypted with a KMS key where the plan says so",
    controls=("CloudTrail.2", "CIS 3.5"),
    remedy=f"Pass the key for logs in {_TRAIL}, as the plan's measure cloudtrail-encryption asks",
)
def trail_is_encrypted(evidence: Evidence) -> Iterator[Fault]:
    for _, trails in _needed(evidence, "cloudtrail-encryption", TRAIL):
        for trail in trails:
            if "kmsKeyId" not in trail.inputs:
                yield Fault(text="writes files without a KMS key", resource=trail)


@on_each(
    TRAIL,
    id="CloudTrail.4",
    title="The trail's files can be checked for tampering",
    controls=("CloudTrail.4", "CIS 3.2"),
    remedy=f"Set enable_log_file_validation in {_TRAIL}",
)
def trail_can_be_verified(trail: Resource) -> Iterator[str]:
    if not trail.holds("enableLogFileValidation"):
        yield "writes files that can be changed unseen"


@on_stack(
    TRAIL,
    id="CloudTrail.5",
    title="The trail goes to CloudWatch Logs where the plan says so",
    controls=("CloudTrail.5",),
    remedy=f"Keep the log group in {_TRAIL}, as the plan's measure cloudtrail-logs asks",
)
def trail_goes_to_logs(evidence: Evidence) -> Iterator[Fault]:
    for _, trails in _needed(evidence, "cloudtrail-logs", TRAIL):
        for trail in trails:
            if "cloudWatchLogsGroupArn" not in trail.inputs:
                yield Fault(text="can't be searched or alarmed on", resource=trail)


@on_stack(
    TRAIL,
    "aws:s3/bucket:Bucket",
    id="CloudTrail.6",
    title="The trail goes to the stack's own audit bucket",
    controls=("CloudTrail.6",),
    remedy=f"Write to the audit bucket in {_TRAIL}; S3.8 and S3.6 say that it is private",
)
def trail_goes_to_the_audit_bucket(evidence: Evidence) -> Iterator[Fault | NotYet]:
    own = {bucket.get("bucket") for bucket in evidence.of_type("aws:s3/bucket:Bucket") if bucket.known("bucket")}
    for trail in evidence.of_type(TRAIL):
        if not trail.known("s3BucketName"):
            yield NotYet(trail)
        elif own and trail.get("s3BucketName") not in own:
            yield Fault(text=f"writes to {trail.get('s3BucketName')}, which is no bucket of the stack", resource=trail)


def _selected(trail: Resource) -> Iterator[set[str]]:
    """Words of each selector of object events: which buckets, and reads or writes alone."""
    for selector in trail.mappings("advancedEventSelectors"):
        fields: Sequence[Mapping[str, Any]] = selector.get("fieldSelectors") or ()
        words = {str(value) for each in fields for key in ("equals", "startsWiths") for value in each.get(key) or ()}
        if "AWS::S3::Object" in words:
            yield {str(each.get("field")) for each in fields if each.get("field") == "readOnly"} | words


@on_stack(
    TRAIL,
    id="S3.22",
    title="Reads and writes of the stack's objects are on the trail where the plan says so",
    controls=("S3.22", "S3.23", "S3.9", "CIS 3.8", "CIS 3.9"),
    remedy=f"Keep the selector of object events in {_TRAIL}, as the plan's measure cloudtrail-object-events asks",
)
def objects_are_on_the_trail(evidence: Evidence) -> Iterator[Fault]:
    for key, trails in _needed(evidence, "cloudtrail-object-events", TRAIL):
        buckets = next(len(site.storage.buckets) for each, site in evidence.sites() if each == key)
        for trail in trails if buckets else ():
            selected = list(_selected(trail))
            named = sum(word.startswith("arn:") for words in selected for word in words)
            if any("readOnly" in words for words in selected) or (selected and named < buckets) or not selected:
                yield Fault(
                    text=f"records objects of {named} of {buckets} buckets, or only a part of them", resource=trail
                )


@on_stack(
    RECORDER,
    RECORDER_STATUS,
    id="Config.1",
    title="AWS Config records all resources where the plan says so",
    controls=("Config.1", "CIS 3.3"),
    remedy="Keep recorder and switch in components/aws/security/recorder.py, as the plan's measure config asks",
)
def configuration_is_recorded(evidence: Evidence) -> Iterator[Fault]:
    for key, found in _needed(evidence, "config", RECORDER, RECORDER_STATUS):
        recorders = [each for each in found if each.type == RECORDER]
        if not recorders:
            yield _missing(key, "nothing records the resources' configurations")
        for recorder in recorders:
            if not recorder.holds("recordingGroup.allSupported"):
                yield Fault(text="leaves resource types out", resource=recorder)
        if recorders and not any(each.holds("isEnabled") for each in found if each.type == RECORDER_STATUS):
            yield Fault(text="is not switched on", resource=recorders[0])


@on_stack(
    DETECTOR,
    id="GuardDuty.1",
    title="GuardDuty watches the account where the plan says so",
    controls=("GuardDuty.1",),
    remedy=f"Keep the detector in {_DETECTION}, as the plan's measure guardduty asks",
)
def threats_are_watched_for(evidence: Evidence) -> Iterator[Fault]:
    for key, detectors in _needed(evidence, "guardduty", DETECTOR):
        if not any(not each.denies("enable") for each in detectors):
            yield _missing(key, "GuardDuty is off")


def _feature_is_on(evidence: Evidence, measure: str, feature: str, agents: str | None = None) -> Iterator[Fault]:
    for key, features in _needed(evidence, measure, FEATURE):
        on = [each for each in features if each.get("name") == feature and each.get("status") == "ENABLED"]
        if not on:
            yield _missing(key, f"GuardDuty's {feature} is off")
        for each in on if agents else ():
            states = {str(item.get("name")): item.get("status") for item in each.mappings("additionalConfigurations")}
            if states.get(str(agents)) != "ENABLED":
                yield Fault(text=f"{agents} is off, so nothing watches on the machines", resource=each)


@on_stack(
    FEATURE,
    id="GuardDuty.10",
    title="GuardDuty watches reads and writes of buckets where the plan says so",
    controls=("GuardDuty.10",),
    remedy=f"Keep S3_DATA_EVENTS in {_DETECTION}, as the plan's measure guardduty-object-events asks",
)
def objects_are_watched(evidence: Evidence) -> Iterator[Fault]:
    return _feature_is_on(evidence, "guardduty-object-events", "S3_DATA_EVENTS")


@on_stack(
    FEATURE,
    id="GuardDuty.11",
    title="GuardDuty watches what runs on machines where the plan says so",
    controls=("GuardDuty.11", "GuardDuty.13"),
    remedy=f"Keep RUNTIME_MONITORING with its agents in {_DETECTION}, as the plan's measure guardduty-runtime asks",
)
def processes_are_watched(evidence: Evidence) -> Iterator[Fault]:
    return _feature_is_on(evidence, "guardduty-runtime", "RUNTIME_MONITORING", "EC2_AGENT_MANAGEMENT")


@on_stack(
    INSPECTOR,
    id="Inspector.1",
    title="Machines and images are scanned for vulnerabilities where the plan says so",
    controls=("Inspector.1", "Inspector.2", "ECR.1"),
    remedy=f"Keep the resource types of Inspector in {_DETECTION}, as the plan's measures ask",
)
def vulnerabilities_are_looked_for(evidence: Evidence) -> Iterator[Fault]:
    for measure, kind in (("inspector-hosts", "EC2"), ("inspector-images", "ECR")):
        for key, enablers in _needed(evidence, measure, INSPECTOR):
            if not any(kind in each.get("resourceTypes", ()) for each in enablers):
                yield _missing(key, f"Inspector does not scan {kind}")


@on_stack(
    ANALYZER,
    id="IAM.28",
    title="An analyzer reports what others outside the account can reach where the plan says so",
    controls=("IAM.28", "CIS 1.20"),
    remedy=f"Keep the analyzer in {_DETECTION}, as the plan's measure access-analyzer asks",
)
def access_is_analyzed(evidence: Evidence) -> Iterator[Fault]:
    for key, analyzers in _needed(evidence, "access-analyzer", ANALYZER):
        if not any(each.get("type", "ACCOUNT") in ("ACCOUNT", "ORGANIZATION") for each in analyzers):
            yield _missing(key, "no analyzer of external access")


@on_stack(
    HUB,
    HUB_STANDARD,
    id="SecurityHub.1",
    title="Security Hub checks the account against a standard where the plan says so",
    controls=("SecurityHub.1", "CIS 4.16"),
    remedy=f"Keep Security Hub and its standard in {_DETECTION}, as the plan's measure security-hub asks",
)
def findings_are_collected(evidence: Evidence) -> Iterator[Fault]:
    for key, found in _needed(evidence, "security-hub", HUB, HUB_STANDARD):
        if {each.type for each in found} != {HUB, HUB_STANDARD}:
            yield _missing(key, "Security Hub or its standard is off")


@on_stack(
    EBS_ENCRYPTION,
    id="EC2.7",
    title="Every new volume of the account is encrypted where the plan says so",
    controls=("EC2.7", "CIS 2.2.1"),
    remedy=f"Keep the account's setting in {_DETECTION}, as the plan's measure ebs-default-encryption asks",
)
def new_volumes_are_encrypted(evidence: Evidence) -> Iterator[Fault]:
    for key, settings in _needed(evidence, "ebs-default-encryption", EBS_ENCRYPTION):
        if not any(is_true(each.get("enabled", True)) for each in settings):
            yield _missing(key, "new volumes are not encrypted by default")


@on_stack(
    SNAPSHOT_BLOCK,
    id="EC2.1",
    title="No snapshot can be shared with the public where the plan says so",
    controls=("EC2.1",),
    remedy=f"Keep the block in {_DETECTION}, as the plan's measure account-public-access-block asks",
)
def snapshots_are_private(evidence: Evidence) -> Iterator[Fault]:
    for key, blocks in _needed(evidence, "account-public-access-block", SNAPSHOT_BLOCK):
        if not any(str(each.get("state", "")).startswith("block-") for each in blocks):
            yield _missing(key, "snapshots may be shared with the public")
