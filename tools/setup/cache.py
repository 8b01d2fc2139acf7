"""The cache folder: locks between runs, and markers that are written only when a step is complete."""

import fcntl
import hashlib
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# a lock lasts as long as its open file
_HELD = []


def digest(*parts):
    """Short hash over texts and files (``Path``), as part of a folder's or database's name."""
    found = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            found.update(str(part.name).encode() + b"\0" + part.read_bytes())
        else:
            found.update(str(part).encode() + b"\0")
    return found.hexdigest()[:10]


def tree_digest(folder, suffixes=None):
    """Hash over the names and contents of all files below ``folder``."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and (not suffixes or path.suffix in suffixes):
            found.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:10]


class Cache:
    """The project's ignored folder.

    :param Path folder: default ``.cache`` of the project, or ``ORDER_PROCESSING_CACHE``
    """

    def __init__(self, folder=None):
        self.folder = Path(folder or os.environ.get("ORDER_PROCESSING_CACHE") or ROOT / ".cache").absolute()
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, *parts):
        """A path below the folder."""
        return self.folder.joinpath(*parts)

    @property
    def tag(self):
        """Short name of this folder, for what is shared with others: a database server, ``/tmp``."""
        return digest(str(self.folder))[:5]

    @contextmanager
    def lock(self, name, progress=None):
        """Hold the lock ``name``; a second run waits and says so."""
        path = self.path("locks", name)
        path.parent.mkdir(exist_ok=True)
        with open(path, "w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if progress:
                    progress.say(f"· another run is busy with “{name}”, waiting for it …")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def hold(self, name):
        """Say for as long as this process lives that it uses ``name``; any number of processes may."""
        path = self.path("locks", f"use-{name}")
        path.parent.mkdir(exist_ok=True)
        handle = open(path, "w")
        fcntl.flock(handle, fcntl.LOCK_SH)
        _HELD.append(handle)

    def is_used(self, name):
        """Whether a living process holds ``name``."""
        path = self.path("locks", f"use-{name}")
        if not path.exists():
            return False
        with open(path, "w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def is_done(self, name, key):
        """Whether the step ``name`` was completed for ``key``; a half-finished one was not."""
        marker = self.path("done", name)
        return marker.is_file() and marker.read_text(encoding="utf-8") == key

    def mark_done(self, name, key):
        """Record that ``name`` is complete for ``key``, in one atomic move."""
        marker = self.path("done", name)
        marker.parent.mkdir(exist_ok=True)
        fresh = marker.with_suffix(f".{os.getpid()}")
        fresh.write_text(key, encoding="utf-8")
        fresh.replace(marker)

    def forget(self, name):
        """Make the step ``name`` run again."""
        self.path("done", name).unlink(missing_ok=True)

    def once(self, name, key, folder, build, progress, text):
        """Build ``folder`` by ``build(folder)`` unless it stands complete for ``key``; leftovers are removed first."""
        with self.lock(name, progress):
            if self.is_done(name, key) and folder.exists():
                return folder
            self.forget(name)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            with progress.step(text):
                build(folder)
            self.mark_done(name, key)
        return folder
