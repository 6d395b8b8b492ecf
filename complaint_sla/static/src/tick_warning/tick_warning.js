import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

const LOOK_EVERY = 5 * 60 * 1000;

/** Tells whoever leads complaints that nobody is reminded of time limits any more. */
export class ComplaintTickWarning extends Component {
    static template = "complaint_sla.TickWarning";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ warnings: [] });
        onWillStart(async () => {
            const groups = ["manager", "admin"].map(
                (role) => `complaint_management.group_complaint_${role}`
            );
            const leads = await Promise.all(groups.map((group) => user.hasGroup(group)));
            if (leads.some(Boolean)) {
                this.look();
                this.timer = browser.setInterval(() => this.look(), LOOK_EVERY);
            }
        });
        onWillDestroy(() => browser.clearInterval(this.timer));
    }

    async look() {
        try {
            this.state.warnings = await this.orm.silent.call(
                "complaint.sla.reminder",
                "get_tick_warnings",
                []
            );
        } catch {
            // The server is away; it says so itself.
        }
    }

    open() {
        this.action.doAction("complaint_sla.complaint_sla_reminder_action");
    }
}

registry
    .category("systray")
    .add("complaint_sla.tick_warning", { Component: ComplaintTickWarning }, { sequence: 1 });
