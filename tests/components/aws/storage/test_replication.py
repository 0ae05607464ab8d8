"""Copies and lists of buckets: who makes them, with which rights, and where they go."""

from __future__ import annotations

from components.aws.storage.pool import StoragePool
from solver.plan.plan import SitePlan
from solver.plan.storage import ReplicationPlan
from stacks.program import Built, aws_pools, copy_between_sites
from tests.components import plans
from tests.components.aws import upstream
from tests.components.aws.early import secured
from tests.recorder import Recording, record

OWN = plans.names().bucket_arn("documents")


def replicated(site: SitePlan, plan: ReplicationPlan) -> SitePlan:
    first, *others = site.storage.buckets
    buckets = (first.model_copy(update={"replication": plan}), *others)
    return site.model_copy(update={"storage": site.storage.model_copy(update={"buckets": buckets})})


def test_everything_is_copied_encrypted_to_the_other_account_which_owns_it(
    full_storage: Recording[StoragePool],
) -> None:
    (rule,) = full_storage.one(":BucketReplicationConfig").inputs["rules"]
    assert (rule["status"], rule["filter"], rule["deleteMarkerReplication"]) == (
        "Enabled",
        {"prefix": ""},
        {"status": "Disabled"},
    )
    place = rule["destination"]
    assert (place["bucket"], place["account"]) == ("arn:aws:s3:::far-copies", "999999999999")
    assert place["accessControlTranslation"] == {"owner": "Destination"}
    key = "arn:aws:kms:eu-central-1:999999999999:alias/aws/s3"
    assert place["encryptionConfiguration"] == {"replicaKmsKeyId": key}
    assert rule["sourceSelectionCriteria"] == {"sseKmsEncryptedObjects": {"status": "Enabled"}}


def test_the_role_reads_one_bucket_and_adds_to_the_other(full_storage: Recording[StoragePool]) -> None:
    name = "storage-bucket-documents-replication"
    statements = {each["Sid"]: each for each in full_storage.one(":RolePolicy", name).document("policy")["Statement"]}
    assert set(statements) == {"Look", "Read", "Add", "Decrypt"}
    assert statements["Read"]["Resource"] == [f"{OWN}/*"]
    assert statements["Add"]["Resource"] == ["arn:aws:s3:::far-copies/*"]
    assert "s3:ReplicateDelete" not in statements["Add"]["Action"]
    (trust,) = full_storage.one("iam/role:Role", name).document("assumeRolePolicy")["Statement"]
    assert trust["Principal"] == {"Service": "s3.amazonaws.com"}
    assert trust["Condition"]["ArnLike"] == {"aws:SourceArn": OWN}


def test_copies_within_the_stack_wait_for_versions_of_both_and_have_the_stacks_key() -> None:
    plan = ReplicationPlan(claim="models", region=plans.REGION, delete_markers=True)
    made = record(lambda: upstream.storage_pool(replicated(plans.full_site(), plan)))
    (rule,) = made.one(":BucketReplicationConfig").inputs["rules"]
    assert rule["destination"]["bucket"] == plans.names().bucket_arn("models")
    key = rule["destination"]["encryptionConfiguration"]["replicaKmsKeyId"]
    assert key.endswith("key/data")
    statements = made.one(":RolePolicy", "storage-bucket-documents-replication").document("policy")["Statement"]
    (add,) = [each for each in statements if each["Sid"] == "Add"]
    assert "s3:ReplicateDelete" in add["Action"]
    (encrypt,) = [each for each in statements if each["Sid"] == "Encrypt"]
    assert encrypt["Resource"] == [key]


def test_copies_to_another_site_are_made_once_both_are_there() -> None:
    far = plans.full_site().model_copy(update={"region": "eu-central-1"})
    plan = ReplicationPlan(claim="models", site="far", region="eu-central-1", delete_markers=False)
    here = replicated(plans.full_site(), plan)
    whole = plans.plan("prod", far=far, main=here)

    def build() -> None:
        built: Built = {}
        for key, site in whole.aws_sites.items():
            aws_pools(key, site, whole, plans.ACCOUNT_ID, built)
        copy_between_sites(built)

    made = record(build, stack="prod")
    (rule,) = made.one(":BucketReplicationConfig", "main-copies-documents-replication").inputs["rules"]
    assert rule["destination"]["bucket"].startswith("arn:aws:s3:::prod-far-models-")
    statements = made.one(":RolePolicy", "main-copies-documents-replication").document("policy")["Statement"]
    (encrypt,) = [each for each in statements if each["Sid"] == "Encrypt"]
    assert encrypt["Condition"] == {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}
    assert made.one(":Key", "far-security-key-data").arn in encrypt["Resource"]


def test_lists_go_encrypted_to_a_bucket_whose_policy_and_key_let_s3_in(
    full_storage: Recording[StoragePool],
) -> None:
    lists = full_storage.one(":Inventory", "storage-bucket-documents-inventory").inputs
    assert (lists["schedule"], lists["includedObjectVersions"]) == ({"frequency": "Weekly"}, "All")
    place = lists["destination"]["bucket"]
    assert place["bucketArn"] == plans.names().bucket_arn("models") and place["encryption"]["sseKms"]["keyId"]
    policy = full_storage.one(":BucketPolicy", "storage-bucket-models-policy").document("policy")
    (writes,) = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
    assert writes["Principal"] == {"Service": "s3.amazonaws.com"}
    assert writes["Condition"]["ArnLike"] == {"aws:SourceArn": [OWN]}
    key = secured(plans.full_site()).one(":Key", "main-security-key-data").document("policy")["Statement"]
    assert [each["Action"] for each in key if each["Sid"] == "Inventories"] == [["kms:GenerateDataKey"]]
