"""Fakes: messenger vendors, visitors, and a scripted Rasa."""
