"""Build: component resources that take a part of the plan and never compute sizes."""
