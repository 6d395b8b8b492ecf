import { Component, markup } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const MODEL = "complaint.report.run";

/** The figures of a report: tables whose numbers open what they count. */
export class ReportFigures extends Component {
    static template = "complaint_reports.ReportFigures";
    static props = standardFieldProps;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get sections() {
        return (this.props.record.data[this.props.name] || { sections: [] }).sections;
    }

    getChart(section) {
        // Drawn by the server, which escapes what people typed.
        return markup(section.chart);
    }

    async openCell(section, row, column) {
        const args = [[this.props.record.resId], section.key, row, column];
        this.action.doAction(await this.orm.call(MODEL, "action_open_cell", args));
    }

    openRow(section, row) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: section.model,
            res_id: row.id,
            views: [[false, "form"]],
        });
    }
}

/** What a later count of a report counts otherwise, and why. */
export class ReportDifferences extends Component {
    static template = "complaint_reports.ReportDifferences";
    static props = standardFieldProps;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get lines() {
        return this.props.record.data[this.props.name] || [];
    }

    async open(line) {
        const args = [[this.props.record.resId], line.number];
        this.action.doAction(await this.orm.call(MODEL, "action_open_difference", args));
    }
}

registry.category("fields").add("complaint_report_figures", {
    component: ReportFigures,
    supportedTypes: ["json"],
});
registry.category("fields").add("complaint_report_differences", {
    component: ReportDifferences,
    supportedTypes: ["json"],
});
