from . import order_enquiry
from . import order_processing
from . import sale_order
from . import sale_order_state
from . import sale_order_search
from . import search_indexes
from . import order_discrepancy
