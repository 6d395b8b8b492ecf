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
