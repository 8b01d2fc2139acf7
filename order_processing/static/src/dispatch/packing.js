import { Component, onMounted, onWillStart, useRef, useState } from "@odoo/owl";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { hasTouch } from "@web/core/browser/feature_detection";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

// rows that are drawn at once, whatever the length of the order
const PAGE = 10;
// differences that come of adding decimals
const NOTHING = 1e-6;
// pixels by which an arrow moves the page: two rows
const STEP = 150;
// milliseconds until what could not be sent is sent again
const AGAIN = 2000;
const REFUSALS = new Set(["UserError", "AccessError", "MissingError", "ValidationError", "RedirectWarning"].map((name) => `odoo.exceptions.${name}`));

/**
 * The packing table: one order at a time is scanned and counted up, what is wrong is refused in words and colour. What is counted
 * stands on the server: a page that is loaded again, or another packer at the same order, goes on with it.
 */
export class Packing extends Component {
    static template = "order_processing.Packing";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.ui = useService("ui");
        this.root = useRef("root");
        this.input = useRef("scan");
        this.camera = isBarcodeScannerSupported();
        this.touch = hasTouch();
        // what is done follows what was asked for before: a scanner is quicker than the server
        this.work = Promise.resolve();
        this.skipped = [];
        this.alarms = 0;
        this.state = useState({
            order: null,
            shipped: null,
            waiting: 0,
            alarm: null,
            said: "",
            last: null,
            out: false,
            all: false,
            page: 0,
            busy: 0,
            // a scanner is a keyboard: the one on the glass is shown when asked for
            keyboard: !this.touch,
        });
        useBus(useService("barcode").bus, "barcode_scanned", ({ detail }) => {
            if (this.ui.activeElement === document) {
                this.scan(detail.barcode);
            }
        });
        // coming back from a transfer or a check shows the same order
        useSetupAction({ getLocalState: () => ({ picking: this.order?.id || 0 }) });
        onWillStart(() => this.start());
        onMounted(() => {
            this.remember();
            this.focus();
        });
    }

    // ------------------------------------------------------------------ one thing after the other

    /** Do `job` after all that was asked for before; what the server refuses is the alarm. */
    enqueue(job) {
        this.state.busy++;
        const done = this.work.then(async () => {
            try {
                await job();
            } catch (error) {
                this.raise(this.refusal(error));
            } finally {
                this.state.busy--;
                this.focus();
                // what is said of it stands above
                this.root.el?.scrollTo({ top: 0 });
            }
        });
        this.work = done.catch(() => {});
        return done;
    }

    /** The words of a refusal; what is none is thrown. */
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

    call(method, args = [], kwargs = {}) {
        return this.orm.call("stock.picking", method, args, kwargs);
    }

    /** Count by `method`: sent again, with the same key, until the server has answered. */
    async count(method, args) {
        const key = `${Date.now()}-${Math.random()}`;
        for (;;) {
            try {
                return await this.call(method, [[this.order.id], ...args], { key });
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    throw error;
                }
                this.raise(_t("There is no connection to the server: what was scanned last waits, and is sent again."));
                await new Promise((resolve) => setTimeout(resolve, AGAIN));
            }
        }
    }

    // ------------------------------------------------------------------ which order

    async start() {
        const { state, resId, action } = this.props;
        const id = state ? state.picking : resId || action.params?.picking_id;
        try {
            this.show(await (id ? this.call("packing_state", [[id]]) : this.call("packing_resume")));
        } catch (error) {
            this.raise(this.refusal(error));
        }
    }

    /** Put `order`, as the server tells it, on the screen; without one the start. */
    show(order) {
        const same = order.id && order.id === this.state.order?.id;
        this.state.order = order.id ? order : null;
        this.state.waiting = order.waiting || 0;
        this.state.shipped = null;
        this.state.page = 0;
        this.rows = new Map((this.order?.rows || []).map((row) => [row.key, row]));
        if (!same) {
            this.say("");
            Object.assign(this.state, { last: null, out: false, all: false });
        }
        this.remember();
    }

    /** The address of the page names the order, so that loading it again comes back to it. */
    remember() {
        this.props.updateActionState?.({ resId: this.order?.id || false });
    }

    get order() {
        return this.state.order;
    }

    async reload() {
        this.show(await this.call("packing_state", [[this.order.id]]));
    }

    async open(loader, ...args) {
        const order = await this.call(loader, args);
        this.show(order);
        if (!order.id) {
            this.say(_t("No other order is ready to be packed."));
        } else if (this.complete) {
            await this.finish();
        }
    }

    next() {
        return this.enqueue(async () => {
            this.say("");
            if (this.order) {
                this.skipped.push(this.order.id);
                await this.call("packing_leave", [[this.order.id]]);
            }
            await this.open("packing_next", this.skipped);
            if (!this.order && this.skipped.length) {
                // all others are packed: those that were passed over come again
                this.skipped = [];
                await this.open("packing_next", this.skipped);
            }
        });
    }

    leave() {
        return this.enqueue(async () => {
            this.show(await this.call("packing_leave", [[this.order.id]]));
        });
    }

    // ------------------------------------------------------------------ scanning

    onKeydown(event) {
        const code = event.target.value;
        // some scanners end with a tabulator
        if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey && code.trim())) {
            event.preventDefault();
            event.target.value = "";
            if (code.trim()) {
                this.scan(code);
            }
        } else if (event.key === "PageDown" || event.key === "PageUp") {
            event.preventDefault();
            this.turn(event.key === "PageDown" ? 1 : -1);
        } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            this.root.el.scrollBy({ top: event.key === "ArrowDown" ? STEP : -STEP });
        } else if (event.key === "Escape") {
            event.target.value = "";
            this.say("");
        }
    }

    scan(code) {
        return this.enqueue(async () => {
            if (!this.order) {
                await this.open("packing_find", code);
                return;
            }
            const method = this.state.out ? "packing_take_out" : "packing_scan";
            await this.counted(await this.count(method, [code]));
        });
    }

    byHand(row) {
        return this.enqueue(async () => {
            await this.counted(await this.count("packing_by_hand", [row.product_id, this.state.out ? -1 : 1]));
        });
    }

    async useCamera() {
        const code = await scanBarcode(this.env);
        if (code) {
            await this.scan(code);
        }
    }

    /** Show what the server answered to something counted. */
    async counted(answer) {
        if (answer.opened) {
            await this.open("packing_state", [answer.opened]);
            this.say(_t("%s is on the table.", this.order.name));
            return;
        }
        this.state.last = { ...answer, product_id: this.rows.get(answer.rows[0].key)?.product_id };
        this.say("");
        this.order.others = answer.others;
        this.order.loose = this.order.loose || answer.quantity > 0;
        for (const { key, counted } of answer.rows) {
            const row = this.rows.get(key);
            if (row) {
                row.counted = counted;
            }
        }
        this.state.page = Math.min(this.state.page, this.pages - 1);
        if (this.differs(answer.total)) {
            // somebody else counts, or the order has changed
            await this.reload();
        }
        if (this.complete) {
            await this.finish();
        }
    }

    differs([there, counted]) {
        const rows = this.order.rows;
        const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
        return Math.abs(sum("wanted") + sum("held") - there) > NOTHING || Math.abs(sum("counted") - counted) > NOTHING;
    }

    /** All is counted: the checks that were waiting for that pass. */
    async finish() {
        if (this.order.checks.some((check) => check.how === "scan" && check.state === "to_check")) {
            this.show(await this.call("packing_complete", [[this.order.id]]));
        }
    }

    // ------------------------------------------------------------------ all is counted

    parcel() {
        return this.enqueue(async () => {
            const { parcel, state, action } = await this.call("packing_parcel", [[this.order.id]]);
            this.show(state);
            this.say(parcel ? _t("Parcel %s is packed.", parcel) : "");
            if (action) {
                await this.action.doAction(action, { onClose: () => this.enqueue(() => this.reload()) });
            }
        });
    }

    passChecks() {
        return this.enqueue(async () => {
            const ids = this.waitingChecks.filter((check) => check.how === "hand").map((check) => check.id);
            await this.orm.call("order.quality.check", "action_pass", [ids], { reason: _t("Seen at the packing table").toString() });
            await this.reload();
            this.say(_t("The check has passed."));
        });
    }

    openChecks() {
        return this.enqueue(async () => {
            await this.action.doAction(await this.call("action_order_quality", [[this.order.id]]));
        });
    }

    ship(rest = false) {
        return this.enqueue(async () => {
            const shipped = await this.call("packing_ship", [[this.order.id]], { rest });
            this.show({ id: false });
            this.state.shipped = shipped;
            this.say("");
            if (shipped.action) {
                await this.action.doAction(shipped.action);
            }
        });
    }

    papers() {
        return this.enqueue(async () => {
            for (const paper of await this.call("packing_papers", [[this.state.shipped.id]])) {
                await this.action.doAction(paper);
            }
        });
    }

    openTransfer() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "stock.picking",
            res_id: this.order.id,
            views: [[false, "form"]],
        });
    }

    shipPart() {
        this.ask(
            _t("Ship what is counted"),
            _t("What is not counted of %s stays here and follows with a backorder.", this.order.name),
            () => this.ship(true)
        );
    }

    reset() {
        this.ask(
            _t("Count again"),
            _t("Everything that was counted of %s is forgotten, by whomever.", this.order.name),
            () =>
                this.enqueue(async () => {
                    this.show(await this.call("packing_reset", [[this.order.id]]));
                    Object.assign(this.state, { last: null, out: false });
                    this.say(_t("Nothing is counted now."));
                })
        );
    }

    ask(title, body, confirm) {
        this.dialog.add(
            ConfirmationDialog,
            { title, body, confirmLabel: title, confirm, cancel: () => {} },
            { onClose: () => setTimeout(() => this.focus()) }
        );
    }

    // ------------------------------------------------------------------ what is shown

    toggle(name) {
        this.state[name] = !this.state[name];
        this.state.page = 0;
        this.focus();
    }

    turn(by) {
        this.state.page = Math.max(Math.min(this.state.page + by, this.pages - 1), 0);
        this.focus();
    }

    isOpen(row) {
        return Math.abs(row.wanted - row.counted) > NOTHING;
    }

    /** The rows that are looked through: what is left, or all; what has to be taken out stands first. */
    get listed() {
        const rows = this.order.rows.filter((row) => this.state.all || this.isOpen(row));
        const surplus = (row) => (row.counted - row.wanted > NOTHING ? 0 : 1);
        return rows.sort((one, other) => surplus(one) - surplus(other));
    }

    get shown() {
        return this.listed.slice(this.state.page * PAGE, (this.state.page + 1) * PAGE);
    }

    get pages() {
        return Math.max(Math.ceil(this.listed.length / PAGE), 1);
    }

    get left() {
        return this.order.rows.filter((row) => this.isOpen(row)).length;
    }

    get complete() {
        return Boolean(this.order) && this.left === 0 && this.order.rows.some((row) => row.wanted > 0);
    }

    get begun() {
        return this.order.rows.some((row) => row.counted > 0);
    }

    get share() {
        const rows = this.order.rows.length;
        return rows ? Math.round((100 * (rows - this.left)) / rows) : 0;
    }

    get waitingChecks() {
        return this.order.checks.filter((check) => check.state === "to_check");
    }

    get others() {
        return this.order.others.map(({ name, minutes }) => (minutes ? _t("%(name)s (%(minutes)s min ago)", { name, minutes }) : name)).join(", ");
    }

    get promise() {
        return this.order.promise ? formatDate(deserializeDate(this.order.promise)) : "";
    }

    get placeholder() {
        return this.order ? _t("Product, packaging, lot, parcel… or 12*code") : _t("Pick list, order, transfer or parcel…");
    }

    get lastWords() {
        const quantity = this.number(Math.abs(this.state.last.quantity));
        return this.state.last.quantity < 0 ? _t("%s taken out", quantity) : _t("%s counted", quantity);
    }

    rowState(row) {
        if (row.counted - row.wanted > NOTHING) {
            return "surplus";
        }
        return this.isOpen(row) ? "open" : "done";
    }

    number(quantity) {
        return formatFloat(quantity, { digits: [16, 6], trailingZeros: false });
    }
}

registry.category("actions").add("order_processing.packing", Packing);
