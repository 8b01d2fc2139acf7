from . import intake_file
from . import verification_hold
from . import verification_preview
from . import dispatch_order
from . import dispatch_pickup
from . import dispatch_verdict
from . import discrepancy_close
