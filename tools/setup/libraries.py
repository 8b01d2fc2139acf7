"""Shared libraries and fonts that a bare machine lacks, unpacked beside the programs that need them."""

import ctypes.util
import os
import platform
import shlex
import shutil
import subprocess
import sys

from . import debian
from .cache import digest

# what the PDF engine is linked with, what draws barcodes for later Pythons, and letters to print
PACKAGES = (
    *("libxrender1", "libfontconfig1", "libfreetype6", "libxext6", "libx11-6", "libcairo2"),
    "fonts-dejavu-core",
)
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{root}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{root}/var/cache/fontconfig</cachedir>
</fontconfig>
"""


def prepare_pdf_engine(cache, program, wrapper, progress):
    """Make ``wrapper`` start ``program`` (wkhtmltopdf), with libraries of ours where the machine's are missing."""
    if not missing(program) and os.path.exists("/etc/fonts/fonts.conf") and not lacks_cairo():
        with cache.lock("pdf-engine", progress):
            if not (wrapper.is_symlink() and wrapper.exists()):
                wrapper.unlink(missing_ok=True)
                wrapper.symlink_to(program.name)
        return
    root = cache.path("libraries")
    key = digest(debian.own_release(), *PACKAGES)
    cache.once(
        "libraries", key, root, lambda folder: unpack_all(cache, PACKAGES, folder), progress, "fetching libraries"
    )
    write_wrapper(wrapper, program, root)


def lacks_cairo():
    """Whether barcodes are drawn through cairo (see requirements-odoo.txt) and this machine has none."""
    return sys.version_info >= (3, 13) and not ctypes.util.find_library("cairo")


def environment(cache):
    """Variables by which Python finds libraries of ours; none where the machine's own do."""
    if lacks_cairo() and cache.path("libraries").exists():
        return {"LD_LIBRARY_PATH": os.pathsep.join(map(str, _folders(cache.path("libraries"))))}
    return {}


def missing(program):
    """Names of the shared libraries that ``program`` does not find on this machine."""
    ldd = shutil.which("ldd")
    if not ldd:
        return []
    words = subprocess.run([ldd, str(program)], capture_output=True, text=True).stdout
    return [line.split()[0] for line in words.splitlines() if "not found" in line]


def unpack_all(cache, names, root):
    """Unpack ``names``, and of what they depend on what this machine lacks, below ``root``, with a font list."""
    downloads = cache.path("packages", digest(*names))
    for path in debian.fetch_with_dependencies(cache, debian.own_release(), list(names), downloads):
        debian.unpack_file(path, root)
    (root / "fonts.conf").write_text(FONTS.format(root=root), encoding="utf-8")
    shutil.rmtree(downloads)


def _folders(root):
    triplet = f"{platform.machine()}-linux-gnu"
    places = [root / "usr" / "lib" / triplet, root / "lib" / triplet, root / "usr" / "lib"]
    # some packages keep what they share among themselves one folder deeper
    return places + sorted({path.parent for path in places[0].glob("*/lib*.so*")})


def write_wrapper(wrapper, program, root):
    """A shell script ``wrapper`` that starts ``program`` with the libraries and fonts below ``root``."""
    text = (
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH={shlex.quote(':'.join(map(str, _folders(root))))}\n"
        f"export FONTCONFIG_FILE={shlex.quote(str(root / 'fonts.conf'))}\n"
        f'exec {shlex.quote(str(program))} "$@"\n'
    )
    wrapper.parent.mkdir(parents=True, exist_ok=True)
    fresh = wrapper.with_suffix(f".{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o755)
    fresh.replace(wrapper)
