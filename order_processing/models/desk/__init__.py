from . import order_desk_queue
