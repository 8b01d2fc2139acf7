import { Component, onMounted, onWillStart, useRef, useState } from "@odoo/owl";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const REFUSALS = new Set(["UserError", "AccessError", "MissingError", "ValidationError"].map((name) => `odoo.exceptions.${name}`));

/**
 * Loading a pickup: each parcel is scanned as it goes onto the truck, what is foreign is refused in words and colour, what is
 * missing stands first. What is loaded stands on the server: another person at the same truck goes on with it.
 */
export class Loading extends Component {
    static template = "order_processing.Loading";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.ui = useService("ui");
        this.root = useRef("root");
        this.input = useRef("scan");
        this.camera = isBarcodeScannerSupported();
        // what is done follows what was asked for before: a scanner is quicker than the server
        this.work = Promise.resolve();
        this.state = useState({ pickup: null, choice: [], alarm: null, said: "", out: false, busy: 0 });
        this.alarms = 0;
        useBus(useService("barcode").bus, "barcode_scanned", ({ detail }) => {
            if (this.ui.activeElement === document) {
                this.scan(detail.barcode);
            }
        });
        onWillStart(() => this.start());
        onMounted(() => {
            this.remember();
            this.focus();
        });
    }

    get pickup() {
        return this.state.pickup;
    }

    /** What is missing comes first. */
    get rows() {
        return [...this.pickup.rows].sort((one, other) => one.loaded - other.loaded);
    }

    get share() {
        return this.pickup.total ? Math.round((100 * this.pickup.loaded) / this.pickup.total) : 0;
    }

    call(method, args = [], kwargs = {}) {
        return this.orm.call("order.pickup", method, args, kwargs);
    }

    async start() {
        const { resId, action } = this.props;
        const id = resId || action.params?.pickup_id || action.context?.active_id;
        try {
            if (id) {
                this.state.pickup = await this.call("load_state", [[id]]);
            } else {
                this.state.choice = await this.call("load_choice");
            }
        } catch (error) {
            this.raise(this.refusal(error));
        }
    }

    choose(id) {
        return this.enqueue(async () => {
            this.state.pickup = await this.call("load_state", [[id]]);
            this.remember();
        });
    }

    /** The address of the page names the pickup, so that loading it again comes back to it. */
    remember() {
        this.props.updateActionState?.({ resId: this.pickup?.id || false });
    }

    /** Do `job` after all that was asked for before; what the server refuses is the alarm. */
    enqueue(job) {
        this.state.busy++;
        this.work = this.work.then(async () => {
            try {
                await job();
            } catch (error) {
                this.raise(this.refusal(error));
            } finally {
                this.state.busy--;
                this.focus();
                this.root.el?.scrollTo({ top: 0 });
            }
        });
        return this.work;
    }

    refusal(error) {
        if (error instanceof ConnectionLostError) {
            return _t("There is no connection to the server. Try again once it is back.");
        }
        if (error instanceof RPCError && REFUSALS.has(error.exceptionName)) {
            return error.data.message;
        }
        throw error;
    }

    raise(words) {
        // the same words once more are another alarm
        this.state.alarm = { words: words.toString(), number: ++this.alarms };
        this.state.said = "";
        navigator.vibrate?.(300);
    }

    say(words) {
        this.state.alarm = null;
        this.state.said = words.toString();
    }

    focus() {
        if (this.ui.activeElement === document) {
            this.input.el?.focus();
        }
    }

    onKeydown(event) {
        const code = event.target.value.trim();
        // some scanners end with a tabulator
        if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey && code)) {
            event.preventDefault();
            event.target.value = "";
            if (code) {
                this.scan(code);
            }
        } else if (event.key === "Escape") {
            event.target.value = "";
            this.say("");
        }
    }

    scan(code) {
        return this.enqueue(async () => {
            if (!this.pickup) {
                this.state.pickup = await this.call("load_find", [code]);
                this.remember();
                this.say("");
                return;
            }
            if (this.state.out) {
                this.state.pickup = await this.call("load_take_out", [[this.pickup.id], code]);
                this.state.out = false;
                this.say(_t("%s is off the truck.", code));
                return;
            }
            const answer = await this.call("load_scan", [[this.pickup.id], code]);
            this.state.pickup = answer;
            if (["loaded", "again"].includes(answer.code)) {
                this.say(answer.message);
            } else {
                this.raise(answer.message);
            }
        });
    }

    async useCamera() {
        const code = await scanBarcode(this.env);
        if (code) {
            await this.scan(code);
        }
    }

    toggleOut() {
        this.state.out = !this.state.out;
        this.focus();
    }

    handOver() {
        return this.enqueue(async () => {
            await this.action.doAction("order_processing.order_pickup_close_action", {
                additionalContext: { default_act: "hand_over", default_pickup_id: this.pickup.id },
                onClose: () => this.enqueue(async () => {
                    this.state.pickup = await this.call("load_state", [[this.pickup.id]]);
                }),
            });
        });
    }

    openPickup() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "order.pickup",
            res_id: this.pickup.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("order_processing.loading", Loading);
