from . import availability_delay_portal
from . import returns_portal
from . import enquiry_portal
