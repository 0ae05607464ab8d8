"""Outputs of identities, keys and secrets."""

from __future__ import annotations

import json
from typing import Final

from poolwright.engine.sandbox.outputs.making import Making, given_or, outputs_of
from poolwright.engine.sandbox.outputs.network import CREATED_AT
from poolwright.engine.sandbox.values import Properties, flag, items, text

_LINKED_ROLES: Final = {
    "autoscaling.amazonaws.com": "AutoScaling",
    "batch.amazonaws.com": "Batch",
    "config.amazonaws.com": "Config",
    "ecs.amazonaws.com": "ECS",
    "ecs.application-autoscaling.amazonaws.com": "ApplicationAutoScaling_ECSService",
    "elasticloadbalancing.amazonaws.com": "ElasticLoadBalancing",
    "guardduty.amazonaws.com": "AmazonGuardDuty",
    "spot.amazonaws.com": "EC2Spot",
    "spotfleet.amazonaws.com": "EC2SpotFleet",
}
_MIXED: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@outputs_of("iam.Role")
def role(making: Making) -> Properties:
    """A role is known by its name."""
    name = making.made_name()
    return {
        "id": name,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "arn": _iam_arn(making, f"role{_path(making)}{name}"),
        "uniqueId": f"AROA{making.letters(17, 'role')}",
        "createDate": CREATED_AT,
        "inlinePolicies": items(making.inputs.get("inlinePolicies")),
        "managedPolicyArns": items(making.inputs.get("managedPolicyArns")),
    }


@outputs_of("iam.Policy")
def policy(making: Making) -> Properties:
    """A managed policy is known by its ARN."""
    name = making.made_name()
    arn = _iam_arn(making, f"policy{_path(making)}{name}")
    return {
        "id": arn,
        "arn": arn,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "policyId": f"ANPA{making.letters(17, 'policy')}",
        "attachmentCount": 0,
    }


@outputs_of("iam.RolePolicy")
def role_policy(making: Making) -> Properties:
    """An inline policy is known by its role and name."""
    name = making.made_name()
    return {"id": f"{making.given('role')}:{name}", "name": name, "namePrefix": making.given("namePrefix")}


@outputs_of("iam.RolePolicyAttachment")
def role_policy_attachment(making: Making) -> Properties:
    """A managed policy at a role."""
    return {"id": f"{making.given('role')}/{making.given('policyArn')}"}


@outputs_of("iam.RolePoliciesExclusive")
def role_policies_exclusive(making: Making) -> Properties:
    """The inline policies that a role may have."""
    return {"id": making.given("roleName")}


@outputs_of("iam.InstanceProfile")
def instance_profile(making: Making) -> Properties:
    """What a machine carries its role in."""
    name = making.made_name()
    return {
        "id": name,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "arn": _iam_arn(making, f"instance-profile{_path(making)}{name}"),
        "uniqueId": f"AIPA{making.letters(17, 'profile')}",
        "createDate": CREATED_AT,
    }


@outputs_of("iam.OpenIdConnectProvider")
def open_id_connect_provider(making: Making) -> Properties:
    """An identity provider is known by the address of its tokens' issuer."""
    arn = _iam_arn(making, f"oidc-provider/{making.given('url').removeprefix('https://')}")
    return {
        "id": arn,
        "arn": arn,
        "thumbprintLists": given_or(making.inputs, "thumbprintLists", [making.hex(40, "thumbprint")]),
    }


@outputs_of("iam.ServiceLinkedRole")
def service_linked_role(making: Making) -> Properties:
    """A role that a service made for itself."""
    service = making.given("awsServiceName")
    stem = _LINKED_ROLES.get(service, service.partition(".")[0].title())
    suffix = text(making.inputs.get("customSuffix"))
    name = f"AWSServiceRoleFor{stem}{'_' + suffix if suffix else ''}"
    path = f"/aws-service-role/{service}/"
    arn = _iam_arn(making, f"role{path}{name}")
    return {
        "id": arn,
        "arn": arn,
        "name": name,
        "path": path,
        "uniqueId": f"AROA{making.letters(17, 'linked')}",
        "createDate": CREATED_AT,
    }


@outputs_of("kms.Key")
def key(making: Making) -> Properties:
    """A key; its default policy leaves it to the account's administrators."""
    multi = flag(making.inputs.get("multiRegion"))
    key_id = f"mrk-{making.hex(32, 'key')}" if multi else making.uuid("key")
    return {
        "id": key_id,
        "keyId": key_id,
        "arn": making.arn("kms", f"key/{key_id}"),
        "description": making.given("description"),
        "multiRegion": multi,
        "policy": given_or(making.inputs, "policy", _default_key_policy(making)),
        "rotationPeriodInDays": given_or(
            making.inputs, "rotationPeriodInDays", 365 if flag(making.inputs.get("enableKeyRotation")) else 0
        ),
    }


@outputs_of("kms.Alias")
def alias(making: Making) -> Properties:
    """A name for a key."""
    name = making.given("name") or f"alias/{making.given('namePrefix').removeprefix('alias/')}{making.hex(26)}"
    target = making.given("targetKeyId")
    key_id = target.rpartition("/")[2]
    return {
        "id": name,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "arn": making.arn("kms", name),
        "targetKeyArn": target if target.startswith("arn:") else making.arn("kms", f"key/{key_id}"),
    }


@outputs_of("secretsmanager.Secret")
def secret(making: Making) -> Properties:
    """A secret's ARN ends in six letters that no other secret of the name has."""
    name = making.made_name()
    arn = making.arn("secretsmanager", f"secret:{name}-{making.letters(6, 'secret', _MIXED)}")
    return {
        "id": arn,
        "arn": arn,
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "policy": making.given("policy"),
    }


@outputs_of("secretsmanager.SecretRotation")
def secret_rotation(making: Making) -> Properties:
    """A rotation is known by its secret."""
    return {"id": making.given("secretId"), "rotationEnabled": True}


@outputs_of("secretsmanager.SecretVersion")
def secret_version(making: Making) -> Properties:
    """One value of a secret."""
    secret_id = making.given("secretId")
    version = f"terraform-{making.decimal(26, 'version')}"
    found = making.cloud.get("secretsmanager.Secret", secret_id)
    arn = secret_id if found is None else str(found.outputs.get("arn"))
    return {
        "id": f"{secret_id}|{version}",
        "arn": arn,
        "secretArn": arn,
        "versionId": version,
        "versionStages": given_or(making.inputs, "versionStages", ["AWSCURRENT"]),
        "hasSecretStringWo": making.inputs.get("secretStringWo") is not None,
    }


def _iam_arn(making: Making, resource: str) -> str:
    return making.arn("iam", resource, region="")


def _path(making: Making) -> str:
    return making.given("path", "/")


def _default_key_policy(making: Making) -> str:
    statement = {
        "Action": "kms:*",
        "Effect": "Allow",
        "Principal": {"AWS": _iam_arn(making, "root")},
        "Resource": "*",
        "Sid": "Enable IAM User Permissions",
    }
    return json.dumps({"Id": "key-default-1", "Statement": [statement], "Version": "2012-10-17"})
