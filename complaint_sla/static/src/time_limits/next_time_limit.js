import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { STATES, explain, formatMoment } from "./time_limit";

/** The limit that is due first, under the title of a complaint: what, until when, how long left. */
export class NextTimeLimit extends Component {
    static template = "complaint_sla.NextTimeLimit";
    static props = standardFieldProps;

    get clock() {
        const { clocks, next_id } = this.props.record.data[this.props.name] || { clocks: [] };
        return clocks.find((clock) => clock.id === next_id);
    }

    get color() {
        return STATES[this.clock.state].color;
    }

    /** Return how long is left, or by how much it is late; the server counts both. */
    get timeLeft() {
        const { state, time_left } = this.clock;
        return state === "late" ? time_left : _t("%s of working time left", time_left);
    }

    get deadline() {
        return formatMoment(this.clock.deadline);
    }

    explain() {
        return explain(this.env, this.clock.id);
    }
}

registry.category("fields").add("complaint_next_time_limit", {
    component: NextTimeLimit,
    supportedTypes: ["json"],
});
