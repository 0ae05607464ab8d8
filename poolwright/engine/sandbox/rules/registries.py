"""ECR: repositories, their policies, and rules of the registry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.grammar import PolicyKind, policy_refusals
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, fields, objects, parsed_json, text, texts, whole

_INVALID: Final = "InvalidParameterException"
_NAME: Final = re.compile(r"^(?=.{2,256}$)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-]+[a-z0-9]+)*$")
_MUTABILITY: Final = frozenset({"MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"})
_UPSTREAMS: Final = re.compile(
    r"^(public\.ecr\.aws|registry\.k8s\.io|quay\.io|registry-1\.docker\.io|ghcr\.io|registry\.gitlab\.com|"
    r"cgr\.dev|[\w-]+\.azurecr\.io|\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com)$"
)
_NEEDS_CREDENTIAL: Final = re.compile(r"^(registry-1\.docker\.io|ghcr\.io|registry\.gitlab\.com|[\w-]+\.azurecr\.io)$")
_COUNTS: Final = frozenset({"imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"})


@validates("ecr.Repository")
def repository_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A name in lower case; a known rule for tags."""
    name = text(inputs.get("name"))
    if name is not None and not _NAME.match(name):
        words = "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression "
        yield Refusal(_INVALID, f"{words}[a-z0-9]+(?:[._-][a-z0-9]+)*/...': {name}", "name")
    tags = text(inputs.get("imageTagMutability"))
    if tags is not None and tags not in _MUTABILITY:
        words = f"imageTagMutability {tags}: {', '.join(sorted(_MUTABILITY))} are allowed"
        yield Refusal(_INVALID, words, "imageTagMutability")


@validates("ecr.RepositoryPolicy")
def repository_policy_fits(inputs: Properties) -> Iterator[Refusal]:
    """A repository's policy names principals and no resources."""
    yield from policy_refusals(inputs.get("policy"), PolicyKind.RESOURCE, "policy", _INVALID)


@validates("ecr.LifecyclePolicy")
def lifecycle_policy_fits(inputs: Properties) -> Iterator[Refusal]:
    """Rules with priorities of their own, a selection and an action; a rule for all images comes last."""
    given = text(inputs.get("policy"))
    if given is None:
        return
    document = parsed_json(given)
    rules = objects(fields(document).get("rules"))
    if not rules:
        yield Refusal(_INVALID, "Lifecycle policy validation failure: rules are missing", "policy")
        return
    priorities = [whole(rule.get("rulePriority")) for rule in rules]
    if None in priorities or len(set(priorities)) != len(priorities):
        words = "Lifecycle policy validation failure: every rule needs a rulePriority of its own"
        yield Refusal(_INVALID, words, "policy")
    last = max((priority for priority in priorities if priority is not None), default=0)
    for index, rule in enumerate(rules):
        selection, path = fields(rule.get("selection")), f"rules[{index}]"
        status, count = selection.get("tagStatus"), whole(selection.get("countNumber"))
        for fault in (
            "tagStatus must be tagged, untagged or any" if status not in ("tagged", "untagged", "any") else None,
            "countType is unknown" if selection.get("countType") not in _COUNTS else None,
            "countNumber must be positive" if count is None or count <= 0 else None,
            "action.type must be expire or transition"
            if fields(rule.get("action")).get("type") not in ("expire", "transition")
            else None,
            "tagged images need tagPrefixList or tagPatternList"
            if status == "tagged" and not (selection.get("tagPrefixList") or selection.get("tagPatternList"))
            else None,
            "a rule for any image must have the lowest precedence"
            if status == "any" and rule.get("rulePriority") != last
            else None,
        ):
            if fault is not None:
                yield Refusal(_INVALID, f"Lifecycle policy validation failure: {path}: {fault}", "policy")


@validates("ecr.PullThroughCacheRule")
def upstream_is_known(inputs: Properties) -> Iterator[Refusal]:
    """A registry that ECR can cache, with a credential where it asks for one."""
    upstream = text(inputs.get("upstreamRegistryUrl"))
    if upstream is None:
        return
    if not _UPSTREAMS.match(upstream):
        words = f"The upstream registry '{upstream}' is not supported"
        yield Refusal("UnsupportedUpstreamRegistryException", words, "upstreamRegistryUrl")
    credential = text(inputs.get("credentialArn"))
    if _NEEDS_CREDENTIAL.match(upstream) and inputs.get("credentialArn") is None:
        words = f"A credential is required for the upstream registry '{upstream}'"
        yield Refusal(_INVALID, words, "credentialArn")
    if credential is not None and ":secret:ecr-pullthroughcache/" not in credential:
        words = "The name of the secret must begin with ecr-pullthroughcache/"
        yield Refusal("InvalidParameterException", words, "credentialArn")


@refuses("ecr.Repository", on=(Action.CREATE,))
def repository_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A registry has one repository of a name."""
    name = change.inputs.get("name")
    if name is not None and cloud.where("ecr.Repository", "name", name):
        words = f"The repository with name '{name}' already exists in the registry with id '{cloud.identity.account}'"
        yield Refusal("RepositoryAlreadyExistsException", words, "name")


@validates("ecr.RepositoryCreationTemplate")
def template_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """What it applies to is known; its policies parse."""
    for index, applied in enumerate(texts(inputs.get("appliedFors"))):
        if applied not in ("PULL_THROUGH_CACHE", "REPLICATION", "CREATE_ON_PUSH"):
            words = f"appliedFor {applied}: PULL_THROUGH_CACHE, REPLICATION or CREATE_ON_PUSH is allowed"
            yield Refusal(_INVALID, words, f"appliedFors[{index}]")
    yield from policy_refusals(inputs.get("repositoryPolicy"), PolicyKind.RESOURCE, "repositoryPolicy", _INVALID)
