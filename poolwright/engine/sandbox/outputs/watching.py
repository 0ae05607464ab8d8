"""Outputs of dashboards, health checks, budgets and the detection of costs that nobody expected."""

from __future__ import annotations

from poolwright.engine.sandbox.outputs.making import Making, given_or, outputs_of
from poolwright.engine.sandbox.values import Properties


@outputs_of("cloudwatch.Dashboard")
def dashboard(making: Making) -> Properties:
    """A dashboard is known by its name, and belongs to no region."""
    name = making.given("dashboardName")
    return {"id": name, "dashboardArn": making.arn("cloudwatch", f"dashboard/{name}", region="")}


@outputs_of("route53.HealthCheck")
def health_check(making: Making) -> Properties:
    """A health check is known by a UUID and belongs to no region; SNI is on where it speaks HTTPS."""
    check_id, https = making.uuid("check"), making.given("type").startswith("HTTPS")
    return {
        "id": check_id,
        "arn": making.arn("route53", f"healthcheck/{check_id}", region="", account=""),
        "enableSni": given_or(making.inputs, "enableSni", https),
    }


@outputs_of("budgets.Budget")
def budget(making: Making) -> Properties:
    """A budget is known by account and name."""
    name = making.made_name()
    return {
        "id": f"{making.account}:{name}",
        "name": name,
        "namePrefix": making.given("namePrefix"),
        "accountId": given_or(making.inputs, "accountId", making.account),
        "arn": making.arn("budgets", f"budget/{name}", region=""),
    }


@outputs_of("costexplorer.AnomalyMonitor")
def anomaly_monitor(making: Making) -> Properties:
    """A monitor is known by its ARN."""
    arn = making.arn("ce", f"anomalymonitor/{making.uuid('monitor')}", region="")
    return {"id": arn, "arn": arn}


@outputs_of("costexplorer.AnomalySubscription")
def anomaly_subscription(making: Making) -> Properties:
    """A subscription is known by its ARN."""
    arn = making.arn("ce", f"anomalysubscription/{making.uuid('subscription')}", region="")
    return {"id": arn, "arn": arn, "accountId": given_or(making.inputs, "accountId", making.account)}
