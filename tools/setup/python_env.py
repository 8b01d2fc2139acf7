"""The virtual environment: Odoo's Python packages and ours, pinned."""

import shutil
import subprocess
import sys

from . import debian, libraries
from .cache import ROOT, digest
from .progress import SetupError

OLDEST = (3, 11)
REQUIREMENTS = ("requirements.txt", "requirements-odoo.txt", "requirements-dev.txt")


def prepare(cache, progress):
    """The environment's ``python``, built anew when a requirements file changes."""
    if sys.version_info < OLDEST:
        raise SetupError(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}.")
    files = [ROOT / name for name in REQUIREMENTS]
    folder = cache.path("venv")
    # an environment does not survive being moved
    key = digest(sys.version, str(folder), *files)

    def build(target):
        _create(cache, target)
        command = [str(target / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # what Python makes of sources it keeps in a folder of ours (``Setup.env``)
        command.append("--no-compile")
        for path in files:
            command += ["-r", str(path)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SetupError(
                f"installing Python packages failed:\n{done.stderr.strip()[-1500:]}\n"
                "Is the package index reachable? Run the command again when it is."
            )

    cache.once("python", key, folder, build, progress, "installing Python packages")
    # Odoo looks for `wkhtmltopdf`; the package calls it otherwise
    engine = folder / "bin" / "wkhtmltopdf-pack"
    if engine.exists():
        libraries.prepare_pdf_engine(cache, engine, folder / "bin" / "wkhtmltopdf", progress)
    return folder / "bin" / "python"


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
