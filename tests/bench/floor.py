"""The floor of every HTTP figure: the least that a WSGI application can do on our web server."""


def application(_environ, start_response):
    """Answers b"ok" to everything."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]
