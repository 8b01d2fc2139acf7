"""The bench of promises inside Odoo."""
