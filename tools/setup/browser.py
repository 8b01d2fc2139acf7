"""A Chromium for the tests that look at screens: the machine's own, else Debian's unpacked into the cache."""

import os
import shutil
import subprocess

from . import debian, libraries
from .cache import digest
from .progress import SetupError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
# a text on a screen needs letters
PACKAGES = ("chromium", "fonts-dejavu-core")


def find(cache=None):
    """Path of a browser on this machine or in ``cache``, or ``''``."""
    named = os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), "")
    if not named and cache and cache.is_done("browser", _key()) and _wrapper(cache).exists():
        return str(_wrapper(cache))
    return named


def prepare(cache, progress):
    """Path of a browser; on Debian one is unpacked into the cache when the machine has none.

    :raises SetupError: there is none and none can be had
    """
    if find(cache):
        return find(cache)
    way_out = (
        "Install one (Debian: apt-get install chromium), name one in CHROMIUM,"
        " or leave these tests out with: bin/test -m 'not browser'."
    )
    if not debian.is_here():
        raise SetupError(f"no Chromium found for the screen tests. {way_out}")

    def build(folder):
        try:
            _build(cache, folder)
        except SetupError as error:
            raise SetupError(f"no Chromium for the screen tests: {error}. {way_out}") from error

    cache.once("browser", _key(), cache.path("browser"), build, progress, "fetching Chromium")
    return str(_wrapper(cache))


def _key():
    return digest(debian.own_release(), *PACKAGES)


def _wrapper(cache):
    return cache.path("browser", "bin", "chromium")


def _build(cache, folder):
    root = folder / "root"
    libraries.unpack_all(cache, PACKAGES, root)
    libraries.write_wrapper(folder / "bin" / "chromium", root / "usr" / "lib" / "chromium" / "chromium", root)
    command = [str(folder / "bin" / "chromium"), "--no-sandbox", "--version"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(f"the unpacked browser does not start: {done.stderr.strip()[-400:]}")
