{
    'name': "Complaint Time Limits",
    'version': '19.0.1.0.0',
    'category': "Services/Complaints",
    'summary': "Time limits of complaints as clocks in working time, each with its reason",
    'author': "Complaint Suite",
    'license': 'LGPL-3',
    'depends': ['complaint_management'],
    'data': [
        # Access first: views and data refer to models that somebody must be able to read.
        'security/ir.model.access.csv',
        'security/complaint_sla_security.xml',
        'security/complaint_workday_security.xml',
        'data/mail_activity_type_data.xml',
        'data/ir_cron_data.xml',
        'data/complaint_workday_cron_data.xml',
        'data/complaint_sla_policy_data.xml',
        'views/complaint_sla_templates.xml',
        'views/complaint_sla_policy_views.xml',
        'views/complaint_sla_clock_views.xml',
        'views/complaint_case_views.xml',
        'views/complaint_team_views.xml',
        'views/resource_calendar_views.xml',
        # Before the exceptions: their list has a button that opens it.
        'wizard/complaint_workday_load_views.xml',
        'views/complaint_workday_views.xml',
        # Menus last: they open the actions above.
        'views/complaint_sla_menus.xml',
    ],
    'demo': ['demo/complaint_sla_clock_demo.xml'],
    'assets': {'web.assets_tests': ['complaint_sla/static/tests/tours/**/*']},
    'post_init_hook': 'post_init_hook',
    'uninstall_hook': 'uninstall_hook',
}
