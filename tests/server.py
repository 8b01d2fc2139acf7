"""A real Odoo server process for the tests that come from outside."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools.setup.databases import link

from .masters import PRINT_DELAY

# more than a module of tests tells a server that caches have changed
SIGNALS = 1_000_000


class RunningServer:
    """Context manager: an Odoo server on a database of its own.

    The database is a copy of ``ORDER_PROCESSING_TEMPLATE`` (set by ``bin/test``), never the one that the tests of this
    process hold open. Its demo users are ``processor``, ``manager`` and ``integration`` (password = login).

    Attributes: ``db``, ``port``, ``url``.
    """

    def __init__(self, template=None, workers=0):
        self.template = template or os.environ["ORDER_PROCESSING_TEMPLATE"]
        base = os.environ.get("ORDER_PROCESSING_DATABASE", f"op_test_{os.getpid()}")
        self.db = f"{base}-server-{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}-{id(self) % 9973}"
        self.workers = workers
        self._take_port()
        self.process = None
        self.log = None
        self.renewals = 0
        self.used = False

    def __enter__(self):
        self._make_database()
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log", delete=False)
        self._launch()
        return self

    def __exit__(self, *_exception):
        self.stop()
        self._drop_database()
        self.log.close()
        os.unlink(self.log.name)

    def stop(self, kill=False):
        """End the process; ``kill`` gives it no chance to finish what it does."""
        if self.process and self.process.poll() is None:
            self.process.kill() if kill else self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def restart(self):
        """Start the process again on the same database."""
        self.stop()
        self._launch()

    def renew(self):
        """A database as at the beginning, whatever was done in it; the process goes on where it lives and starts anew else.

        Loading Odoo takes longer than most modules of tests need the server.
        """
        self._drop_database()
        self._make_database()
        if self.process.poll() is None:
            self._forget_caches()
        else:
            self._launch()

    def words(self):
        """The end of the server's log."""
        return Path(self.log.name).read_text(encoding="utf-8", errors="replace")[-3000:]

    def _take_port(self):
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def _launch(self):
        """Start the process; where somebody took its port since it was found free, on another one."""
        for attempt in range(3):
            begin = os.path.getsize(self.log.name)
            try:
                return self._start()
            except RuntimeError:
                said = Path(self.log.name).read_bytes()[begin:]
                if attempt == 2 or self.process.poll() is None or b"Address already in use" not in said:
                    raise
                self._take_port()

    def _start(self):
        command = [
            *[sys.executable, "-W", "ignore", "-m", "odoo", "server", "-c", os.environ["ODOO_RC"], "-d", self.db],
            *["--http-port", str(self.port), "--http-interface", "127.0.0.1", "--workers", str(self.workers)],
            *["--db-filter", f"^{self.db}$", "--log-level", "warn", "--max-cron-threads", "0"],
            # by address space, which many threads reserve and do not use, it would start itself anew between two tests
            *["--limit-memory-soft", "0", "--limit-memory-hard", "0"],
        ]
        # a process group of its own, and no pipe that could fill up
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd="/", start_new_session=True
        )
        until = time.monotonic() + 300
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended at once:\n{self.words()}")
            try:
                with urllib.request.urlopen(f"{self.url}/web/login?db={self.db}", timeout=300):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        raise RuntimeError(f"the server did not answer:\n{self.words()}")

    def _make_database(self):
        copy_database(self.template, self.db)
        self._print_at_once()
        self._copy_files()

    def _drop_database(self):
        subprocess.run(["dropdb", "--if-exists", "--force", self.db], check=False)
        shutil.rmtree(self._filestore(self.db), ignore_errors=True)

    def _forget_caches(self):
        """Tell the process as another server would: what it remembers is of a database that is gone.

        Of the registry nothing is told: where a test has changed it, its number differs from the template's as it is.
        """
        self.renewals += 1
        self._run_sql(
            f"""
            DO $$ DECLARE name text; BEGIN
                FOR name IN SELECT table_name FROM information_schema.tables
                             WHERE table_name LIKE 'orm_signaling_%' AND table_name <> 'orm_signaling_registry' LOOP
                    PERFORM setval(pg_get_serial_sequence(name, 'id'), {self.renewals * SIGNALS});
                    EXECUTE format('INSERT INTO %I DEFAULT VALUES', name);
                END LOOP;
            END $$
            """
        )

    def _print_at_once(self):
        key, value = PRINT_DELAY
        self._run_sql(
            f"INSERT INTO ir_config_parameter (key, value) VALUES ('{key}', '{value}')"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        )

    def _run_sql(self, statement):
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.db, "-c", statement], check=True)

    def _filestore(self, database):
        return Path(os.environ["ORDER_PROCESSING_CACHE"], "data", "filestore", database)

    def _copy_files(self):
        source = self._filestore(self.template)
        if source.exists():
            shutil.copytree(source, self._filestore(self.db), dirs_exist_ok=True, copy_function=link)


def copy_database(template, name):
    """Make the database ``name`` as ``bin/test`` makes its copies."""
    options = os.environ.get("ORDER_PROCESSING_COPY", "").split()
    subprocess.run(["createdb", *options, "-T", template, name], check=True)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
