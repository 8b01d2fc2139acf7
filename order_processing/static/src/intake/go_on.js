import { registry } from "@web/core/registry";

/**
 * Work that is longer than one call: says how far it is and calls the same method again, until it answers with a screen.
 */
async function goOn(env, { params }) {
    env.services.ui.block({ message: params.message });
    try {
        return await env.services.orm.call(params.model, params.method, [[params.id]]);
    } finally {
        env.services.ui.unblock();
    }
}

registry.category("actions").add("order_processing.go_on", goOn);
