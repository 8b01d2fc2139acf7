from . import order_intake
from . import order_intake_error
from . import order_intake_party
from . import order_intake_submit
from . import order_processing
from . import product_product
from . import sale_order
from . import sale_order_line
