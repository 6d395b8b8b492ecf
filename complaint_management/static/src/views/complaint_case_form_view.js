import { useSubEnv } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";
import { ComplaintCaseNotebook } from "./complaint_case_notebook";
import { ComplaintCaseStatusBarButtons } from "./complaint_case_status_bar_buttons";
import { addSeenHistory } from "./seen_history";
import { logReading } from "./log_reading";

export class ComplaintCaseFormController extends FormController {
    setup() {
        super.setup();
        logReading(this.model, this.orm);
        this.isTyping = false;
        useBus(this.model.bus, "FIELD_IS_DIRTY", ({ detail }) => (this.isTyping = detail));
    }

    /**
     * Odoo saves a new record when its page is closed, even when nobody typed a thing. A complaint
     * takes a number and cannot be deleted, so a form that was only looked at leaves none behind.
     */
    async beforeUnload(ev) {
        const { root } = this.model;
        if (!root.isNew || root.dirty || this.isTyping) {
            return super.beforeUnload(ev);
        }
    }

    async onWillSaveRecord(record, changes) {
        addSeenHistory(record, changes);
        return super.onWillSaveRecord(record, changes);
    }
}

export class ComplaintCaseFormRenderer extends FormRenderer {
    static components = {
        ...FormRenderer.components,
        Notebook: ComplaintCaseNotebook,
        StatusBarButtons: ComplaintCaseStatusBarButtons,
    };

    setup() {
        super.setup();
        useSubEnv({ getComplaintPhase: () => this.props.record.data.phase });
    }
}

registry.category("views").add("complaint_case_form", {
    ...formView,
    Controller: ComplaintCaseFormController,
    Renderer: ComplaintCaseFormRenderer,
});
