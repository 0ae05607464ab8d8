"""Several sites: where each workload runs, and which site serves which part of a service's load."""
