from . import common
from . import verification
