"""The sides of the benches of intake, run inside Odoo."""
