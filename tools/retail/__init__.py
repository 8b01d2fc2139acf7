"""The main job of ``bin/demo``: a wholesaler's real business day, from a file of orders to the signed close.

What needs no Odoo is plain Python: ``reader`` (the file), ``codes``, ``prices``, ``stock``, ``matching`` and ``addresses``
(one definition each), ``plan`` (the whole day as values). ``load*`` run inside Odoo, ``demo`` is the command.
"""
