import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const WAIT = 300;

/** Says beside each line what the policy answers, and what is expected to be given back, as it is typed. */
export class ReturnForm extends Interaction {
    static selector = ".o_return_form";
    dynamicContent = {
        _root: {
            "t-on-input": this.debounced(this.check, WAIT),
            "t-on-change": this.debounced(this.check, WAIT),
        },
    };

    start() {
        // typed before this script was there, or filled again by the browser that went back
        if (this.rows().some((row) => row.quantity.trim())) {
            this.check();
        }
    }

    rows() {
        return [...this.el.querySelectorAll(".o_return_line")].map((line) => ({
            line_id: Number(line.dataset.lineId),
            quantity: line.querySelector("[data-name=quantity]")?.value || "",
            reason: line.querySelector("[data-name=reason]")?.value || "",
            settlement: line.querySelector("[data-name=settlement]")?.value || "",
        }));
    }

    async check() {
        const rows = this.rows();
        const asked = (this.asked = (this.asked || 0) + 1);
        const answer = await this.waitFor(
            rpc(this.el.dataset.check, { rows, access_token: this.el.dataset.token || null })
        );
        // an earlier question may be answered later
        if (asked === this.asked) {
            this.show(answer, rows.some((row) => row.quantity.trim()));
        }
    }

    show(answer, chosen) {
        for (const line of this.el.querySelectorAll(".o_return_line")) {
            const said = answer.lines[line.dataset.lineId];
            const text = line.querySelector(".o_return_said");
            text.textContent = said ? said.text : text.dataset.text;
            text.classList.toggle("text-danger", said ? !said.eligible : text.dataset.eligible !== "1");
            line.querySelector(".o_return_amount").textContent = said ? said.amount : "";
        }
        const problems = this.el.querySelector(".o_return_problems");
        problems.replaceChildren(
            ...(chosen ? answer.problems : []).map((words) => {
                const item = document.createElement("div");
                item.textContent = words;
                return item;
            })
        );
        problems.classList.toggle("d-none", !chosen || !answer.problems.length);
        this.el.querySelector(".o_return_total").textContent = answer.amount;
        this.el.querySelector(".o_return_expected").classList.toggle("d-none", !chosen || answer.problems.length);
    }
}

registry.category("public.interactions").add("order_processing.return_form", ReturnForm);
