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
        # The template before the action that names it.
        'report/complaint_case_sheet_templates.xml',
        'report/complaint_case_sheet_report.xml',
        'views/complaint_case_analysis_views.xml',
        'views/complaint_sla_analysis_views.xml',
        'views/complaint_contact_views.xml',
        'data/complaint_dashboard_data.xml',
        # Favourites after the actions that they belong to.
        'data/complaint_filter_data.xml',
        # Menus last: they open the actions above.
        'views/complaint_reports_menus.xml',
    ],
    'assets': {
        'web.report_assets_common': ['complaint_reports/static/src/scss/complaint_form.scss']
    },
}
