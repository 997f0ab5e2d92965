"""How the front is served: uvicorn, with limits on what a connection may hold and how long it may take."""
