"""Custom graph components, named by dotted path in `config.yml`."""
