"""``bin/bench``: what the add-on costs, as ratios against something measured beside it in the same run.

A bench is declared in ``stages/<stage>.py`` (plain Python, read by ``--list``) and worked in ``stages/<stage>_work.py``, which
runs inside Odoo, in a process of its own for each side (``worker``).
"""
