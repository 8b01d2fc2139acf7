from . import delay_portal
from . import returns_portal
