"""A carrier's server that sells labels, and answers late, twice, wrongly or not at all."""

import json
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# a busy machine answers late without meaning it
PATIENCE = 2.0


class FakeCarrier:
    """Sells labels by our reference; ``bought`` are those that were paid for, in order.

    :param modes: what becomes of each sale: ``ok``, ``refuse``, ``late`` (sold, answered after the caller has gone), ``lost`` (sold,
        never answered), ``twice`` (the answer comes two times); by default all are ``ok``
    """

    def __init__(self):
        self.bought, self.modes, self.lock = [], [], threading.Lock()

    def sell(self, reference):
        """``(mode, label)`` of a sale."""
        with self.lock:
            mode = self.modes.pop(0) if self.modes else "ok"
            if mode != "refuse":
                self.bought.append(reference)
            return mode, {"tracking": f"T{len(self.bought):05d}", "price": 4.5, "reference": reference}

    def find(self, reference):
        """The label sold under ``reference``, or ``None``."""
        with self.lock:
            if reference not in self.bought:
                return None
            return {"tracking": f"T{self.bought.index(reference) + 1:05d}", "price": 4.5, "reference": reference}


@contextmanager
def serving(carrier):
    """The address at which ``carrier`` answers."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, status, body, times=1):
            content = json.dumps(body).encode()
            for _time in range(times):
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def do_POST(self):
            mode, label = carrier.sell(self.path[1:])
            if mode == "lost":
                self.close_connection = True
                self.connection.close()
                return
            if mode == "late":
                time.sleep(PATIENCE + 0.5)
            try:
                if mode == "refuse":
                    self._answer(422, {"error": "No such postcode"})
                else:
                    self._answer(200, label, 2 if mode == "twice" else 1)
            except OSError:
                pass

        def do_GET(self):
            label = carrier.find(self.path[1:])
            self._answer(200 if label else 404, label or {})

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def ask(address, reference, method):
    """What the server answers, ``None`` for 404; raises what a caller would meet."""
    request = urllib.request.Request(f"{address}/{reference}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise ValueError(json.load(error)["error"]) from None
