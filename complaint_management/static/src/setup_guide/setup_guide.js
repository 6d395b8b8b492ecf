import { Component, onWillStart, useState } from "@odoo/owl";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

/** Above a board: begin with it, or take away the examples that the beginning brought. */
export class SetupGuide extends Component {
    static template = "complaint_management.SetupGuide";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ guide: {} });
        onWillStart(async () => {
            if (await user.hasGroup("complaint_management.group_complaint_admin")) {
                this.state.guide = await this.orm.call("complaint.case", "get_setup_guide", []);
            }
        });
    }

    begin() {
        this.action.doAction("complaint_management.complaint_setup_action");
    }

    async deleteExamples() {
        const action = await this.orm.call("complaint.case", "action_delete_examples", []);
        this.state.guide = {};
        await this.action.doAction(action);
    }
}
