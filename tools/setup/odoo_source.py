"""Odoo 19.0: ``ODOO_SOURCE`` when set, else the Debian package, else a clone of Odoo's 19.0 branch."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .cache import digest
from .progress import SetupError

PACKAGE = "odoo-19"
WEB_PACKAGES = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
)
# its file names changed in later releases: the machine's own release has the one that Odoo links to
RELEASE_PACKAGES = ("fonts-font-awesome",)
REPOSITORY = "https://github.com/odoo/odoo.git"


@dataclass
class OdooSource:
    """Where Odoo is: ``importable`` (folder on Python's path), its ``addons`` folders, what it ``is``."""

    importable: Path
    addons: list
    key: str


def recognise(folder):
    """The ``OdooSource`` of a checkout, an install folder or the package folder ``odoo`` itself.

    :raises SetupError: no Odoo there, or not 19.0
    """
    folder = Path(folder).expanduser().absolute()
    for base in (folder, folder.parent):
        release = base / "odoo" / "release.py"
        if release.is_file():
            break
    else:
        raise SetupError(f"ODOO_SOURCE={folder} holds no Odoo: name the folder that contains odoo/release.py.")
    text = release.read_text(encoding="utf-8")
    version = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", text, re.M)
    if not version or version.groups() != ("19", "0"):
        found = ".".join(version.groups()) if version else "an unknown version"
        raise SetupError(f"ODOO_SOURCE={folder} is Odoo {found}: this add-on needs 19.0.")
    addons = [path for path in (base / "odoo" / "addons", base / "addons") if path.is_dir()]
    return OdooSource(importable=base, addons=addons, key=digest(str(base), release))


def find(cache, progress):
    """Odoo's source, fetched into the cache if need be."""
    if os.environ.get("ODOO_SOURCE"):
        return recognise(os.environ["ODOO_SOURCE"])
    folder = cache.path("odoo")
    if shutil.which("apt-get") and shutil.which("dpkg-deb"):
        key = digest(PACKAGE, *WEB_PACKAGES, *RELEASE_PACKAGES)
        try:
            cache.once("odoo", key, folder, lambda target: _from_debian(cache, target), progress, "fetching Odoo 19.0")
            return recognise(folder / "usr" / "lib" / "python3" / "dist-packages")
        except SetupError as error:
            progress.say(f"  {error}")
            progress.say("  trying Odoo's public repository instead")
    if not shutil.which("git"):
        raise SetupError("Odoo could not be fetched: set ODOO_SOURCE to an Odoo 19.0 checkout, or install git.")
    cache.once("odoo", digest(REPOSITORY), folder, _from_git, progress, "cloning Odoo 19.0")
    return recognise(folder)


def _from_git(folder):
    command = ["git", "clone", "--quiet", "--depth", "1", "--branch", "19.0", REPOSITORY, str(folder / "source")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(f"cloning Odoo failed: {done.stderr.strip()[-400:]}. Set ODOO_SOURCE to a 19.0 checkout.")
    for path in (folder / "source").iterdir():
        path.rename(folder / path.name)


def _from_debian(cache, folder):
    packages = cache.path("packages")
    packages.mkdir(exist_ok=True)
    fetch(cache, "sid", [PACKAGE, *WEB_PACKAGES], packages)
    fetch(cache, own_release(), list(RELEASE_PACKAGES), packages)
    for package in (PACKAGE, *WEB_PACKAGES, *RELEASE_PACKAGES):
        unpack(packages, package, folder)


def own_release():
    """The code name of the machine's Debian release."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r"^VERSION_CODENAME=(\w+)", text, re.M)
    return found.group(1) if found else "bookworm"


def fetch(cache, suite, names, folder):
    """Download Debian packages of ``suite`` into ``folder`` with lists of our own: the system's apt stays as it was.

    :raises SetupError: apt says no; its words are in the message
    """
    mirror = _mirror()
    private = cache.path("apt", suite)
    for part in ("lists/partial", "archives/partial"):
        (private / part).mkdir(parents=True, exist_ok=True)
    keyrings = [path for path in Path("/usr/share/keyrings").glob("debian-archive-keyring.*")]
    signed = f"[signed-by={keyrings[0]}] " if keyrings else ""
    (private / "sources.list").write_text(f"deb {signed}{mirror} {suite} main\n", encoding="utf-8")
    options = {
        "Dir::Etc::SourceList": private / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": private / "lists",
        "Dir::Cache": private,
        "APT::Get::List-Cleanup": "0",
        # the folder belongs to us, not to apt's sandbox user
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
    for command in (["update"], ["download", *names]):
        done = subprocess.run([*apt, *command], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise SetupError(f"apt-get {command[0]} ({suite}) failed: {done.stderr.strip()[-400:]}")


def unpack(packages, name, folder):
    """Unpack the newest downloaded package ``name`` into ``folder``."""
    found = sorted(packages.glob(f"{name}_*.deb"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise SetupError(f"the Debian package {name} was not downloaded")
    subprocess.run(["dpkg-deb", "-x", str(found[-1]), str(folder)], check=True)


def _mirror():
    """The mirror that this machine's own apt is set up with."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in done.stdout.split() if "security" not in line]
    if not lines:
        raise SetupError("this machine's apt names no Debian mirror: set ODOO_SOURCE to an Odoo 19.0 checkout.")
    return lines[0]
