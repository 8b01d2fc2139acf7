from . import intake_file
from . import verification_hold
from . import verification_preview
from . import discrepancy_close
