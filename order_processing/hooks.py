def post_init_hook(env):
    """Write the opening rows of the day book on a database that already has orders."""
    env["order.event"]._record_opening()
