from . import order_close_reason
from . import promise_query
from . import res_company
from . import sale_order
from . import sale_order_line
from . import sale_order_line_close
