"""Debian packages unpacked into a folder of ours: the system's apt and its packages stay as they were, no root needed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .progress import SetupError


def is_here():
    """Whether this machine has Debian's tools."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def own_release():
    """The code name of the machine's Debian release."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r"^VERSION_CODENAME=(\w+)", text, re.M)
    return found.group(1) if found else "bookworm"


def fetch(cache, suite, names, folder):
    """Download the packages ``names`` of ``suite`` into ``folder``.

    :raises SetupError: apt says no; its words are in the message
    """
    with cache.lock(f"apt-{suite}"):
        _apt(cache, suite, ["update"], folder)
        _apt(cache, suite, ["download", *names], folder)


def fetch_with_dependencies(cache, suite, names, folder):
    """Download ``names`` and what they depend on, less what this machine has, and return the files.

    :raises SetupError: apt says no; its words are in the message
    """
    (folder / "partial").mkdir(parents=True, exist_ok=True)
    with cache.lock(f"apt-{suite}"):
        _apt(cache, suite, ["update"], folder)
        # nothing is installed, so the system's lock, which only root may take, is not needed
        options = [f"-oDir::Cache::archives={folder}", "-oDebug::NoLocking=1"]
        _apt(cache, suite, [*options, "install", "-y", "--download-only", "--no-install-recommends", *names], folder)
    return sorted(folder.glob("*.deb"))


def unpack(packages, name, folder):
    """Unpack the newest downloaded package ``name`` into ``folder``."""
    found = sorted(packages.glob(f"{name}_*.deb"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise SetupError(f"the Debian package {name} was not downloaded")
    unpack_file(found[-1], folder)


def unpack_file(path, folder):
    """Unpack one ``.deb``."""
    done = subprocess.run(["dpkg-deb", "-x", str(path), str(folder)], capture_output=True, text=True)
    if done.returncode:
        path.unlink(missing_ok=True)
        raise SetupError(f"unpacking {path.name} failed: {done.stderr.strip()[-400:]}. Run the command again.")


def _apt(cache, suite, command, folder):
    private = cache.path("apt", suite)
    for part in ("lists/partial", "archives/partial"):
        (private / part).mkdir(parents=True, exist_ok=True)
    keyrings = sorted(Path("/usr/share/keyrings").glob("debian-archive-keyring.*"))
    signed = f"[signed-by={keyrings[0]}] " if keyrings else ""
    (private / "sources.list").write_text(f"deb {signed}{mirror()} {suite} main\n", encoding="utf-8")
    options = {
        "Dir::Etc::SourceList": private / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": private / "lists",
        "Dir::Cache": private,
        "APT::Get::List-Cleanup": "0",
        # a package list that did not come is a failure, not a warning about old lists
        "APT::Update::Error-Mode": "any",
        # the folder belongs to us, not to apt's sandbox user
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
    }
    done = subprocess.run(
        ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items()), *command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        verb = next(word for word in command if not word.startswith("-"))
        raise SetupError(
            f"apt-get {verb} (Debian {suite}) failed: {done.stderr.strip()[-400:]}. Is the mirror {mirror()} reachable?"
        )


def mirror():
    """The mirror that this machine's own apt is set up with.

    :raises SetupError: there is none
    """
    command = ["apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages"]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    targets = [line.split()[:2] for line in lines if len(line.split()) >= 2 and "security" not in line]
    # other people's archives may stand beside Debian's: the one that carries the release's own name is meant
    targets.sort(key=lambda target: (target[0] != own_release(), "debian" not in target[1]))
    if not targets:
        raise SetupError("this machine's apt names no Debian mirror: set ODOO_SOURCE to an Odoo 19.0 checkout.")
    return targets[0][1]
