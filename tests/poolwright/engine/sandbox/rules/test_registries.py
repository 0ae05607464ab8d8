from __future__ import annotations

import json
from typing import Any

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

CODE = "InvalidParameterException"
SELECTION = {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 5}


def rules(*changes: dict[str, Any]) -> str:
    made = [{"rulePriority": 1, "selection": SELECTION, "action": {"type": "expire"}} | change for change in changes]
    return json.dumps({"rules": made})


def reading(principal: dict[str, str] | None) -> str:
    statement = {"Effect": "Allow", "Action": "ecr:BatchGetImage"} | ({"Principal": principal} if principal else {})
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


POLICY = {"repository": "web", "policy": rules({})}
CACHE = {"ecrRepositoryPrefix": "public", "upstreamRegistryUrl": "public.ecr.aws"}


@cases(
    a_name_is_in_lower_case=Case("ecr.Repository", {"name": "shop/web"}, {"name": "Shop/Web"}, CODE, "name"),
    a_rule_for_tags_exists=Case(
        "ecr.Repository",
        {"imageTagMutability": "IMMUTABLE"},
        {"imageTagMutability": "FIXED"},
        CODE,
        "imageTagMutability",
    ),
    a_policy_has_rules=Case("ecr.LifecyclePolicy", POLICY, {"policy": "{}"}, CODE, "policy"),
    priorities_differ=Case("ecr.LifecyclePolicy", POLICY, {"policy": rules({}, {})}, CODE, "policy"),
    a_rule_for_any_image_is_last=Case(
        "ecr.LifecyclePolicy",
        POLICY | {"policy": rules({}, {"rulePriority": 2, "selection": SELECTION | {"tagStatus": "any"}})},
        {"policy": rules({"selection": SELECTION | {"tagStatus": "any"}}, {"rulePriority": 2})},
        CODE,
        "policy",
    ),
    an_action_is_expire=Case(
        "ecr.LifecyclePolicy", POLICY, {"policy": rules({"action": {"type": "drop"}})}, CODE, "policy"
    ),
    an_upstream_is_known=Case(
        "ecr.PullThroughCacheRule",
        CACHE,
        {"upstreamRegistryUrl": "registry.example.com"},
        "UnsupportedUpstreamRegistryException",
        "upstreamRegistryUrl",
    ),
    docker_hub_asks_for_a_credential=Case(
        "ecr.PullThroughCacheRule",
        CACHE,
        {"upstreamRegistryUrl": "registry-1.docker.io"},
        CODE,
        "credentialArn",
    ),
    a_repositorys_policy_names_who=Case(
        "ecr.RepositoryPolicy",
        {"repository": "web", "policy": reading({"AWS": "arn:aws:iam::123456789012:root"})},
        {"policy": reading(None)},
        CODE,
        "policy",
    ),
    a_template_applies_to_something_known=Case(
        "ecr.RepositoryCreationTemplate",
        {"prefix": "a", "appliedFors": ["REPLICATION"]},
        {"appliedFors": ["PUSH"]},
        CODE,
        "appliedFors[0]",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_repository_is_new(sandbox: Sandbox) -> None:
    sandbox.create("ecr.Repository", "one", name="web")
    assert "RepositoryAlreadyExistsException" in sandbox.refusal("ecr.Repository", "two", name="web")
