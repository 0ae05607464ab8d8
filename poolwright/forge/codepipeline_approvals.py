"""Approvals in AWS CodePipeline: manual approval actions of the execution that a build belongs to.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListActionExecutions.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from poolwright.forge.approvals import Approval, Approvals
from poolwright.forge.connection import ForgeError

Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CodePipelineApprovals:
    """Those of one execution."""

    pipeline: str
    """Its name."""
    execution: str
    """Id of the execution."""

    def of(self, revision: str, environment: str) -> Approvals:
        """Who said yes in the approval actions of the stage of this name."""
        del revision
        given = tuple(
            Approval(name=_person(str(each.get("updatedBy") or "")), where=f"stage {environment}")
            for each in self._actions()
            if each.get("stageName") == environment
            and each.get("status") == "Succeeded"
            and _category(each) == "Approval"
        )
        return Approvals(given=given)

    def _actions(self) -> Iterator[Entry]:
        asked: dict[str, Any] = {"pipelineName": self.pipeline, "filter": {"pipelineExecutionId": self.execution}}
        try:
            import boto3
        except ImportError as error:
            hint = "pip install 'poolwright[aws]'"
            raise ForgeError("AWS's SDK is needed to read approvals of CodePipeline", hint=hint) from error
        sdk: Any = boto3
        try:
            for page in sdk.client("codepipeline").get_paginator("list_action_executions").paginate(**asked):
                yield from cast("list[Entry]", page.get("actionExecutionDetails") or [])
        except Exception as error:  # what boto3 raises has no class of its own in common
            hint = "The build's role needs codepipeline:ListActionExecutions of the pipeline"
            raise ForgeError(f"CodePipeline gives no approvals: {error}", hint=hint) from error


def _category(action: Entry) -> str:
    kind = cast("Entry", cast("Entry", action.get("input") or {}).get("actionTypeId") or {})
    return str(kind.get("category") or "")


def _person(arn: str) -> str:
    """`arn:aws:sts::111122223333:assumed-role/Admin/ann@example.com` → ann@example.com."""
    return arn.rpartition("/")[2]
