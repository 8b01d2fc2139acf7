from . import order_close_reason
from . import order_processing
from . import promise_query
from . import res_company
from . import sale_order
from . import sale_order_cancel
from . import sale_order_line
from . import sale_order_line_close
