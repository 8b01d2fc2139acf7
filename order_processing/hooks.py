def uninstall_hook(env):
    """Take the triggers on core's tables away: transfers go on without the add-on."""
    env["order.stock.change"]._drop()


def post_init_hook(env):
    """Write the opening rows of the day book on a database that already has orders."""
    env["order.event"]._record_opening()
