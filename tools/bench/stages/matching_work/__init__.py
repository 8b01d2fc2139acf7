"""The benches of the matching engine inside Odoo, a file per bench."""
