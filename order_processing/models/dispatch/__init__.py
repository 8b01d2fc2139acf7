from . import order_quality_check
from . import order_pickup
from . import stock_move
from . import stock_picking
from . import stock_picking_documents
from . import sale_order
from . import dispatch_run
from . import ship_window
