import { registry } from "@web/core/registry";
import {
    StatusBarDurationField,
    statusBarDurationField,
} from "@mail/views/fields/statusbar_duration/statusbar_duration_field";

/**
 * The stages of a complaint. A step that is refused (a gate, somebody else was faster) is taken
 * back: else the form would show a stage that the complaint never reached, and every other button
 * would try the step again. What else was typed stays.
 */
export class ComplaintStageField extends StatusBarDurationField {
    async selectItem(item) {
        const { name, record } = this.props;
        const stage = record.data[name];
        const hasOtherChanges = await record.isDirty();
        try {
            return await super.selectItem(item);
        } catch (error) {
            if (hasOtherChanges) {
                await record.update({ [name]: stage });
            } else {
                await record.discard();
            }
            throw error;
        }
    }
}

registry.category("fields").add("complaint_stage", {
    ...statusBarDurationField,
    component: ComplaintStageField,
    additionalClasses: ["o_field_statusbar_duration"],
});
