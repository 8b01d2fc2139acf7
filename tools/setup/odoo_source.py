"""Odoo 19.0: ``ODOO_SOURCE`` when set, else the Debian package, else a clone of Odoo's 19.0 branch."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import debian
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
    """Where Odoo is: ``importable`` (folder on Python's path), its ``addons`` folders, a ``key`` that changes with it."""

    importable: Path
    addons: list
    key: str
    release: str = "19.0"


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
    commit = _commit(base)
    return OdooSource(base, addons, digest(str(base), release, commit), f"19.0 {commit[:10]}".strip())


def _commit(folder):
    """The commit of a checkout, so that templates are built anew when it moves on; ``""`` where there is none."""
    if not (folder / ".git").exists() or not shutil.which("git"):
        return ""
    return subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True, text=True
    ).stdout.strip()


def find(cache, progress):
    """Odoo's source, fetched into the cache if need be.

    :raises SetupError: none of the three ways works
    """
    if os.environ.get("ODOO_SOURCE"):
        return recognise(os.environ["ODOO_SOURCE"])
    clone, clone_key = cache.path("odoo-clone"), digest(REPOSITORY)
    # a clone made where Debian's mirror did not answer stays, else it would be made again each time
    if debian.is_here() and not cache.is_done("odoo-clone", clone_key):
        folder = cache.path("odoo")
        key = digest(PACKAGE, *WEB_PACKAGES, *RELEASE_PACKAGES)
        try:
            cache.once("odoo", key, folder, lambda target: _from_debian(cache, target), progress, "fetching Odoo 19.0")
            return recognise(folder / "usr" / "lib" / "python3" / "dist-packages")
        except SetupError as error:
            progress.say(f"  {error}")
            progress.say("  trying Odoo's public repository instead")
    if not shutil.which("git"):
        raise SetupError("Odoo could not be fetched: set ODOO_SOURCE to an Odoo 19.0 checkout, or install git.")
    cache.once("odoo-clone", clone_key, clone, _from_git, progress, "cloning Odoo 19.0")
    return recognise(clone)


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
    debian.fetch(cache, "sid", [PACKAGE, *WEB_PACKAGES], packages)
    debian.fetch(cache, debian.own_release(), list(RELEASE_PACKAGES), packages)
    for package in (PACKAGE, *WEB_PACKAGES, *RELEASE_PACKAGES):
        debian.unpack(packages, package, folder)
