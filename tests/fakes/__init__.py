"""Stand-ins for what lies outside: vendors, visitors, a Rasa that does as told."""
