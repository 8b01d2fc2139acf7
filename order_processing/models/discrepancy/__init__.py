from . import order_matching
from . import order_matching_ledgers
from . import order_discrepancy
from . import order_processing
from . import order_discrepancy_sweep
from . import res_company
from . import sale_order
