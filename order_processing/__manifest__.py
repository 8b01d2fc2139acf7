{
    "name": "Order Processing",
    "summary": "The whole day of an order desk: verified, promised, dispatched, taken back, reconciled",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Order Processing maintainers",
    "license": "LGPL-3",
    "depends": [
        "sale_management",
        "sale_stock",
        "account",
        "stock_delivery",
        "stock_picking_batch",
        "delivery_stock_picking_batch",
        "portal",
    ],
    "data": [
        "security/groups.xml",
        "security/common_security.xml",
        "security/discrepancy_security.xml",
        "security/ir.model.access.csv",
        "views/menus.xml",
        # common
        "views/common_order_event_views.xml",
        # intake
        "security/intake_security.xml",
        "views/intake_order_intake_views.xml",
        "views/intake_file_views.xml",
        # verification
        "security/verification_security.xml",
        "data/verification_data.xml",
        "data/verification_rules_terms.xml",
        "views/verification_wizard_views.xml",
        "views/verification_order_check_views.xml",
        "views/verification_order_hold_views.xml",
        "views/verification_rule_views.xml",
        "views/verification_rule_terms_views.xml",
        "views/verification_sale_order_views.xml",
        # availability
        "data/availability_cron.xml",
        "views/availability_sale_order_views.xml",
        # dispatch
        "security/dispatch_security.xml",
        "data/dispatch_data.xml",
        "reports/dispatch_reports.xml",
        "views/dispatch_wizard_views.xml",
        "views/dispatch_order_quality_check_views.xml",
        "views/dispatch_order_pickup_views.xml",
        "views/dispatch_sale_order_views.xml",
        # discrepancy
        "data/discrepancy_cron.xml",
        "views/discrepancy_close_views.xml",
        "views/discrepancy_order_discrepancy_views.xml",
        "views/discrepancy_sale_order_views.xml",
        # returns
        "security/returns_security.xml",
        "data/returns_data.xml",
        "views/returns_wizard_views.xml",
        "views/returns_order_return_views.xml",
        "views/returns_policy_views.xml",
        "views/returns_sale_order_views.xml",
        "reports/returns_return_slip.xml",
        # enquiry
        "security/enquiry_security.xml",
        "views/enquiry_order_enquiry_views.xml",
        # reconciliation
        "security/reconciliation_security.xml",
        "views/reconciliation_templates.xml",
        "reports/reconciliation_statement.xml",
        "data/reconciliation_data.xml",
        "views/reconciliation_wizard_views.xml",
        "views/reconciliation_order_reconciliation_views.xml",
        "views/reconciliation_order_reconciliation_line_views.xml",
        # desk
        "views/desk_order_desk_queue_views.xml",
        "data/desk_queues.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "order_processing/static/src/desk/desk.scss",
        ],
    },
    "demo": [
        "demo/users.xml",
    ],
    "application": True,
    "post_init_hook": "post_init_hook",
}
