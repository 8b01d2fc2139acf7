import { registry } from "@web/core/registry";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

/**
 * A badge that says its value in colour, in words and by an icon, so that nobody has to tell colours apart.
 * options: {"icons": {value: "fa-…"}}
 */
export class IconBadgeField extends BadgeField {
    static template = "order_processing.IconBadgeField";
    static props = { ...BadgeField.props, icons: { type: Object, optional: true } };
    static defaultProps = { ...BadgeField.defaultProps, icons: {} };

    get icon() {
        return this.props.icons[this.props.record.data[this.props.name]] || "";
    }
}

export const iconBadgeField = {
    ...badgeField,
    component: IconBadgeField,
    supportedTypes: ["selection"],
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...badgeField.extractProps(fieldInfo, dynamicInfo),
        icons: fieldInfo.options.icons || {},
    }),
};

registry.category("fields").add("order_icon_badge", iconBadgeField);
