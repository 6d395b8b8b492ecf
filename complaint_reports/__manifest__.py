{
    'name': "Complaint Reports",
    'version': '19.0.1.0.0',
    'category': "Services/Complaints",
    'summary': "Print complaints as forms, and analyse them down to the single case",
    'author': "Complaint Suite",
    'license': 'LGPL-3',
    'depends': ['complaint_sla', 'spreadsheet_dashboard'],
    'data': [
        'security/ir.model.access.csv',
        'security/complaint_form_rules.xml',
        'data/report_paperformat_data.xml',
        # The template before the action that names it.
        'report/complaint_case_sheet_templates.xml',
        'report/complaint_case_sheet_report.xml',
        'report/complaint_form_blocks.xml',
        'report/complaint_form_templates.xml',
        'report/complaint_form_letter_templates.xml',
        'report/complaint_form_receipt_templates.xml',
        'report/complaint_form_evidence_templates.xml',
        'report/complaint_form_reports.xml',
        # The reports before the forms that name them.
        'data/complaint_form_data.xml',
        'views/complaint_form_views.xml',
        'views/complaint_case_print_views.xml',
        'views/complaint_case_analysis_views.xml',
        'views/complaint_sla_analysis_views.xml',
        # Menus last: they open the actions above.
        'views/complaint_reports_menus.xml',
    ],
    'assets': {
        'web.report_assets_common': ['complaint_reports/static/src/scss/complaint_form.scss']
    },
}
