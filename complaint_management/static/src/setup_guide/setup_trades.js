import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useSpecialData } from "@web/views/fields/relational_utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Presets as cards with their description; a click chooses one, several may be chosen. */
export class SetupTrades extends Component {
    static template = "complaint_management.SetupTrades";
    static props = { ...standardFieldProps };

    setup() {
        this.specialData = useSpecialData((orm, props) =>
            orm.call(props.record.fields[props.name].relation, "search_read", [
                [],
                ["name", "summary", "is_shared"],
            ])
        );
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    isChosen(trade) {
        return this.value.currentIds.includes(trade.id);
    }

    async toggle(trade) {
        const key = this.isChosen(trade) ? "remove" : "add";
        const others = { add: [], remove: [] };
        if (key === "add" && !trade.is_shared) {
            // Who has a trade does not mean the procedure for any.
            others.remove = this.specialData.data
                .filter((other) => other.is_shared && this.isChosen(other))
                .map((other) => other.id);
        }
        await this.value.addAndRemove({ ...others, [key]: [trade.id] });
    }
}

export const setupTrades = {
    component: SetupTrades,
    displayName: _t("Cards of trades"),
    supportedTypes: ["many2many"],
    isEmpty: () => false,
};

registry.category("fields").add("complaint_setup_trades", setupTrades);
