import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { STATES, explain, formatMoment, toMillis } from "./time_limit";

/**
 * All time limits of a complaint on one time axis: a light bar from the start to the deadline,
 * a full one over what has passed, and a line for now.
 */
export class TimeLimitBars extends Component {
    static template = "complaint_sla.TimeLimitBars";
    static props = standardFieldProps;

    get data() {
        return this.props.record.data[this.props.name] || { clocks: [] };
    }

    /** Return the first and the last moment to be shown, in milliseconds. */
    get axis() {
        const moments = [this.data.now, ...this.data.clocks.flatMap((clock) => this.getEnds(clock))];
        const millis = moments.map(toMillis);
        const first = Math.min(...millis);
        return { first, span: Math.max(Math.max(...millis) - first, 1) };
    }

    getEnds(clock) {
        return [clock.started_at, clock.deadline, ...(clock.stopped_at ? [clock.stopped_at] : [])];
    }

    get nowPosition() {
        return this.place(this.axis, this.data.now);
    }

    /** Return a moment as percentage of the axis. */
    place({ first, span }, text) {
        return ((toMillis(text) - first) / span) * 100;
    }

    get rows() {
        const axis = this.axis;
        const rounds = new Set(this.data.clocks.map((clock) => clock.round));
        return this.data.clocks.map((clock) => {
            const { label, color } = STATES[clock.state];
            const start = this.place(axis, clock.started_at);
            const deadline = this.place(axis, clock.deadline);
            const reached = this.place(axis, clock.stopped_at || this.data.now);
            const state = clock.time_left || label;
            return {
                ...clock,
                color,
                label: state,
                title: this.getTitle(clock, state),
                showRound: rounds.size > 1,
                limit: { left: start, width: Math.max(deadline - start, 0.5) },
                passed: { left: start, width: Math.max(reached - start, 0.5) },
            };
        });
    }

    getTitle(clock, state) {
        return _t("%(limit)s: from %(start)s, due %(deadline)s, %(state)s", {
            limit: clock.name,
            start: formatMoment(clock.started_at),
            deadline: formatMoment(clock.deadline),
            state,
        });
    }

    formatMoment(text) {
        return formatMoment(text);
    }

    explain(clock) {
        return explain(this.env, clock.id);
    }
}

registry.category("fields").add("complaint_time_limit_bars", {
    component: TimeLimitBars,
    supportedTypes: ["json"],
});
