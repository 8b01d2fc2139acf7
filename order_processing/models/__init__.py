from . import common
from . import intake
from . import verification
from . import discrepancy
