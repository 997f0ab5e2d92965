"""The IOM Germany assistant: approved answers, found by Rasa, rendered from `knowledge/`."""
