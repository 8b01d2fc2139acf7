from . import common
from . import intake
from . import verification
from . import availability
from . import dispatch
from . import discrepancy
from . import enquiry
from . import desk
