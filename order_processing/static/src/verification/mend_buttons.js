import { patch } from "@web/core/utils/patch";
import { ListRenderer } from "@web/views/list/list_renderer";

/**
 * In a list Enter opens the row, also while one of its buttons has the focus. On a mend button it presses that button.
 */
patch(ListRenderer.prototype, {
    onCellKeydownReadOnlyMode(hotkey, cell) {
        if (hotkey === "enter" && document.activeElement?.closest("button.o_order_mend")) {
            return false;
        }
        return super.onCellKeydownReadOnlyMode(...arguments);
    },
});
