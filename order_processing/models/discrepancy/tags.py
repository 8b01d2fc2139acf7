"""The tags of the ledgers: which column of the figures a row belongs to."""

# what a row of a ledger is: numbers, since millions of them are compared
TAG = {
    name: number
    for number, name in enumerate(
        (
            "ordered",
            "cancelled",
            "shipped",
            "resent",
            "replaced",
            "returned",
            "returned_refund",
            "open_out",
            "open_back",
            "component",
            "wrong",
            "wrong_back",
            "invoiced",
            "credited",
            "draft_invoiced",
            "draft_credited",
            "legacy",
            "paid",
        ),
        start=1,
    )
}
