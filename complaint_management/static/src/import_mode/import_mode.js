import { onWillStart, useState, useSubEnv, xml } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";

const MODEL = "complaint.case";
const ADMIN_GROUP = "complaint_management.group_complaint_admin";

/**
 * Extend the side panel of Odoo's import with the choice between new complaints and history.
 *
 * The import itself is Odoo's; the choice travels as a context key, and the server refuses
 * history to everybody but administrators of complaints.
 */
function extendSidepanel(ImportDataSidepanel) {
    return class extends ImportDataSidepanel {
        static template = xml`
            <div class="o_complaint_import_sidepanel bg-view">
                <div t-if="complaintMode.isOffered" class="p-3 pb-0">
                    <h4 t-out="complaintMode.title"/>
                    <div t-foreach="complaintMode.choices" t-as="choice" t-key="choice.value" class="form-check mb-2">
                        <input type="radio" class="form-check-input" name="complaint_import_mode"
                            t-att-id="'complaint_import_' + choice.value"
                            t-att-checked="complaintMode.value === choice.value"
                            t-on-change="() => this.setComplaintMode(choice.value)"/>
                        <label class="form-check-label" t-att-for="'complaint_import_' + choice.value">
                            <t t-out="choice.label"/>
                            <div class="text-muted small" t-out="choice.help"/>
                        </label>
                    </div>
                </div>
                <t t-call="ImportDataSidepanel"/>
            </div>`;

        setup() {
            super.setup();
            const importAction = this.env.complaintImportAction;
            this.complaintMode = useState({
                isOffered: false,
                value: importAction.model.context.complaint_import || "new",
                title: _t("What do you import?"),
                choices: [
                    {
                        value: "new",
                        label: _t("New complaints"),
                        help: _t("As typed at the desk: all rules apply, numbers are given."),
                    },
                    {
                        value: "history",
                        label: _t("Past complaints"),
                        help: _t("Rows keep their own numbers, dates and stages; nobody is notified."),
                    },
                ],
            });
            onWillStart(async () => {
                this.complaintMode.isOffered =
                    importAction.resModel === MODEL && (await user.hasGroup(ADMIN_GROUP));
            });
        }

        setComplaintMode(value) {
            const { model } = this.env.complaintImportAction;
            this.complaintMode.value = value;
            model.context = { ...model.context, complaint_import: value };
        }
    };
}

registry.category("services").add("complaint_import_mode", {
    start() {
        // Odoo's import may be absent: its addon installs itself, but is no dependency.
        const ImportAction = registry.category("actions").get("import", null);
        if (!ImportAction) {
            return;
        }
        patch(ImportAction.prototype, {
            setup() {
                super.setup();
                useSubEnv({ complaintImportAction: this });
            },
        });
        ImportAction.components = {
            ...ImportAction.components,
            ImportDataSidepanel: extendSidepanel(ImportAction.components.ImportDataSidepanel),
        };
    },
});
