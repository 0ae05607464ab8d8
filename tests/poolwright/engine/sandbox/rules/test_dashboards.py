from __future__ import annotations

import json
from typing import Any

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

TEXT = {"type": "text", "x": 0, "y": 0, "width": 24, "height": 3, "properties": {"markdown": "# Load"}}
GRAPH = {"type": "metric", "properties": {"metrics": [["AWS/ECS", "CPUUtilization"]], "region": "us-east-1"}}


def page(*widgets: Any) -> dict[str, Any]:
    return {"dashboardName": "prod-main", "dashboardBody": json.dumps({"widgets": widgets})}


@cases(
    a_name_is_plain=Case(
        "cloudwatch.Dashboard", page(TEXT), {"dashboardName": "prod main"}, "InvalidParameterInput", "dashboardName"
    ),
    a_page_has_widgets=Case("cloudwatch.Dashboard", page(TEXT), page(), "InvalidParameterInput", "dashboardBody"),
    a_kind_is_known=Case(
        "cloudwatch.Dashboard",
        page(TEXT),
        page({**TEXT, "type": "words"}),
        "InvalidParameterInput",
        "dashboardBody",
    ),
    a_widget_is_on_the_page=Case(
        "cloudwatch.Dashboard", page(TEXT), page({**TEXT, "x": 1}), "InvalidParameterInput", "dashboardBody"
    ),
    a_text_has_words=Case(
        "cloudwatch.Dashboard", page(TEXT), page({**TEXT, "properties": {}}), "InvalidParameterInput", "dashboardBody"
    ),
    a_graph_has_a_region=Case(
        "cloudwatch.Dashboard",
        page(GRAPH),
        page({**GRAPH, "properties": {"metrics": [["AWS/ECS", "CPUUtilization"]]}}),
        "InvalidParameterInput",
        "dashboardBody",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)
