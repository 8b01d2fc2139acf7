"""The benches of enquiries inside Odoo, a file per bench."""
