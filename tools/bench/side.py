"""One side of a bench as a process of its own: commands and answers go through its pipes, a JSON line each."""

import json
import subprocess

from tools.setup.cache import ROOT
from tools.setup.progress import SetupError

from . import peers


class Side:
    """A started worker.

    :param setup: the prepared ``Setup``
    :param Bench bench: the bench
    :param str side: ``ours`` or ``theirs``
    :param str database: where it works
    :param dict given: what preparing has found out, ``size`` among it
    """

    def __init__(self, setup, bench, side, database, given):
        command = [str(setup.python), "-W", "ignore", "-m", "tools.bench.worker", bench.work, side, database]
        env = {**setup.env(), "ODOO_RC": str(setup.conf(_more_addons(setup, bench, side))), "PYTHONHASHSEED": "0"}
        self.name = f"{bench.name}, {side}"
        self.process = subprocess.Popen(
            [*command, json.dumps(given)],
            env=env,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, act, **options):
        """Have the worker do ``act`` and return its answer.

        :raises SetupError: it failed; its own words stand on the error stream
        """
        try:
            self.process.stdin.write(json.dumps([act, options]) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise SetupError(f"{self.name}: “{act}” failed; what stands above says why.")
        return json.loads(answer)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            # it has ended already
            pass
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def _more_addons(setup, bench, side):
    word = dict(bench.bases)[side]
    return [peers.folder(setup, word)] if word in peers.PEERS else []
