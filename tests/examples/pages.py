"""The pages of docs/examples: each is its text in docs/examples/source with the plan's figures; `make cases` writes it.

A text asks for tables and figures, and says with `so(…)` what its words take for granted: where a plan no longer bears
them out, the page can't be written and the text must be changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from poolwright.render.plan_week import week_panels
from poolwright.render.replay_view import share_words
from poolwright.render.week_chart import week_chart
from solver.demand.load import LoadProfile
from solver.demand.workloads import Service
from solver.plan.compute import NodeGroup
from solver.plan.cost import Billing, Pool, total_usd_per_month
from solver.plan.docker import DockerSitePlan
from solver.quantity import HOURS_PER_MONTH, HOURS_PER_WEEK, format_cpu, format_gib, format_memory_mib, format_usd
from solver.replay import Case, Loss, least_served, replay
from tests.examples.stacks import EXAMPLES, FOLDER, ROOT, Example, planned
from tests.examples.tables import number, signed, table
from tests.examples.watched import watched

PAGES = ROOT / "docs" / "examples"
_SOURCE = PAGES / "source"
INDEX = "README"


def page(name: str) -> str:
    """An example's page."""
    return _environment().get_template(f"{name}.md.j2").render(story=Story(planned(name)), other=_other(name), so=so)


def index() -> str:
    """The page that leads to all of them."""
    stories = {name: Story(planned(name)) for name in EXAMPLES}
    return _environment().get_template(f"{INDEX}.md.j2").render(stories=stories, so=so)


def charts(name: str) -> dict[str, str]:
    """The pictures that an example's page shows, by file: its week, and other weeks that it plans."""
    weeks = {name: None, **{f"{name}-{path.stem}": f"weeks/{path.name}" for path in _weeks(name)}}
    found = {file: planned(name, demand) for file, demand in weeks.items()}
    return {
        f"{file}.svg": week_chart(f"Load and capacity of {name}, hour by hour", week_panels(each.plan, each.demand))
        for file, each in found.items()
    }


def _weeks(name: str) -> list[Path]:
    return sorted((FOLDER / name / "stacks" / "weeks").glob("*.yaml"))


def so(holds: object) -> str:
    """Nothing, where what the page's words say is so."""
    if not holds:
        raise AssertionError("the plan no longer bears out what the text says there")
    return ""


