"""The desk's pages, one module each; every module here is served (app.py says what it has to offer)."""
