from . import order_enquiry
from . import order_processing
from . import sale_order
from . import sale_order_state
from . import order_discrepancy
