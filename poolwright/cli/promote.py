"""`poolwright promote FROM TO`: moves a release, asks the gates, writes what a pull request contains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from poolwright.cli import engine_commands
from poolwright.cli.console import say
from poolwright.engine.project import Project, find_project
from solver.demand.loader import find_stack
from solver.errors import ExitCode
from solver.inputs import StackInputs, read_inputs, shown

if TYPE_CHECKING:
    from poolwright.release.moving import Side
    from poolwright.release.options import Words
    from poolwright.release.release import Release
    from poolwright.review.gate_facts import Runs
    from poolwright.review.promotion import Promotion
    from solver.plan.lock import Lock
    from solver.plan.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who else is asked: the engine, the account."""

    cloud: str | None
    """None: no engine is asked."""
    account: str | None = None
    """The cloud whose account is asked for quotas and for what is known of images; None: none is."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A promotion, and what it writes where no gate says no."""

    promotion: Promotion
    release: Release
    release_path: Path
    lock: Lock
    lock_path: Path
    plan: Plan | None
    on: date
    """The day of the promotion."""
    by: str
    """Who promotes."""


def run(
    source: str,
    target: str,
    *,
    words: Words,
    asked: Asked,
    dry_run: bool,
    out: Path | None,
    as_json: bool,
    now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
) -> int:
    """Prints the promotion; 5 when a gate says no, and then nothing is written."""
    project = find_project()
    moved = promotion_of(project, source, target, words=words, asked=asked, now=now())
    promotion = moved.promotion
    if promotion.outcome == "written":
        folder = out if out is not None else project.home / "promotions" / target
        promotion = (
            promotion.model_copy(update={"outcome": "would-be-written"}) if dry_run else _write(project, moved, folder)
        )
    _print(promotion, as_json=as_json)
    return int(ExitCode.REFUSED if promotion.outcome == "refused" else ExitCode.DONE)


def promotion_of(project: Project, source: str, target: str, *, words: Words, asked: Asked, now: datetime) -> Moved:
    """All of a promotion but the writing: `outcome` is `written` where nothing says no.

    Raises InputError (2) for mistakes, InfeasibleError (3) where the target's demand can't hold the release, StaleError
    (4) where the source has no lock.
    """
    from poolwright.cli.check import report_on
    from poolwright.cli.history import who
    from poolwright.release.account import account_of
    from poolwright.release.assemble import Sources, promotion_from
    from poolwright.release.moving import next_lock, next_release, side_of
    from poolwright.release.options import moment_of, overruling, way
    from poolwright.release.release import write_release
    from poolwright.release.trial import relocated, trial_of
    from solver.demand.release_overlay import release_path
    from solver.plan.lock import write_lock

    root = project.root
    rules, tree = way(root, source, target)
    paths = {name: find_stack(root, name) for name in (source, target)}
    one = side_of(source, paths[source], read_inputs(root, source), needs_lock=True)
    other = side_of(target, paths[target], read_inputs(root, target), needs_lock=False)
    release = next_release(one, target, rules.own_keys, root)
    moment = moment_of(words.at, other.inputs.loaded.demand.time_zone, now)
    by = words.by or who(root)
    overruled = overruling(rules, tree, target, release=release.release, day=moment.date(), words=words)
    path, lock_path = release_path(paths[target]), other.inputs.lock_path
    if other.release is not None and other.release.release == release.release and other.lock and not other.stale:
        return Moved(
            promotion=_nothing(one, other),
            release=other.release,
            release_path=path,
            lock=other.lock,
            lock_path=lock_path,
            plan=None,
            on=moment.date(),
            by=by,
        )
    with trial_of(project) as trial:
        write_release(trial.root / path.relative_to(root), release)
        inputs = read_inputs(trial.root, target)
        loaded = replace(inputs.loaded, tree=relocated(inputs.loaded.tree, trial.root, root))
        inputs = replace(inputs, loaded=loaded)
        lock, plan = next_lock(inputs, other, release, root, lambda each: _solved(target, each))
        digest = write_lock(inputs.lock_path, lock)
        preview = None if asked.cloud is None else engine_commands.previewed(target, cloud=asked.cloud, project=trial)
        cloud = asked.cloud or ""
        promotion = promotion_from(
            Sources(
                root=root,
                source=one,
                target=other,
                inputs=inputs,
                release=release,
                lock=lock,
                lock_digest=digest,
                rules=rules,
                overruling=overruled,
                words=replace(words, by=by),
                moment=moment,
                cloud=asked.cloud,
                preview=preview,
                checked=None if preview is None else report_on(inputs, preview, cloud=cloud, on=moment.date()),
                runs=None if asked.cloud is None else _runs(project, source, asked.cloud),
                account=None if asked.account is None else account_of(asked.account, project.sandbox),
            )
        )
    return Moved(
        promotion=promotion,
        release=release,
        release_path=path,
        lock=lock,
        lock_path=lock_path,
        plan=plan,
        on=moment.date(),
        by=by,
    )


