"""Add-ons of others that a bench compares with: pinned, installed into the cache by the bench alone, never a dependency."""

import subprocess

from tools.setup.progress import SetupError

PINNED = ("odoo-addon-base-exception==19.0.1.0.0.5", "odoo-addon-sale-exception==19.0.1.0.1.1")
MODULES = ("base_exception", "sale_exception")


def folder(setup):
    """The folder that goes on the path of add-ons.

    :raises SetupError: they cannot be had
    """

    def build(target):
        command = [str(setup.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        done = subprocess.run([*command, "--target", str(target), *PINNED], capture_output=True, text=True)
        if done.returncode:
            raise SetupError(
                f"{' and '.join(PINNED)} cannot be had, so there is nothing to compare with:\n{done.stderr.strip()[-600:]}"
            )

    target = setup.cache.path("peers")
    setup.cache.once("peers", " ".join(PINNED), target, build, setup.progress, "fetching the peer's add-ons")
    return target / "odoo" / "addons"


def install(setup, database):
    """Install them in ``database``."""
    with setup.progress.step("installing the peer's add-ons"):
        command = setup.odoo_command(["server"])
        command[command.index("-c") + 1] = str(setup.conf([folder(setup)]))
        command += ["-d", database, "-i", ",".join(MODULES), "--stop-after-init", "--log-level=warn", "--no-http"]
        done = subprocess.run(command, env=setup.env(), cwd="/", capture_output=True, text=True)
        if done.returncode or " CRITICAL " in done.stderr or " ERROR " in done.stderr:
            raise SetupError(f"installing {', '.join(MODULES)} failed:\n{(done.stdout + done.stderr).strip()[-2000:]}")
