"""The benches of verification inside Odoo, a file per bench."""
