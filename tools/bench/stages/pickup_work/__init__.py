"""The bench of pickups inside Odoo."""
