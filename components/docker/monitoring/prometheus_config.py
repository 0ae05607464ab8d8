"""What Prometheus asks of a host's containers, and when alerts fire, as its own files in JSON, which is YAML too.

Written for Prometheus 2.42, which Debian 12 has. Replicas are found by the name that Docker's DNS has for them: when
their number changes, only the alerts on load and replicas do.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from components.docker.monitoring.scraped import Scraped

FOLDER = "/etc/poolwright"
"""Folder of the files."""
RULES = f"{FOLDER}/rules.json"
PORT = 9090
"""Where Prometheus listens; Grafana alone reaches it."""
RUNBOOK = "docs/monitoring.md"
"""The project's own page; its parts have the alerts' names."""
RATE = "5m"
"""Rates are over so much."""

Json = dict[str, Any]


def prometheus_config(scraped: Sequence[Scraped], *, stack: str, site: str, host: str, scrape_seconds: int) -> str:
    """The main file: one job for each service, and Prometheus itself."""
    whole = {"stack": stack, "site": site, "host": host}
    config: Json = {
        "global": {
            "scrape_interval": f"{scrape_seconds}s",
            "scrape_timeout": f"{min(scrape_seconds, 10)}s",
            "evaluation_interval": f"{scrape_seconds}s",
        },
        "rule_files": [RULES],
        "scrape_configs": [
            *(_job(each, whole) for each in scraped),
            {
                "job_name": "prometheus",
                "static_configs": [{"targets": [f"127.0.0.1:{PORT}"], "labels": whole}],
            },
        ],
    }
    return _text(config)


def _job(each: Scraped, whole: dict[str, str]) -> Json:
    labels = {**whole, "workload": each.key}
    return {
        "job_name": each.key,
        "metrics_path": each.path,
        "dns_sd_configs": [{"names": [each.address], "type": "A", "port": each.port, "refresh_interval": "10s"}],
        "relabel_configs": [{"target_label": name, "replacement": value} for name, value in labels.items()],
        # A service that makes up labels without end would fill memory: its measurements are refused as a whole.
        "sample_limit": 5000,
    }


def alert_rules(scraped: Sequence[Scraped], *, error_share: float, runbook: str | None) -> str:
    """The rules' file: load, errors and replicas of each service, and Prometheus itself."""
    page = runbook or RUNBOOK
    rules = [rule for each in scraped for rule in _of_service(each, error_share, page)]
    own = _rule(
        "measuring",
        "increase(prometheus_rule_evaluation_failures_total[15m]) > 0 "
        "or increase(prometheus_tsdb_wal_writes_failed_total[15m]) > 0",
        "5m",
        {},
        "Prometheus fails to judge or to write what it measures",
        page,
    )
    groups = [{"name": "services", "rules": rules}] if rules else []
    return _text({"groups": [*groups, {"name": "measuring", "rules": [own]}]})


def _of_service(each: Scraped, error_share: float, page: str) -> list[Json]:
    labels = {"workload": each.key}
    return [
        _rule(
            "load",
            f"{load(each)} > {each.most_per_second:g}",
            "10m",
            labels,
            f"{each.key} is asked for more than the {each.most_per_second:g} a second that it is planned for here",
            page,
        ),
        _rule(
            "errors",
            f"{errors(each)} > {error_share:g}",
            "3m",
            labels,
            f"more than {error_share * 100:g} % of the answers of {each.key} are failures",
            page,
        ),
        _rule(
            "replicas",
            f"({answering(each)} or vector(0)) < {each.replicas}",
            "5m",
            labels,
            f"fewer than {each.replicas} replicas of {each.key} answer",
            page,
        ),
    ]


def load(each: Scraped) -> str:
    """Answers a second."""
    return f"sum(rate({each.words.requests}{_of(each)}[{RATE}]))"


def errors(each: Scraped) -> str:
    """Part of the answers that are failures; without a failure there is no series of failures."""
    failed = f"sum(rate({each.words.requests}{_of(each, each.words.failed)}[{RATE}]))"
    return f"({failed} or 0 * {load(each)}) / {load(each)}"


def seconds(each: Scraped, quantile: float) -> str:
    """Time within which so many of the answers come."""
    rate = f"sum by (le) (rate({each.words.seconds_bucket}{_of(each)}[{RATE}]))"
    found = f"histogram_quantile({quantile:g}, {rate})"
    return found if each.words.per_second == 1.0 else f"{found} / {each.words.per_second:g}"


def answering(each: Scraped) -> str:
    """Replicas whose metrics can be had."""
    return f"sum(up{_of(each)})"


def _of(each: Scraped, more: str = "") -> str:
    return "{" + ",".join(part for part in (f'workload="{each.key}"', more) if part) + "}"


def _rule(name: str, expression: str, patience: str, labels: dict[str, str], words: str, page: str) -> Json:
    return {
        "alert": name,
        "expr": expression,
        "for": patience,
        "labels": labels,
        "annotations": {"summary": words, "runbook": f"{page}#{name}"},
    }


def _text(value: Json) -> str:
    return json.dumps(value, indent=1, sort_keys=True) + "\n"
