import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { addSeenHistory } from "./seen_history";

export class ComplaintCaseFormController extends FormController {
    async onWillSaveRecord(record, changes) {
        addSeenHistory(record, changes);
        return super.onWillSaveRecord(record, changes);
    }
}

registry.category("views").add("complaint_case_form", {
    ...formView,
    Controller: ComplaintCaseFormController,
});
