"""The benches of returns inside Odoo, a file per bench."""
