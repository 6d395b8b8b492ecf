import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";
import { ComplaintCaseStatusBarButtons } from "./complaint_case_status_bar_buttons";
import { addSeenHistory } from "./seen_history";
import { logReading } from "./log_reading";

export class ComplaintCaseFormController extends FormController {
    setup() {
        super.setup();
        logReading(this.model, this.orm);
    }

    async onWillSaveRecord(record, changes) {
        addSeenHistory(record, changes);
        return super.onWillSaveRecord(record, changes);
    }
}

export class ComplaintCaseFormRenderer extends FormRenderer {
    static components = {
        ...FormRenderer.components,
        StatusBarButtons: ComplaintCaseStatusBarButtons,
    };
}

registry.category("views").add("complaint_case_form", {
    ...formView,
    Controller: ComplaintCaseFormController,
    Renderer: ComplaintCaseFormRenderer,
});
