{
    'name': "Complaint Reports",
    'version': '19.0.1.0.0',
    'category': "Services/Complaints",
    'summary': "Print complaints as forms, report each period, and analyse down to the single case",
    'author': "Complaint Suite",
    'license': 'LGPL-3',
    'depends': ['complaint_sla', 'spreadsheet_dashboard'],
    'data': [
        'security/ir.model.access.csv',
        'security/complaint_report_rules.xml',
        'data/ir_cron_data.xml',
        'data/complaint_report_schedule_data.xml',
        # The template before the action that names it.
        'report/complaint_case_sheet_templates.xml',
        'report/complaint_case_sheet_report.xml',
        'report/complaint_report_run_templates.xml',
        'report/complaint_report_run_report.xml',
        'views/complaint_case_analysis_views.xml',
        'views/complaint_sla_analysis_views.xml',
        'views/complaint_report_schedule_views.xml',
        'views/complaint_report_run_views.xml',
        # Menus last: they open the actions above.
        'views/complaint_reports_menus.xml',
    ],
    'assets': {
        'web.assets_backend': ['complaint_reports/static/src/report_figures/**/*'],
        'web.report_assets_common': ['complaint_reports/static/src/scss/complaint_form.scss'],
    },
    'post_init_hook': 'post_init_hook',
}
