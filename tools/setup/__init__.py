"""What the four commands stand on: Odoo, its Python, PostgreSQL, the PDF engine, template databases.

Everything that is downloaded or built lives in the ignored folder ``.cache/``. The modules before ``cli`` need
nothing but Python's standard library, since they run before the virtual environment exists.
"""
