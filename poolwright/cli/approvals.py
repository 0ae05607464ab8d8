"""`poolwright approvals STACK`: whether those who must approve a stack's lock have done so, before it is built."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from poolwright.cli import console
from poolwright.cli.approval_places import ApprovalPlace
from poolwright.cli.waiver_day import day_of
from poolwright.engine.project import Project, find_project
from solver.errors import ConfigError, ExitCode, Problem
from solver.inputs import shown
from solver.plan.lock import digest_of, read_lock, read_text

if TYPE_CHECKING:
    from poolwright.forge.approvals import Approvals, Approved
    from poolwright.review.gate import GateAnswer


def run(
    stack: str,
    *,
    place: ApprovalPlace | None,
    approved_by: tuple[str, ...],
    by: str | None,
    repository: str | None,
    address: str | None,
    on: str | None,
    as_json: bool,
) -> int:
    """Prints what the gate says; 5 when too few have approved. No forge is asked where the rules ask for none."""
    from poolwright.forge.approvals import Approval, Approvals
    from poolwright.release.approving import Approving, approvals_answer
    from poolwright.release.history import read_history
    from poolwright.release.options import overruled_in
    from solver.demand.promotion import StackRules, read_rules

    project = find_project()
    project.require_stack(stack)
    day = day_of(on)
    path = project.stacks / f"{stack}.lock.yaml"
    lock = read_lock(path, shown_as=shown(path))
    digest = digest_of(read_text(path) or "", file=shown(path), stack=stack)
    read = read_rules(project.root)
    rules = StackRules() if read is None else read[0].of(stack)
    told = Approvals(given=())
    if rules.approvals and place is not None:
        told = _asked(project, stack, place, repository, address)
    promoted = [each.by for each in read_history(project.root, stack) if each.lock == digest and each.source]
    said = (Approval(name=name) for name in approved_by)
    told = Approvals(
        given=(*told.given, *said),
        promoters=(*told.promoters, *promoted, *(() if by is None else (by,))),
        words=told.words,
    )
    answer = approvals_answer(Approving(rules=rules, told=told), overruled_in(project.root, stack, lock, day))
    if as_json:
        given = [{"name": each.name, "where": each.where} for each in told.given]
        console.print_json(
            {
                "stack": stack,
                "lock": digest,
                "approvals": rules.approvals,
                "approvers": list(rules.approvers),
                "given": given,
                "gate": answer.model_dump(mode="json"),
            }
        )
    else:
        _print(stack, answer)
    return int(ExitCode.DONE if answer.passed else ExitCode.REFUSED)


def _asked(
    project: Project, stack: str, place: ApprovalPlace, repository: str | None, address: str | None
) -> Approvals:
    """What the place says of the commit that brought the stack's lock."""
    from poolwright.forge.names import Forge
    from poolwright.forge.target import approvals_at
    from poolwright.release.delivery import environment_of
    from poolwright.release.revision import last_commit
    from poolwright.render.pipeline import slug
    from solver.demand.loader import find_stack, load_demand

    if place is ApprovalPlace.CODEPIPELINE:
        return _codepipeline().of("", slug(stack))
    approved = approvals_at(Forge(place.value), os.environ, repository=repository, address=address)
    path = project.stacks / f"{stack}.lock.yaml"
    commit = last_commit(project.root, [path])
    if commit is None:
        allowed = "a lock as a commit has it is allowed: what was approved is a commit"
        raise ConfigError([Problem(file=shown(path), path="", found="another lock, or no commit", allowed=allowed)])
    return approved.of(commit.revision, environment_of(stack, load_demand(find_stack(project.root, stack)).demand))


def _codepipeline() -> Approved:
    from poolwright.forge.codepipeline_approvals import CodePipelineApprovals

    kind, _, name = os.environ.get("CODEBUILD_INITIATOR", "").partition("/")
    execution = os.environ.get("PIPELINE_EXECUTION_ID", "")
    if kind != "codepipeline" or not execution:
        allowed = "a build of a pipeline is allowed: CODEBUILD_INITIATOR names it, PIPELINE_EXECUTION_ID its execution"
        raise ConfigError([Problem(file="", path="--from", found="codepipeline", allowed=allowed)])
    return CodePipelineApprovals(pipeline=name, execution=execution)


def _print(stack: str, answer: GateAnswer) -> None:
    words = {"pass": "yes", "fail": "no", "skipped": "not asked", "overridden": "no, overruled"}
    print(f"{stack}: approvals: {words[answer.result]}: {answer.evidence}")
    for line in answer.details:
        print(f"  {line}")
    if answer.override is not None and answer.override.owner:
        print(f"  overruled by {answer.override.owner}: {answer.override.reason}")
