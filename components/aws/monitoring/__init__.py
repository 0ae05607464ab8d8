"""The monitoring pool on AWS: dashboards, alarms, money, notices."""
