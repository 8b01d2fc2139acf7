"""An Odoo server of one database, as a process of its own."""

import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HOST = "127.0.0.1"


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def is_free(port):
    """Whether a server could listen on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


class Server:
    """Context manager: a server that answers, ended with the block.

    :param list command: Odoo's server command without database and port
    :param dict env: its environment, default this process's
    :param str database: the one database it serves
    :param int port: where it listens
    """

    def __init__(self, command, database, port, env=None):
        self.command = [
            *command,
            *("-d", database, "--db-filter", f"^{database}$", "--no-database-list"),
            *("--http-interface", HOST, "--http-port", str(port), "--workers", "0", "--log-level", "error"),
        ]
        self.env = env
        self.database = database
        self.url = f"http://{HOST}:{port}"
        self.process = None
        self.log = None

    def __enter__(self):
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")
        self.process = subprocess.Popen(
            self.command,
            env=self.env,
            # never from a folder whose files shadow Python's own modules
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/web/login", timeout=30):
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        words = Path(self.log.name).read_text(encoding="utf-8", errors="replace")[-2000:]
        self.__exit__()
        raise RuntimeError(f"the server did not start:\n{words}")

    def __exit__(self, *_exception):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def wait(self):
        """Until it ends by itself."""
        return self.process.wait()
