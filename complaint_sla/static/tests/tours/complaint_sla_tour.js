import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("complaint_sla_clock_tour", {
    steps: () => [
        {
            content: "Ask why a limit ends when it ends",
            trigger: ".o_data_row button[name=action_explain]",
            run: "click",
        },
        {
            content: "Read the reasons, and leave",
            trigger: ".modal:has(.o_complaint_trace li) .btn-close",
            run: "click",
        },
        {
            content: "Look at the complaint",
            trigger: "body:not(:has(.modal)) .o_data_row td[name=case_id]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_complaint_trace li",
        },
    ],
});

registry.category("web_tour.tours").add("complaint_sla_policy_tour", {
    steps: () => [
        {
            content: "Open a policy",
            trigger: ".o_data_row td[name=name]",
            run: "click",
        },
        {
            content: "Try a start",
            trigger: ".o_field_widget[name=try_start] button, .o_field_widget[name=try_start] input",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=try_start] input",
            run: "edit 11/20/2026 09:00:00 && press Enter",
        },
        {
            content: "See deadline and reasons, and leave the policy as it was",
            trigger: ".o_form_view:has(.o_field_widget[name=try_explanation] li) .o_form_button_cancel",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_form_saved, .o_form_view:not(:has(.o_form_dirty))",
        },
    ],
});

registry.category("web_tour.tours").add("complaint_sla_pause_tour", {
    steps: () => [
        {
            content: "Open the time limits of the complaint",
            trigger: ".o_notebook .nav-link[name=time_limits]",
            run: "click",
        },
        {
            content: "Pause them",
            trigger: "button[name=action_pause_limits]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "edit Court",
        },
        {
            trigger: ".ui-autocomplete a:contains(Court or arbitration)",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_confirm]:visible",
            run: "click",
        },
        {
            content: "See that it is paused and why, and resume",
            trigger:
                "body:not(:has(.modal)) .alert:has(.o_field_widget[name=sla_pause_reason]) button[name=action_resume_limits]",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_confirm]:visible",
            run: "click",
        },
        {
            content: "Ask for more time",
            trigger:
                "body:not(:has(.modal)):not(:has(.alert button[name=action_resume_limits])) .o_field_widget[name=sla_clock_ids] button[name=action_extend]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=planned_deadline]",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit The laboratory needs longer",
        },
        {
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            content: "A manager has decided by asking: tell the customer",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=sla_extension_ids] button[name=action_tell]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=content] textarea",
        },
        {
            trigger: ".modal button[name=action_confirm]:visible",
            run: "click",
        },
        {
            content: "The extension is in force",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=sla_extension_ids] .text-bg-success",
        },
    ],
});