def _nothing(one: Side, other: Side) -> Promotion:
    """The target has the release already."""
    from poolwright.review.promotion import Promotion
    from poolwright.review.review import Decisions, Money

    assert other.release is not None and other.lock is not None
    none = Decisions(number=0, lines=())
    cost = other.lock.proof.cost_usd_per_month
    return Promotion(
        source=one.name,
        target=other.name,
        release=other.release.release,
        before=other.release.release,
        lock=other.lock_digest,
        outcome="nothing-to-do",
        cloud=None,
        gates=(),
        code=(),
        sizes=none,
        other_decisions=none,
        money=Money(old=cost, new=cost),
        images=(),
        needs=(),
        pull_request=None,
        written=(),
    )


def _solved(stack: str, inputs: StackInputs) -> Plan:
    from poolwright.cli.plan import solved

    say(f"planning {stack} with the release")
    return solved(stack, inputs)[0]


def _runs(project: Project, stack: str, cloud: str) -> Runs:
    """What the stack's state says that it was built from."""
    from poolwright.review.gate_facts import Runs

    approved: object = engine_commands.outputs_of(project, stack, cloud=cloud).get("approvedPlan")
    found = cast("dict[str, object]", approved).get("lockDigest") if isinstance(approved, dict) else None
    return Runs(lock_digest=None if found is None else str(found))


def _write(project: Project, moved: Moved, folder: Path) -> Promotion:
    """Writes release, lock and what a pull request needs; each file whole."""
    from poolwright.release.history import Entry, Event, append_entry
    from poolwright.release.release import write_release
    from poolwright.review.plan_at_hand import keep_plan
    from solver.plan.lock import write_lock
    from solver.plan.whole_file import write_whole

    asked = moved.promotion.pull_request
    assert asked is not None
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"branch": asked.branch + "\n", "title": asked.title + "\n", "body.md": asked.body}
    for name, text in texts.items():
        write_whole(folder / name, text)
    write_release(moved.release_path, moved.release)
    digest = write_lock(moved.lock_path, moved.lock)
    if moved.plan is not None:
        keep_plan(project, digest, moved.plan)
    here = moved.release.proven[-1]
    history = append_entry(
        project.root,
        moved.promotion.target,
        Entry(
            event=Event.PROMOTED,
            on=moved.on,
            release=moved.release.release,
            lock=digest,
            by=moved.by,
            source=moved.promotion.source,
            revision=here.revision,
        ),
    )
    files = (moved.release_path, moved.lock_path, history, *(folder / name for name in texts))
    return moved.promotion.model_copy(update={"written": tuple(shown(file.resolve()) for file in files)})


def _print(promotion: Promotion, *, as_json: bool) -> None:
    if as_json:
        print(promotion.model_dump_json(indent=2))
        return
    from poolwright.render.report.promotion import document_of
    from poolwright.render.report.terminal import terminal
    from poolwright.render.screen import screen

    screen().print(terminal(document_of(promotion), everything=True))
    for file in promotion.written:
        say(f"{file}: written")
