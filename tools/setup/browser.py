"""A Chromium for the tests that look at screens."""

import os
import shutil
import subprocess

from .progress import SetupError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find():
    """Path of a browser on this machine, or ``''``."""
    return os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), "")


def prepare(cache, progress):
    """Path of a browser; on Debian as root it is installed when missing.

    :raises SetupError: there is none and this account may not install it
    """
    if find():
        return find()
    if os.geteuid() or not shutil.which("apt-get"):
        raise SetupError(
            "no Chromium found for the screen tests: install it (Debian: apt-get install chromium), name one in CHROMIUM,"
            " or leave these tests out with: bin/test -m 'not browser'."
        )
    with cache.lock("browser", progress), progress.step("installing Chromium"):
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            done = subprocess.run(
                ["apt-get", "-qq", *command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )
            if done.returncode and command[0] == "install":
                raise SetupError(f"installing Chromium failed: {done.stderr.strip()[-400:]}")
    return find()
