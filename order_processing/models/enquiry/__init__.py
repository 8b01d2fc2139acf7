from . import order_enquiry
from . import order_processing
from . import sale_order
from . import order_discrepancy
