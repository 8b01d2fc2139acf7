"""Odoo's command line without a search for garbage: ``python -m tools.setup.installing …``.

An installation keeps nearly all that it makes until it ends: looking through it again and again finds little and takes a
fifth of its time.
"""

import gc
import runpy

if __name__ == "__main__":
    gc.disable()
    runpy.run_module("odoo", run_name="__main__", alter_sys=True)
