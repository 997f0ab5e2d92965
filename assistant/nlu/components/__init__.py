"""Rasa graph components, named by dotted path in `config.yml`, in the order of the pipeline."""