class Story:
    """What a page can ask of an example's plan."""

    def __init__(self, found: Example) -> None:
        self.found = found
        self.plan = found.plan
        self.demand = found.demand

    @property
    def cost(self) -> str:
        """The month."""
        return format_usd(self.plan.proof.cost_usd_per_month)

    def built(self, workload: str, template: str) -> bool:
        """Whether the project makes the images of all variants of a workload from a template."""
        wanted = self.demand.workloads[workload]
        images = [variant.image or wanted.image for variant in wanted.variants.values()]
        return all(each.build is not None and each.build.template == template for each in images)

    @property
    def gap(self) -> str:
        """Within what it is proven."""
        return f"{self.plan.proof.gap * 100:.2f} %"

    def usd(self, amount: float) -> str:
        """Dollars."""
        return format_usd(amount)

    def peak(self, service: str) -> str:
        """A service's highest load."""
        return number(max(_load(self.demand.workloads[service]).week_per_second()))

    def groups(self, workload: str, purchase: str | None = None) -> list[NodeGroup]:
        """The node groups that hold a workload."""
        return [
            group
            for site in self.plan.aws_sites.values()
            for group in site.compute.node_groups
            if any(slot.partition(".")[0] == workload for slot in group.slots)
            and purchase in (None, group.purchase.value)
        ]

    def runs_on(self, workload: str, purchase: str | None = None) -> list[str]:
        """Machine types of a workload, in order."""
        return sorted({group.machine_types[0] for group in self.groups(workload, purchase)})

    def reason(self, subject: str) -> str:
        """The plan's own words for a decision, `workload assistant`."""
        return " ".join(each.text for each in self.plan.reasons if each.subject == subject)

    def item_usd(self, start: str) -> str:
        """What the cost lines come to whose item begins so."""
        return format_usd(total_usd_per_month(line for line in self.plan.cost_lines if line.item.startswith(start)))

    def pool_usd(self, pool: str) -> str:
        """What a pool costs a month."""
        return format_usd(total_usd_per_month(line for line in self.plan.cost_lines if line.pool is Pool(pool)))

    @property
    def needs(self) -> str:
        """Services: what is asked, what is planned, what is left without a zone."""
        head = ("service", "highest load", "in", "with headroom", "planned for", "left without a zone or host")
        rows = [
            (
                each.workload if len(self.plan.sites) == 1 else f"{each.workload} at {each.site}",
                f"{number(each.load_per_second)}/s",
                each.peak,
                f"{number(each.need_per_second)}/s",
                f"{number(each.have_per_second)}/s",
                f"{number(each.after_zone_loss_per_second)}/s",
            )
            for each in self.found.explanation.services
        ]
        return table(head, rows, right=(1, 3, 4, 5))

    @property
    def machines(self) -> str:
        """Node groups: what they are, how bought, what they hold, how many."""
        head = ("machine", "bought", "each holds", "machines", "USD a month")
        several = len(self.plan.sites) > 1
        rows = [
            (
                group.machine_types[0] if not several else f"{group.machine_types[0]} at {name}",
                group.purchase.value,
                ", ".join(f"{count} × {slot}" for slot, count in group.slots.items()),
                _low_to_high(group),
                f"{_of_group(self.found, name, group):,.2f}",
            )
            for name, site in self.plan.aws_sites.items()
            for group in site.compute.node_groups
        ]
        return table(head, rows, right=(3, 4))

    @property
    def hosts(self) -> str:
        """Owned hosts: what they have, and what runs on them."""
        head = ("host", "has", "runs", "vCPUs taken")
        rows: list[tuple[str, ...]] = []
        for name, site in self.plan.docker_sites.items():
            asks = {f"{service.key}.{each.key}": each for service in site.services for each in service.variants}
            for host in site.hosts:
                has = f"{format_cpu(host.cpu_millis)} vCPU, {format_memory_mib(host.memory_mib)}"
                if host.accelerator_model is not None:
                    has += f", {host.accelerator_count} × {host.accelerator_model}"
                taken = sum(count * asks[slot].cpu_millis for slot, count in host.replicas.items())
                runs = ", ".join(f"{count} × {slot}" for slot, count in host.replicas.items()) or "nothing"
                rows.append((f"{name} {host.key}", has, runs, format_cpu(taken)))
        return table(head, rows, right=(3,))

    @property
    def storage(self) -> str:
        """What is kept where, and what it costs."""
        head = ("kept", "USD a month")
        items = dict.fromkeys(line.item for line in self.plan.cost_lines if line.pool is Pool.STORAGE)
        rows = [(item, f"{_of_item(self.found, item):,.2f}") for item in items]
        return table(head, rows, right=(1,))

    @property
    def money(self) -> str:
        """By pool and way of billing."""
        lines = self.plan.cost_lines
        shown = [billing for billing in Billing if any(line.billing is billing for line in lines)]
        rows: list[tuple[str, ...]] = []
        for pool in (*Pool, None):
            of_pool = [line for line in lines if pool in (None, line.pool)]
            parts = [total_usd_per_month(line for line in of_pool if line.billing is billing) for billing in shown]
            cells = [f"{part:,.2f}" for part in (*parts, total_usd_per_month(of_pool))]
            rows.append((pool.value if pool is not None else "all", *cells))
        return table(("USD a month", *shown, "total"), rows, right=range(1, len(shown) + 2))

    @property
    def watched(self) -> str:
        """Alarms, and when each rings."""
        return watched(self.plan)

    def guarantees(self, *names: str) -> str:
        """What promises cost: each is one plan more."""
        rows: list[tuple[str, ...]] = []
        for name in names:
            asked = self.found.guarantee(name)
            gap = asked.comparison
            costs = "nothing holds the demand then" if gap is None else signed(-gap.usd_per_month)
            least = "" if gap is None else f"{-gap.most_usd_per_month:+,.0f} to {-gap.least_usd_per_month:+,.0f}"
            rows.append((name, asked.question.kept, asked.question.without, costs, least))
        return table(("promise", "now", "instead", "costs, USD a month", "least possible"), rows, right=(3, 4))

    @property
    def measures(self) -> str:
        """Measures of the compliance profile that are not free, in the plan's words."""
        paid = [each for each in self.plan.reasons if "measure " in each.subject and not each.text.startswith("free")]
        rows = [(each.subject.replace("measure ", ""), each.text.removesuffix(".")) for each in paid]
        return table(("measure", "costs, and what asks for it"), rows)

    @property
    def replayed(self) -> str:
        """What is served of the week when more comes, or something goes."""
        cases = self.found.replayed
        factors = list(dict.fromkeys(case.factor for case in cases))
        head = ["lost", *(cell for factor in factors for cell in (f"{factor:g} × the load", "grown"))]
        rows = [
            (
                (f"{loss.value}" if len(self.plan.sites) == 1 else f"{loss.value} at {site}"),
                *(cell for factor in factors for cell in _shares(cases, site, loss, factor)),
            )
            for site in dict.fromkeys(case.site for case in cases)
            for loss in Loss
            if any(case.loss is loss and case.site == site for case in cases)
        ]
        return table(head, rows, right=range(1, len(head)))

    def served_in(self, other: Story, service: str, *, grown: bool = False) -> str:
        """Part of a service's load in another week that this plan serves."""
        cases = replay(self.found.lock.as_plan(), other.demand, self.found.catalog, factors=(1.0,))
        case = next(each for each in cases if each.workload == service and each.loss is Loss.NOTHING)
        return share_words((case.grown if grown else case.planned).share)

    def week_usd(self, other: Story) -> str:
        """What a week of the other plan costs more than one of this."""
        more = other.plan.proof.cost_usd_per_month - self.plan.proof.cost_usd_per_month
        return format_usd(more * HOURS_PER_WEEK / HOURS_PER_MONTH)

    def at_most(self, workload: str) -> int:
        """Replicas of a workload in its highest hour."""
        return max(
            sum(hours)
            for site in self.plan.aws_sites.values()
            for service in site.compute.services
            if service.key == workload
            for hours in [[max(each.replicas.hourly()) for each in service.variants]]
        )

    def served(self, service: str, loss: str, factor: float = 1.0, *, grown: bool = False) -> str:
        """Part of a service's load that is served."""
        case = next(
            case
            for case in self.found.replayed
            if case.workload == service and case.loss.value == loss and case.factor == factor
        )
        return share_words((case.grown if grown else case.planned).share)

    @property
    def sources(self) -> str:
        """Each variant's throughput with where it comes from."""
        head = ("variant", "each replica", "a second", "source")
        rows = [
            (
                f"{key}.{name}",
                f"{format_cpu(each.cpu)} vCPU, {format_memory_mib(each.memory)}"
                + (f", {each.accelerator.count} × {each.accelerator.model}" if each.accelerator else ""),
                number(each.throughput_per_second),
                each.source,
            )
            for key, workload in self.demand.workloads.items()
            for name, each in workload.variants.items()
        ]
        return table(head, rows, right=(2,))

    @property
    def sites(self) -> str:
        """Where it runs, in words."""
        return ", ".join(
            f"{len(site.hosts)} own host{'s' if len(site.hosts) > 1 else ''}"
            if isinstance(site, DockerSitePlan)
            else site.region
            for site in self.plan.sites.values()
        )

    @property
    def resources(self) -> dict[str, str]:
        """Sizes of what hosts share."""
        return {
            claim.key: format_gib(claim.size_gib) for site in self.plan.docker_sites.values() for claim in site.claims
        }


def _other(name: str) -> Callable[[str], Story]:
    def other(demand: str) -> Story:
        return Story(planned(name, demand))

    return other


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(_SOURCE)
    # The pages are Markdown, which has no markup to escape into.
    return Environment(loader=loader, undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)


def _load(workload: object) -> LoadProfile:
    assert isinstance(workload, Service)
    return workload.load


def _of_item(found: Example, item: str, site: str | None = None) -> float:
    lines = found.plan.cost_lines
    return total_usd_per_month(line for line in lines if line.item == item and site in (None, line.site))


def _of_group(found: Example, site: str, group: NodeGroup) -> float:
    return _of_item(found, f"node-group {group.key}", site)


def _low_to_high(group: NodeGroup) -> str:
    low, high = group.machines.low, max(group.machines.hourly())
    return str(low) if low == high else f"{low} to {high}"


def _shares(cases: Sequence[Case], site: str, loss: Loss, factor: float) -> Iterator[str]:
    here = [case for case in cases if case.site == site and case.loss is loss and case.factor == factor]
    for grown in (False, True):
        least = least_served(here, grown=grown)
        assert least is not None
        yield share_words((least.grown if grown else least.planned).share)
