import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("complaint_workday_load_tour", {
    steps: () => [
        {
            content: "Open the dialog from the list",
            trigger: ".o_list_view button:contains(Load working days)",
            run: "click",
        },
        {
            content: "Ask for a year that nobody knows yet",
            trigger: ".modal .o_field_widget[name=year] input",
            run: "edit 2090 && press Tab",
        },
        {
            content: "Read why not",
            trigger: ".modal .alert-warning:contains(not guessed)",
        },
        {
            content: "Ask for a year that is official",
            trigger: ".modal .o_field_widget[name=year] input",
            run: "edit 2026 && press Tab",
        },
        {
            content: "Look at the preview, and load it",
            trigger:
                ".modal:has(.o_field_widget[name=line_ids] .o_data_row) footer button[name=action_load]",
            run: "click",
        },
        {
            content: "See the days",
            trigger: "body:not(:has(.modal)) .o_list_view .o_data_row:contains(National Day)",
        },
    ],
});

registry.category("web_tour.tours").add("complaint_sla_what_if_tour", {
    steps: () => [
        {
            content: "Open a policy",
            trigger: ".o_data_row td[name=name]:contains(Tour)",
            run: "click",
        },
        {
            content: "Ask what would be",
            trigger: ".o_form_view button:contains(What if)",
            run: "click",
        },
        {
            content: "Make it longer",
            trigger:
                ".o_form_view:has(button[name=action_calculate]) .o_field_widget[name=limit_value] input",
            run: "edit 16 && press Tab",
        },
        {
            trigger: "button[name=action_calculate]",
            run: "click",
        },
        {
            content: "See the figures and the complaint, and apply",
            trigger:
                ".o_form_view:has(.o_field_widget[name=moved_count]:contains(1)):has(.o_field_widget[name=line_ids] .o_data_row) button[name=action_apply]",
            run: "click",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "Open the list to sort and export",
            trigger:
                "body:not(:has(.modal)) .o_form_view:not(:has(button[name=action_apply])) button[name=action_open_lines]",
            run: "click",
        },
        {
            content: "Look at the complaint",
            trigger: ".o_list_view .o_data_row button[name=action_open_case]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=stage_id]",
        },
    ],
});
