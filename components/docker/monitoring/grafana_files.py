"""What Grafana begins with, as files: where measurements are, and dashboards that nobody can change by clicking."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from components.docker.monitoring.prometheus_config import PORT, answering, errors, load, seconds
from components.docker.monitoring.scraped import Scraped

FOLDER = "/etc/poolwright"
"""Folder of the files."""
_SOURCE = "prometheus"
"""Its uid: dashboards, and whoever asks through Grafana, name it."""
_COLUMNS = 24
_EACH_ROW = 2
_HEIGHT = 8

Json = dict[str, Any]


def grafana_files(
    scraped: Sequence[Scraped], *, prometheus: str, stack: str, site: str, host: str, scrape_seconds: int
) -> dict[str, str]:
    """Text by path below the folder; `prometheus` is its name on the network."""
    where = f"{stack} {site} {host}"
    files: dict[str, Any] = {
        "provisioning/datasources/prometheus.yaml": _source(prometheus, scrape_seconds),
        "provisioning/dashboards/files.yaml": _provider(),
        "dashboards/host.json": _dashboard("host", where, [_alerts(), *_overview(scraped)]),
    }
    for each in scraped:
        files[f"dashboards/{each.key}.json"] = _dashboard(each.key, f"{where}: {each.key}", list(_of_service(each)))
    return {path: json.dumps(files[path], indent=1, sort_keys=True) + "\n" for path in sorted(files)}


def _source(prometheus: str, scrape_seconds: int) -> Json:
    return {
        "apiVersion": 1,
        "datasources": [
            {
                "name": "Prometheus",
                "uid": _SOURCE,
                "type": "prometheus",
                "access": "proxy",
                "url": f"http://{prometheus}:{PORT}",
                "isDefault": True,
                "editable": False,
                "jsonData": {"timeInterval": f"{scrape_seconds}s", "httpMethod": "POST", "manageAlerts": True},
            }
        ],
    }


def _provider() -> Json:
    return {
        "apiVersion": 1,
        "providers": [
            {
                "name": "poolwright",
                "type": "file",
                "allowUiUpdates": False,
                "disableDeletion": True,
                "options": {"path": f"{FOLDER}/dashboards"},
            }
        ],
    }


def _dashboard(key: str, title: str, panels: Sequence[Json]) -> Json:
    """Two panels to a row."""
    width = _COLUMNS // _EACH_ROW
    placed = [
        {
            **panel,
            "id": number + 1,
            "gridPos": {
                "x": number % _EACH_ROW * width,
                "y": number // _EACH_ROW * _HEIGHT,
                "w": width,
                "h": _HEIGHT,
            },
        }
        for number, panel in enumerate(panels)
    ]
    return {
        "uid": f"poolwright-{key}"[:40],
        "title": title,
        "tags": ["poolwright"],
        "timezone": "browser",
        "editable": False,
        "refresh": "30s",
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "panels": placed,
    }


def _overview(scraped: Sequence[Scraped]) -> Iterator[Json]:
    yield _graph("Load", "reqps", [(load(each), each.key) for each in scraped])
    yield _graph("Load, of what is planned", "percentunit", [(_used(each), each.key) for each in scraped], top=1.0)
    yield _graph("99 % of answers within", "s", [(seconds(each, 0.99), each.key) for each in scraped])
    yield _graph("Answers that are failures", "percentunit", [(errors(each), each.key) for each in scraped])
    yield _graph(
        "Replicas that answer",
        "short",
        [
            pair
            for each in scraped
            for pair in ((answering(each), each.key), (f"vector({each.replicas})", f"{each.key}: the plan's"))
        ],
    )
    yield _graph(
        "Measurements kept",
        "bytes",
        [("prometheus_tsdb_storage_blocks_bytes", "on disk"), ("prometheus_tsdb_retention_limit_bytes", "at most")],
    )


def _used(each: Scraped) -> str:
    return f"{load(each)} / {each.most_per_second:g}"


def _of_service(each: Scraped) -> Iterator[Json]:
    planned = (f"vector({each.most_per_second:g})", "the plan's highest")
    yield _graph("Load", "reqps", [(load(each), "asked for"), planned])
    yield _graph("Time to the answer", "s", [(seconds(each, part), f"p{part * 100:g}") for part in (0.5, 0.95, 0.99)])
    yield _graph("Answers that are failures", "percentunit", [(errors(each), "failures")])
    yield _graph(
        "Replicas that answer", "short", [(answering(each), "answer"), (f"vector({each.replicas})", "the plan's")]
    )
    yield _graph("Requests in flight", "short", [(f'sum(requests_in_flight{{workload="{each.key}"}})', "in flight")])
    yield _graph(
        "Memory of each replica",
        "bytes",
        [(f'process_resident_memory_bytes{{workload="{each.key}"}}', "{{instance}}")],
    )


def _alerts() -> Json:
    """Alerts that fire, or wait to."""
    return {
        "type": "table",
        "title": "Alerts",
        "datasource": {"type": "prometheus", "uid": _SOURCE},
        "targets": [_target('ALERTS{alertstate=~"pending|firing"}', "", "A", instant=True)],
        "transformations": [
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True, "Value": True, "__name__": True},
                    "indexByName": {"alertname": 0, "workload": 1, "alertstate": 2},
                },
            }
        ],
        "fieldConfig": {"defaults": {"noValue": "none"}, "overrides": []},
    }


def _graph(title: str, unit: str, lines: Sequence[tuple[str, str]], *, top: float | None = None) -> Json:
    defaults: Json = {"unit": unit, "min": 0, "custom": {"fillOpacity": 8, "lineWidth": 2}}
    if top is not None:
        steps = [{"color": "green", "value": None}, {"color": "red", "value": top}]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
        defaults["custom"]["thresholdsStyle"] = {"mode": "line"}
    return {
        "type": "timeseries",
        "title": title,
        "datasource": {"type": "prometheus", "uid": _SOURCE},
        "targets": [_target(query, label, f"Q{number}") for number, (query, label) in enumerate(lines)],
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
    }


def _target(query: str, label: str, identity: str, *, instant: bool = False) -> Json:
    found: Json = {"expr": query, "refId": identity, "legendFormat": label}
    return {**found, "instant": True, "format": "table"} if instant else found
