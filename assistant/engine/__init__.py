"""The Rasa server as this project runs it: a launcher with a few measured patches."""
