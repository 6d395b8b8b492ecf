import csv
from pathlib import Path

from odoo import Command, fields
from odoo.tests import new_test_user

from odoo.addons.complaint_management.const import INTERNAL_KEY, INTERNAL_WRITE
from odoo.addons.complaint_management.tests.test_access import AccessCommon
from odoo.addons.complaint_management.tests.test_attacker import LINES

SITUATIONS = ('own', 'department', 'other', 'restricted', 'recused', 'company')

ROLES = (
    *('handler', 'receiver', 'manager', 'department_head', 'legal', 'committee', 'auditor'),
    *('admin', 'outsider', 'portal', 'public'),
)

OPERATIONS = ('read', 'write', 'create', 'unlink')

SAME = '='  # a record without a complaint has no such situation: as in the column `own`


class MatrixCommon(AccessCommon):
    """Six complaints, and a record of each model for each of them.

    own:        of the team Care. Everybody has a part in it: the handler handles it, the receiver
                is its first contact, the manager leads the team, the department head follows it
                up, legal staff are asked by a flag, the outsider reported it, the portal customer
                complains in it. The visitor (public) has the link to it.
    department: of a strange team, of the department Works, where the handler works and which the
                department head leads; the complaint of the company to which the customer belongs.
    other:      of a strange team, department and customer.
    restricted: as own, of the department Works, but with the flag "sensitive"; of the company to
                which the customer belongs.
    recused:    as department, but everybody is complained about in it.
    company:    of another company's team, whose members are the same people; again the portal
                customer complains in it.

    Records without a complaint are `own`, of another `company` where they belong to one, and
    `other` where a model tells apart whose they are (see `_get_owners`).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_customers()
        cls.users = {
            **{role: getattr(cls, role) for role in ROLES if role != 'public'},
            'public': cls.env.ref('base.public_user'),
        }
        cls.stranger = new_test_user(
            cls.env, 'complaint_stranger', groups='complaint_management.group_complaint_committee'
        )
        cls.stranger_team = cls.env['complaint.team'].create({'name': "Stranger"})
        cls.branch = cls.env['res.company'].create({'name': "Branch"})
        (cls.env.user | cls.stranger).company_ids |= cls.branch
        cls.branch_team = cls.env['complaint.team'].create(
            {
                'name': "Branch team",
                'company_id': cls.branch.id,
                'leader_id': cls.manager.id,
                'member_ids': [Command.set((cls.receiver | cls.handler).ids)],
            }
        )
        cls.old_hours, cls.branch_hours = cls.env['resource.calendar'].create(
            [{'name': "Old"}, {'name': "Branch", 'company_id': cls.branch.id}]
        )
        cls.procedure.use_conduct = True
        cls._set_up_cases()
        cls.records = {}  # {(model, situation): record}

    @classmethod
    def _set_up_customers(cls):
        cls.firm = cls.env['res.partner'].create({'name': "Acme", 'is_company': True})
        partner = cls.env['res.partner'].create({'name': "Ann", 'parent_id': cls.firm.id})
        cls.portal = new_test_user(
            cls.env, 'complaint_portal', groups='base.group_portal', partner_id=partner.id
        )
        for role in ('outsider', 'portal'):
            user = getattr(cls, role)
            cls.employees[role] = cls.env['hr.employee'].create(
                {'name': user.name, 'user_id': user.id}
            )

    @classmethod
    def _set_up_cases(cls):
        parts = {
            'handler_id': cls.handler.id,
            'contact_owner_id': cls.receiver.id,
            'followup_user_id': cls.department_head.id,
        }
        needs_legal = cls.env['complaint.flag'].create(
            {'name': "Law suit", 'requires_legal_opinion': True}
        )
        sensitive = cls.env.ref('complaint_management.flag_sensitive')
        ann, firm = cls.portal.partner_id, cls.firm
        strange = {'team_id': cls.stranger_team.id}
        values = {
            'own': {**parts, 'partner_id': ann.id, 'flag_ids': needs_legal.ids},
            'department': {**strange, 'partner_id': firm.id, 'department_id': cls.department.id},
            'other': strange,
            'restricted': {
                **parts,
                'partner_id': firm.id,
                'department_id': cls.department.id,
                'flag_ids': sensitive.ids,
            },
            'recused': {
                'partner_id': ann.id,
                'department_id': cls.department.id,
                'contact_owner_id': False,
            },
            'company': {'partner_id': ann.id, 'team_id': cls.branch_team.id},
        }
        cls.cases = {
            situation: cls._create_case(user=cls.env.user, **values[situation])
            for situation in SITUATIONS
        }
        # They were reported by who has no role (the quick form does it as superuser).
        reported = [cls.cases[name].id for name in ('own', 'recused')]
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE complaint_case SET create_uid = %s WHERE id = ANY(%s)",
            (cls.outsider.id, reported),
        )
        cls.env.invalidate_all()
        accused = cls.env['hr.employee'].union(*cls.employees.values())
        cls.cases['recused'].accused_employee_ids = accused.ids

    # === RECORDS === #

    @classmethod
    def _get_model_names(cls):
        """Return the names of all models whose records stay."""
        return sorted(
            name
            for name, model in cls.registry.items()
            if name.startswith('complaint.') and not model._abstract and not model._transient
        )

    @classmethod
    def _has_case(cls, name):
        return name in ('complaint.case', 'complaint.case.reported') or any(
            cls._is_link(field) for field in cls.env[name]._fields.values()
        )

    @classmethod
    def _is_link(cls, field):
        kinds = ('many2one', 'many2many')
        return field.store and field.comodel_name == 'complaint.case' and field.type in kinds

    @classmethod
    def _get_situations(cls, name):
        """Return the situations in which a record of this model can be."""
        if cls._has_case(name):
            return SITUATIONS
        return (
            'own',
            *(('other',) if name in cls._get_owners() else ()),
            *(('company',) if cls._is_of_a_company(name) else ()),
        )

    @classmethod
    def _get_company_path(cls, name):
        """Return the field that leads from a record without a complaint to its company, or None."""
        known = cls.env[name]._fields
        if 'company_id' in known and not known['company_id'].related:
            return 'company_id'
        owners = ('procedure_id', 'stage_id', 'policy_id', 'schedule_id', 'run_id')
        return next((owner for owner in owners if owner in known and known[owner].store), None)

    @classmethod
    def _is_of_a_company(cls, name):
        return name == 'complaint.workday' or bool(cls._get_company_path(name))

    @classmethod
    def _get_owners(cls):
        """Return {model: {situation: values}} of what tells a person's own records apart."""
        return {
            'complaint.duty': {
                'own': {'user_id': cls.handler.id, 'team_id': cls.team.id},
                'other': {'user_id': cls.stranger.id, 'team_id': cls.stranger_team.id},
            },
            'complaint.handover': {
                'own': {
                    'from_user_id': cls.handler.id,
                    'to_user_id': cls.receiver.id,
                    'team_id': cls.team.id,
                },
                'other': {
                    'from_user_id': cls.stranger.id,
                    'to_user_id': cls.stranger.id,
                    'team_id': cls.stranger_team.id,
                },
            },
            'complaint.inspection': {
                'own': {'responsible_id': cls.manager.id},
                'other': {'responsible_id': cls.stranger.id},
            },
            'complaint.lesson.session': {
                'own': {'trainer_id': cls.employees['handler'].id},
                'other': {'trainer_id': cls.employees['legal'].id},
            },
            'complaint.report.run': {
                'own': {'reviewer_id': cls.handler.id},
                'other': {'reviewer_id': cls.stranger.id},
            },
            'complaint.report.entry': {'own': {}, 'other': {}},  # as its report
            'complaint.report.delivery': {
                'own': {'user_id': cls.outsider.id},
                'other': {'user_id': cls.stranger.id},
            },
        }

    @classmethod
    def _get_record(cls, name, situation):
        """Return the record of a model in a situation, made once."""
        if name == 'complaint.case':
            return cls.cases[situation]
        if name == 'complaint.case.reported':
            return cls.env[name].browse(cls.cases[situation].id)
        if situation not in cls._get_situations(name):
            situation = 'own'
        key = name, situation
        if key not in cls.records:
            model = cls.env[name]
            if model._auto:
                record = cls._find_record(model, situation) or cls._make_record(model, situation)
            else:  # rows of a query
                cls.env.flush_all()
                record = cls._find_record(model, situation)
            cls.records[key] = record
        return cls.records[key]

    @classmethod
    def _find_record(cls, model, situation):
        """Return what the software itself has written about the complaint."""
        if cls._has_case(model._name) and 'case_id' in model._fields:
            found = [('case_id', '=', cls.cases[situation].id)]
            return model.with_context(active_test=False).search(found, limit=1)
        return model

    @classmethod
    def _make_record(cls, model, situation):
        values = {**cls._get_known_values(model._name, situation)}
        for field in model._fields.values():
            if cls._is_link(field):
                case = cls.cases[situation]
                values[field.name] = case.id if field.type == 'many2one' else case.ids
        if situation == 'company':
            values |= cls._get_values_of_branch(model)
        missing = [
            field
            for field in model._fields.values()
            if field.required
            and field.store
            and field.name not in values
            and not (field.compute or field.related or field.default)
            and not (field.readonly and model._name == 'complaint.solution')  # it says so itself
        ]
        for field in missing:
            values[field.name] = cls._get_value(field, situation)
        return model.with_context(**{INTERNAL_KEY: INTERNAL_WRITE}).create(values)

    @classmethod
    def _get_values_of_branch(cls, model):
        path = cls._get_company_path(model._name)
        if path == 'company_id':
            return {path: cls.branch.id}
        if path and not cls._has_case(model._name):
            return {path: cls._get_record(model._fields[path].comodel_name, 'company').id}
        return {}

    @classmethod
    def _get_value(cls, field, situation):
        match field.type:
            case 'many2one' if field.comodel_name.startswith('complaint.'):
                return cls._get_record(field.comodel_name, situation).id
            case 'many2one' if field.comodel_name == 'res.users':
                return cls.stranger.id
            case 'many2one' if field.comodel_name == 'res.company':
                return cls.env.company.id
            case 'many2one':
                return cls.env[field.comodel_name].search([], limit=1).id
            case 'selection':
                return field._description_selection(cls.env)[0][0]
            case 'date':
                return fields.Date.today()
            case 'datetime':
                return fields.Datetime.now()
            case 'integer' | 'float' | 'monetary':
                return 1
            case 'json':
                return {}
            case _:  # also as a code
                return f'x_{field.model_name}_{situation}'.replace('.', '_')

    @classmethod
    def _get_known_values(cls, name, situation):
        """Return what the smallest record of a model needs beside any value at all."""
        case_fields = cls.env['complaint.case']._fields
        values = {}
        for field_name, line in LINES.items():
            if case_fields[field_name].comodel_name == name:
                values |= line
        values |= cls._get_minima().get(name, {})
        values |= cls._get_owners().get(name, {}).get(situation, {})
        if name == 'complaint.report.run':
            values['split_key'] = situation
        if name == 'complaint.inspection.line' and situation == 'restricted':
            # An inspection follows the restriction of every complaint that was drawn for it.
            inspection = cls._make_record(cls.env['complaint.inspection'], 'own')
            values['inspection_id'] = inspection.id
        if name == 'complaint.workday' and situation == 'company':
            values['calendar_ids'] = cls.branch_hours.ids
        return values

    @classmethod
    def _get_minima(cls):
        """Return {model: values} of those for which not any value will do."""
        start, stop = cls.env['complaint.milestone'].search([], limit=2)
        return {
            'complaint.assistance': {'partner_id': cls.customer.id},
            'complaint.conduct': {'employee_id': cls.employees['handler'].id},
            'complaint.form.custody': {'user_id': cls.stranger.id},
            'complaint.lesson': {'name': "Pack better"},
            'complaint.recusal': {'user_id': cls.env.ref('base.user_admin').id},
            'complaint.sla.calendar.past': {
                'calendar_id': cls.old_hours.id,
                'schedule': {'tz': 'UTC'},
            },
            'complaint.sla.policy': {'start_milestone_id': start.id, 'stop_milestone_id': stop.id},
            'complaint.stage.gate': {'approval_subject': 'closing'},
        }

    # === TABLES === #

    def _read_table(self, file_name):
        """Return {(first column, role): [a cell for each situation]}."""
        with (Path(__file__).parent / file_name).open(encoding='utf-8', newline='') as file:
            head, *rows = csv.reader(file)
        self.assertEqual(tuple(head[2:]), SITUATIONS)
        table = {(subject, role): cells for subject, role, *cells in rows}
        self.assertEqual(len(table), len(rows), f"A row is twice in {file_name}")
        return table
