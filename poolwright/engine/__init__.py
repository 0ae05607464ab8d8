"""The Pulumi engine: the CLI binary, the Automation API, events as plain data, the sandbox."""
