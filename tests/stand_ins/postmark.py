"""Postmark's e-mail API, as far as one mail goes: takes it, or answers what it was told to."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Api:
    """`mails` that came; `answers`: (status, JSON) for the next ones; `url`."""

    def __init__(self):
        self.mails = []
        self.answers = []
        self.url = ""

    def answer(self, mail):
        self.mails.append(mail)
        return self.answers.pop(0) if self.answers else (200, {"ErrorCode": 0, "Message": "OK", "MessageID": "id-1", "To": mail["To"]})


@contextmanager
def postmark_api():
    """Runs the server; gives its `Api`."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            mail = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = api.answer(mail)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    api.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
