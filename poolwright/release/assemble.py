"""Puts a Promotion together: the release, the target's lock before and after, the preview, and what the gates say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path

from poolwright.checks.report import CheckReport
from poolwright.engine.preview import Preview
from poolwright.release.account import Account, KnownImage
from poolwright.release.definition_changes import definition_changes, is_size
from poolwright.release.history import SUFFIX, Event, read_history
from poolwright.release.moving import Side, image_rows, image_uses, needs_of, shared_before
from poolwright.release.options import Overruling, Words
from poolwright.release.release import Release
from poolwright.release.revision import last_commit
from poolwright.release.undeclared import undeclared_differences
from poolwright.render.report.markdown import markdown
from poolwright.render.report.promotion import document_of, title_of
from poolwright.review.assemble import decisions_of
from poolwright.review.gate_facts import Facts, ImageUse, PromotionFacts, Runs
from poolwright.review.gates import gates_of
from poolwright.review.promotion import Promotion, PullRequest
from poolwright.review.quotas import quota_uses
from poolwright.review.resources import cautions_of, counted
from poolwright.review.review import Decisions, Money
from solver.demand.promotion import PromotionRules
from solver.inputs import StackInputs
from solver.plan.difference import Change, difference
from solver.plan.lock import Lock


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a promotion is told by."""

    root: Path
    source: Side
    target: Side
    """As it was before."""
    inputs: StackInputs
    """Of the target, with the release."""
    release: Release
    lock: Lock
    """The target's, for the release."""
    lock_digest: str
    rules: PromotionRules
    overruling: Overruling
    words: Words
    moment: datetime
    cloud: str | None
    """Where the engine was asked; None: it was not."""
    preview: Preview | None
    checked: CheckReport | None
    runs: Runs | None
    account: Account | None


def promotion_from(sources: Sources) -> Promotion:
    """The promotion; its outcome is `written` or `refused`, and nothing is written yet."""
    target, lock = sources.target, sources.lock
    uses = _image_uses(sources)
    gates = tuple(gates_of(_facts(sources, uses), off=sources.overruling.off, overrides=sources.overruling.overrides))
    before = shared_before(target, sources.rules.own_keys, sources.root)
    after = {"workloads": sources.release.workloads, "storage": sources.release.storage}
    changes = () if target.lock is None else difference(target.lock, lock).changes
    passed = all(gate.passed for gate in gates)
    promotion = Promotion(
        source=sources.source.name,
        target=target.name,
        release=sources.release.release,
        before=None if target.release is None else target.release.release,
        lock=sources.lock_digest,
        outcome="written" if passed else "refused",
        cloud=sources.cloud,
        gates=gates,
        code=() if before is None else definition_changes(before, after),
        code_is_known=before is not None,
        sizes=_decisions(each for each in changes if is_size(each)),
        other_decisions=_decisions(each for each in changes if not is_size(each)),
        also_stale=target.stale,
        money=Money(
            old=None if target.lock is None else target.lock.proof.cost_usd_per_month,
            new=lock.proof.cost_usd_per_month,
        ),
        resources={} if sources.preview is None else {str(word): n for word, n in counted(sources.preview).items()},
        images=image_rows(uses, target.lock),
        needs=needs_of(lock, target.lock, sources.source.name),
        pull_request=None,
        written=(),
    )
    return promotion if not passed else promotion.model_copy(update={"pull_request": pull_request_of(promotion)})


def pull_request_of(promotion: Promotion) -> PullRequest:
    """What a pull request needs; its text is what a terminal shows, in Markdown, without the report's marker."""
    text = markdown(document_of(promotion))
    stacks = f"stacks/{promotion.target}"
    return PullRequest(
        branch=f"promote/{promotion.target}/{promotion.release}",
        title=title_of(promotion),
        body=text.partition("\n\n")[2],
        files=(f"{stacks}.release.yaml", f"{stacks}.lock.yaml", f"{stacks}{SUFFIX}"),
    )


def _decisions(changes: Iterable[Change]) -> Decisions:
    return decisions_of(tuple(changes))


def _image_uses(sources: Sources) -> tuple[ImageUse, ...]:
    account = sources.account
    if account is None:
        return image_uses(sources.lock, None)
    regions = {key: site.region for key, site in sources.source.inputs.loaded.demand.aws_sites.items()}

    def known(site: str, workload: str, digest: str) -> KnownImage:
        # What is promoted is in the source's repository; sites of the same name are taken for the same.
        region = regions.get(site)
        if region is None:
            return KnownImage()
        return account.image(region, f"{sources.source.name}/{site}/{workload}", digest)

    return image_uses(sources.lock, known)


def _health(sources: Sources) -> tuple[Runs | None, datetime | None]:
    """What the source runs and how that went, and since when: from git, and from what its history says of the lock."""
    source = sources.source
    commit = last_commit(sources.root, [source.inputs.lock_path])
    zone = sources.moment.tzinfo
    since = None if commit is None else commit.at.astimezone(zone)
    ran = [
        entry
        for entry in read_history(sources.root, source.name)
        if entry.lock == source.lock_digest and entry.event is not Event.PROMOTED
    ]
    tests = len(source.inputs.loaded.demand.smoke)
    runs = sources.runs
    if runs is not None and tests:
        asked = f"; up asks its {tests} smoke test{'s' * (tests > 1)}, and goes back where one fails"
        runs = replace(runs, words=asked)
    if not ran:
        return runs, since
    # A lock may lie in git for days before it is built: the first run counts where it is written down.
    begun = datetime.combine(ran[0].on, time(), zone)
    since = begun if since is None else max(since, begun)
    last = ran[-1]
    if last.healthy is None:
        return runs, since
    words = f"; its smoke tests {'passed' if last.healthy else 'failed'} on {last.on}"
    if sources.runs is None and last.healthy:
        return None, since
    runs = sources.runs or Runs(lock_digest=source.lock_digest)
    return replace(runs, healthy=last.healthy, words=words), since


def _facts(sources: Sources, uses: tuple[ImageUse, ...]) -> Facts:
    source, target, rules = sources.source, sources.target, sources.rules.of(sources.target.name)
    runs, since = _health(sources)
    account = sources.account
    demand = sources.inputs.loaded.demand
    quotas = quota_uses(sources.lock, demand, sources.inputs.catalog(), None if account is None else account.quota)
    return Facts(
        lock=sources.lock,
        lock_digest=sources.lock_digest,
        demand=demand,
        on=sources.moment.date(),
        checked=sources.checked,
        cautions=None if sources.preview is None else cautions_of(sources.preview),
        acknowledged=sources.overruling.acknowledged,
        max_age_days=rules.max_price_age_days,
        quotas=quotas,
        promotion=PromotionFacts(
            source=source.name,
            target=target.name,
            release=sources.release.release,
            order=sources.rules.order,
            proven=tuple(each.stack for each in sources.release.proven),
            differences=undeclared_differences(source.path, target.path, sources.rules.own_keys),
            source_lock=source.lock_digest,
            source_stale=source.stale,
            target_stale=target.stale,
            runs=runs,
            since=since,
            soak_hours=rules.soak_hours,
            moment=sources.moment,
            standing_usd_per_month=None if target.lock is None else target.lock.proof.cost_usd_per_month,
            rise_percent=rules.budget_rise_percent,
            rise_usd_per_month=rules.budget_rise_usd_per_month,
            images=uses,
            image_proofs=rules.images,
            window=rules.window,
            approvals=rules.approvals,
            approvers=rules.approvers,
            approved_by=sources.words.approved_by,
            by=sources.words.by,
            approvals_later=sources.words.approvals_later,
        ),
    )
