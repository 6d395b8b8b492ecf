import { registry } from "@web/core/registry";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { SetupGuide } from "../setup_guide/setup_guide";

export class ComplaintTeamKanbanController extends KanbanController {
    static template = "complaint_management.GuidedKanbanView";
    static components = { ...KanbanController.components, SetupGuide };
}

registry.category("views").add("complaint_team_kanban", {
    ...kanbanView,
    Controller: ComplaintTeamKanbanController,
});
