import { registry } from "@web/core/registry";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { SetupGuide } from "../setup_guide/setup_guide";
import { addSeenHistory } from "./seen_history";

export class ComplaintCaseKanbanController extends KanbanController {
    static template = "complaint_management.GuidedKanbanView";
    static components = { ...KanbanController.components, SetupGuide };

    get modelParams() {
        const params = super.modelParams;
        return { ...params, hooks: { ...params.hooks, onWillSaveRecord: addSeenHistory } };
    }
}

registry.category("views").add("complaint_case_kanban", {
    ...kanbanView,
    Controller: ComplaintCaseKanbanController,
});
