"""Add-ons of others that a bench compares with: pinned, installed into the cache by the bench alone, never a dependency."""

import subprocess
from dataclasses import dataclass

from tools.setup.progress import SetupError


@dataclass(frozen=True)
class Peer:
    """One set of add-ons.

    :param tuple pinned: packages with their exact versions
    :param tuple modules: what is installed of them
    """

    pinned: tuple
    modules: tuple


# by the word that a bench's ``bases`` name it with
PEERS = {
    "peers": Peer(
        ("odoo-addon-base-exception==19.0.1.0.0.5", "odoo-addon-sale-exception==19.0.1.0.1.1"),
        ("base_exception", "sale_exception"),
    ),
    "rma": Peer(("odoo-addon-rma==19.0.1.0.4.2", "odoo-addon-rma-sale==19.0.1.1.1"), ("rma", "rma_sale")),
}


def folder(setup, word):
    """The folder that goes on the path of add-ons, of the peer called ``word``.

    :raises SetupError: they cannot be had
    """
    pinned = PEERS[word].pinned

    def build(target):
        command = [str(setup.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        done = subprocess.run([*command, "--target", str(target), *pinned], capture_output=True, text=True)
        if done.returncode:
            raise SetupError(
                f"{' and '.join(pinned)} cannot be had, so there is nothing to compare with:\n{done.stderr.strip()[-600:]}"
            )

    name = word if word == "peers" else f"peers-{word}"
    target = setup.cache.path(name)
    setup.cache.once(name, " ".join(pinned), target, build, setup.progress, "fetching the peer's add-ons")
    return target / "odoo" / "addons"


def install(setup, database, word):
    """Install the peer called ``word`` in ``database``."""
    modules = ",".join(PEERS[word].modules)
    with setup.progress.step("installing the peer's add-ons"):
        command = setup.odoo_command(["server"])
        command[command.index("-c") + 1] = str(setup.conf([folder(setup, word)]))
        command += ["-d", database, "-i", modules, "--stop-after-init", "--log-level=warn", "--no-http"]
        done = subprocess.run(command, env=setup.env(), cwd="/", capture_output=True, text=True)
        if done.returncode or " CRITICAL " in done.stderr or " ERROR " in done.stderr:
            raise SetupError(f"installing {modules} failed:\n{(done.stdout + done.stderr).strip()[-2000:]}")
