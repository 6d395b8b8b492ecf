from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

# Who holds a paper, seen from the case. (value, English label)
HOLDERS = [
    ('customer_service', "Customer service: the team and its leader"),
    ('department', "Responsible department"),
    ('owner', "First-contact owner"),
    ('follow_up', "Follow-up owner"),
    ('handler', "Handler"),
]


class ComplaintFormCustody(models.Model):
    """Who holds the original of a form of a case, and who a copy, one line a holding.

    A new holder of the original ends the holding before; copies may lie with several. What was
    handed on stays as it was (PROPERTY-5.1.2-A2, PROPERTY-5.2-c, TEL-2.6-a).
    """

    _name = 'complaint.form.custody'
    _description = "Holder of a Paper"
    _inherit = ['complaint.case.line', 'complaint.guarded.mixin']
    _order = 'since desc, id desc'
    _rec_name = 'form_id'

    form_id = fields.Many2one(
        comodel_name='complaint.form',
        string="Printed form",
        required=True,
        ondelete='restrict',
        index=True,
        domain=[('report_id.model', '=', 'complaint.case')],
    )
    kind = fields.Selection(
        selection=[('original', "Original"), ('copy', "Photocopy")],
        string="Original or photocopy",
        required=True,
        default='original',
    )
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Held by the department",
        ondelete='restrict',
        index='btree_not_null',
    )
    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Held by",
        ondelete='restrict',
        index='btree_not_null',
        domain=[('share', '=', False)],
    )
    place = fields.Char(string="Where it lies", help="Cabinet, folder, archive box.")
    since = fields.Datetime(string="Held since", required=True, default=lambda self: self._now())
    until = fields.Datetime(string="Held until", readonly=True)
    note = fields.Char(string="Remark on the paper")

    _current_idx = models.Index('(case_id, form_id) WHERE until IS NULL')

    # === CONSTRAINTS === #

    @api.constrains('department_id', 'user_id')
    def _check_holder(self):
        if any(not (custody.department_id or custody.user_id) for custody in self):
            raise ValidationError(
                self.env._("Say who holds the paper: a department, a person, or both.")
            )

    @api.constrains('since', 'until')
    def _check_span(self):
        if any(custody.until and custody.until < custody.since for custody in self):
            raise ValidationError(
                self.env._("Who takes a paper over holds it later than the holder before.")
            )

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'until', 'company_id'}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_guarded_values(vals, {})
        custodies = super().create(vals_list)
        custodies._end_before()
        return custodies

    def write(self, vals):
        if self._is_internal():
            return super().write(vals)
        for custody in self:
            custody._check_guarded_values(vals, {name: custody[name] for name in vals})
        if {'case_id', 'form_id', 'kind'} & vals.keys():
            raise UserError(self.env._("Add a line for another paper or another holder."))
        if any(custody.until for custody in self):
            raise UserError(self.env._("What was handed on stays as it was recorded."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        if not self._is_internal():
            raise UserError(self.env._("Who held a paper is kept: hand it on, or end the holding."))

    # === ACTIONS === #

    def action_end(self):
        """Note that a paper is not held any more: a copy came back or was destroyed.

        :raise UserError: it is ended already
        """
        self.check_access('write')
        if any(custody.until for custody in self):
            raise UserError(self.env._("What was handed on stays as it was recorded."))
        self._write_internal({'until': self._now()})
        return True

    # === BUSINESS METHODS === #

    def _end_before(self):
        """End the holding of each original that has a newer holder."""
        originals = self.filtered(lambda custody: custody.kind == 'original')
        if not originals:
            return
        known = self.search(
            [
                ('case_id', 'in', originals.case_id.ids),
                ('form_id', 'in', originals.form_id.ids),
                ('kind', '=', 'original'),
                ('until', '=', False),
            ]
        )
        for _key, held in known.grouped(lambda c: (c.case_id, c.form_id)).items():
            *earlier, last = held.sorted('id')
            for custody in earlier:
                custody._write_internal({'until': last.since})

    @api.model
    def _open(self, forms, cases):
        """Let each paper begin with the holders that its form names; once for each case.

        :param forms: complaint.form records
        :param cases: complaint.case records that have just reached a stage of these forms
        """
        known = self.search([('case_id', 'in', cases.ids), ('form_id', 'in', forms.ids)])
        begun = {(custody.case_id, custody.form_id) for custody in known}
        self.create(
            [
                {'case_id': case.id, 'form_id': form.id, 'kind': kind, **holder}
                for form in forms
                for case in form._filter_cases(cases)
                if (case, form) not in begun
                for kind in ('original', 'copy')
                if (holder := self._get_holder(case, form[f'{kind}_holder']))
            ]
        )

    @api.model
    def _get_holder(self, case, role):
        """Return the values of who holds a role on a case; empty where nobody does."""
        if not role:
            return {}
        department = case.env['hr.department']
        if role == 'customer_service':
            department, user = case.team_id.department_id, case.team_id.leader_id
        elif role == 'department':
            department, user = case.department_id, case.env['res.users']
        else:
            user = case._get_recipients(role)[:1]
        user -= case.recused_user_ids
        if not (department or user):
            return {}
        return {'department_id': department.id, 'user_id': user.id}

    def _get_words(self):
        """Return who holds this paper, as it stands on the form."""
        self.ensure_one()
        kinds = dict(self._fields['kind']._description_selection(self.env))
        # Names of departments and colleagues are no secret.
        names = [self.department_id.sudo().name, self.user_id.sudo().name, self.place]
        return self.env._(
            "%(kind)s: %(holder)s, since %(day)s",
            kind=kinds[self.kind],
            holder=' · '.join(filter(None, names)),
            day=format_date(self.env, fields.Datetime.context_timestamp(self, self.since).date()),
        )

    @api.model
    def _now(self):
        return self.env.cr.now().replace(microsecond=0)
