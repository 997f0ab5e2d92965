"""The web chat API, the public pages, and the middleware before every route."""
