"""Rasa graph components, named by dotted path in the pipeline of `config.yml`."""
