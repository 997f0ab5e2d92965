"""The web chat API, the public pages, and what stands before every route."""
