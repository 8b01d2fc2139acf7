from . import returns_portal
