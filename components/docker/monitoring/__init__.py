"""Monitoring on Docker hosts: Prometheus measures what runs beside it, Grafana shows it."""
