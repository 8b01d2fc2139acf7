"""Template databases: one with the modules the add-on depends on, one with the add-on itself, per kind.

A template is built under a name of its own and renamed when complete, so that a half-made one is never used.
"""

import ast
import os
import shutil
import subprocess

from .cache import ROOT, digest, tree_digest
from .progress import SetupError

ADDON = ROOT / "order_processing"
# core modules that the add-on detects at run time, for the tests marked `optional`
OPTIONAL = ("mrp", "stock_dropshipping", "repair", "sale_loyalty", "stock_fleet")
# the style sheets and scripts that pages and reports load, made once: else each server on a copy and each class of
# tests, whose transaction is rolled back, makes them again
BUNDLES = """
qweb = env["ir.qweb"]
for bundle in ("web.assets_web", "web.assets_web_print", "web.assets_frontend", "web.assets_backend_lazy"):
    qweb._get_asset_bundle(bundle, js=False).css()
for bundle in ("web.report_assets_common", "web.report_assets_pdf"):
    qweb._get_asset_bundle(bundle, js=False, autoprefix=True).css()
for bundle in ("web.assets_web", "web.assets_frontend_minimal", "web.assets_frontend_lazy", "web.assets_backend_lazy"):
    qweb._get_asset_bundle(bundle, css=False).js()
env.cr.commit()
"""
KINDS = {
    # kind: (demo data, more modules)
    "demo": (True, ()),
    "plain": (False, ()),
    "optional": (True, OPTIONAL),
}


def manifest():
    """The add-on's manifest as a dict."""
    return ast.literal_eval((ADDON / "__manifest__.py").read_text(encoding="utf-8"))


class Databases:
    """Databases of one set-up.

    :param setup: the ``Setup`` that runs Odoo and PostgreSQL's programs
    """

    def __init__(self, setup):
        self.setup = setup

    def exists(self, name):
        """Whether there is a database ``name``."""
        command = ["psql", "-d", "postgres", "-qAt", "-c", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"]
        return self.setup.run(command).stdout.strip() == "1"

    def names(self, prefix):
        """Names of the databases that start with ``prefix``."""
        command = ["psql", "-d", "postgres", "-qAt", "-c", "SELECT datname FROM pg_database ORDER BY 1"]
        return [name for name in self.setup.run(command).stdout.split() if name.startswith(prefix)]

    @property
    def strategy(self):
        """Options by which ``createdb`` copies a template in the cheapest way."""
        # the log of a copy would be as long as the copy: on our own server, which may lose it, files are copied
        return ["--strategy=file_copy"] if self.setup.server else []

    def create(self, name, template):
        """A copy of ``template``, its file store included."""
        self.setup.run(["createdb", *self.strategy, "-T", template, name])
        source, target = self.setup.filestore(template), self.setup.filestore(name)
        shutil.rmtree(target, ignore_errors=True)
        if source.exists():
            shutil.copytree(source, target, copy_function=link)

    def drop(self, name):
        """Drop ``name`` and its files, whoever is connected."""
        self.setup.run(["dropdb", "--if-exists", "--force", name])
        shutil.rmtree(self.setup.filestore(name), ignore_errors=True)

    def rename(self, old, new):
        """Give a database and its file store another name."""
        self.drop(new)
        self.setup.run(["psql", "-d", "postgres", "-q", "-c", f'ALTER DATABASE "{old}" RENAME TO "{new}"'])
        if self.setup.filestore(old).exists():
            self.setup.filestore(old).rename(self.setup.filestore(new))

    def dependencies(self, kind="demo", patient=False):
        """Name of the template with everything but the add-on; ``patient`` as for ``addon``."""
        demo, more = KINDS[kind]
        modules = [*manifest()["depends"], *more]
        prefix = f"op_{self.setup.cache.tag}_{kind}_base_"
        name = prefix + digest(self.setup.source.key, *modules)
        self._build(name, prefix, None, modules, demo, f"installing Odoo's modules ({kind})", patient)
        return name

    def addon(self, kind="demo", patient=False):
        """Name of the template with the add-on as it is in the working tree.

        :param patient: make it in the time that other processes leave
        """
        demo, _more = KINDS[kind]
        base = self.dependencies(kind, patient)
        prefix = f"op_{self.setup.cache.tag}_{kind}_addon_"
        name = prefix + digest(base, tree_digest(ADDON), BUNDLES)
        self._build(name, prefix, base, ["order_processing"], demo, f"installing the add-on ({kind})", patient)
        return name

    def _build(self, name, prefix, template, modules, demo, text, patient):
        cache = self.setup.cache
        with cache.lock(f"database-{prefix}", self.setup.progress):
            # its files are here and its rows on the server: one without the other is none
            if cache.is_done(f"database-{name}", name) and self.exists(name):
                cache.hold(name)
                return
            for stale in self.names(prefix):
                # another run may be making copies of it
                if not cache.is_used(stale):
                    cache.forget(f"database-{stale}")
                    self.drop(stale)
            making = f"making_{name}"
            self.drop(making)
            with self.setup.progress.step(text):
                if template:
                    self.create(making, template)
                arguments = ["-d", making, "-i", ",".join(modules), "--stop-after-init", "--log-level=warn"]
                arguments.append("--with-demo" if demo else "--without-demo=all")
                self._odoo(making, arguments, text, patient=patient)
                if template and demo:
                    # a source may come without a file that a bundle names: the page says so when it is loaded
                    quiet = "--log-handler=odoo.addons.base.models.assetsbundle:CRITICAL"
                    self._odoo(making, ["shell", "-d", making, "--no-http", quiet], text, words=BUNDLES)
            self.rename(making, name)
            cache.mark_done(f"database-{name}", name)
            cache.hold(name)

    def _odoo(self, making, arguments, text, **options):
        done = self.setup.odoo(arguments, capture=True, **options)
        words = done.stdout + done.stderr
        if done.returncode or " CRITICAL " in words or " ERROR " in words:
            self.drop(making)
            raise SetupError(f"{text} failed:\n{words.strip()[-3000:]}")


def link(source, target):
    """Files of the store are never changed in place: a link is a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def run(command, env):
    """Run one of PostgreSQL's programs, or say what it said.

    :raises SetupError: with the program's own words
    """
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise SetupError(f"{command[0]} failed: {done.stderr.strip()[-600:]}")
    return done
