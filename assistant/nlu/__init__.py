"""Understanding messages: Rasa graph components, the sentence encoder and the ranking of entries."""
