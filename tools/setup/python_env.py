"""The virtual environment: Odoo's Python packages and ours, pinned."""

import shutil
import subprocess
import sys

from . import debian, libraries
from .cache import ROOT, digest
from .progress import SetupError

OLDEST = (3, 11)
# what runs Odoo, and what its tests need beside it
SERVER = ("requirements.txt", "requirements-odoo.txt")
TOOLS = ("requirements-dev.txt",)


def prepare(cache, progress):
    """The environment's ``python`` with what Odoo runs on, built anew when a requirements file of it changes."""
    if sys.version_info < OLDEST:
        raise SetupError(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}.")
    folder = cache.path("venv")

    def build(target):
        cache.forget("python-tools")
        _create(cache, target)
        _install(target, SERVER)

    cache.once("python", _key(folder, SERVER), folder, build, progress, "installing Python packages")
    # Odoo looks for `wkhtmltopdf`; the package calls it otherwise
    engine = folder / "bin" / "wkhtmltopdf-pack"
    if engine.exists():
        libraries.prepare_pdf_engine(cache, engine, folder / "bin" / "wkhtmltopdf", progress)
    return folder / "bin" / "python"


def add_tools(cache, progress):
    """Install what the tests need beside Odoo; a server may run on the environment meanwhile."""
    folder = cache.path("venv")
    key = _key(folder, [*SERVER, *TOOLS])
    with cache.lock("python-tools", progress):
        if cache.is_done("python-tools", key):
            return
        with progress.step("installing the tests' packages"):
            # the others are named again: nothing that Odoo runs on is replaced by another version
            _install(folder, [*SERVER, *TOOLS])
        cache.mark_done("python-tools", key)


def _key(folder, names):
    # an environment does not survive being moved
    return digest(sys.version, str(folder), *(ROOT / name for name in names))


def _install(folder, names):
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # what Python makes of sources it keeps in a folder of ours (``Setup.env``)
    command.append("--no-compile")
    for name in names:
        command += ["-r", str(ROOT / name)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(
            f"installing Python packages failed:\n{done.stderr.strip()[-1500:]}\n"
            "Is the package index reachable? Run the command again when it is."
        )


def _create(cache, folder):
    done = subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True, text=True)
    if not done.returncode:
        return
    # Debian keeps pip's wheel for new environments in a package of its own
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = cache.path("packages")
    packages.mkdir(exist_ok=True)
    if not debian.is_here():
        raise SetupError(
            f"no pip for the virtual environment: {done.stderr.strip()[-400:]}. Install Python's venv and pip."
        )
    debian.fetch(cache, debian.own_release(), ["python3-pip-whl"], packages)
    debian.unpack(packages, "python3-pip-whl", folder / "pip-wheel")
    wheel = next((folder / "pip-wheel").rglob("pip-*.whl"))
    command = [str(folder / "bin" / "python"), f"{wheel}/pip", "install", "--quiet", "--no-index", str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(f"no pip in the virtual environment: {done.stderr.strip()[-400:]}. Install python3-venv.")
