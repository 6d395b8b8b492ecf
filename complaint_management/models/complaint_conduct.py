from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

SUBJECTS = {'person': 'employee_id', 'team': 'team_id', 'department': 'department_id'}


class ComplaintConduct(models.Model):
    """A reward or a penalty that follows from complaints: proposed, then decided (PAWN-5.2, 5.3).

    Only the managers above the person, the committee, auditors and administrators read it; what
    rests on a restricted complaint follows that. The people it is about, and whoever must keep
    away from a complaint that it rests on, neither read nor decide it, whatever their role.
    """

    _name = 'complaint.conduct'
    _description = "Reward or Penalty"
    _inherit = ['complaint.restricted.door', 'complaint.guarded.record']
    _recusal_path = 'case_ids'
    _order = 'id desc'
    _check_company_auto = True

    kind_id = fields.Many2one(
        comodel_name='complaint.conduct.kind',
        string="Rewarded or penalised for",
        required=True,
        ondelete='restrict',
        index=True,
        check_company=True,
    )
    nature = fields.Selection(related='kind_id.nature', store=True)
    kind_consequences = fields.Text(related='kind_id.consequences')
    subject = fields.Selection(
        selection=[('person', "A person"), ('team', "A team"), ('department', "A department")],
        string="Who it is about",
        required=True,
        default='person',
    )
    # No foreign key on that side; who has left is kept all the same (INS-6-i).
    employee_id = fields.Many2one(
        comodel_name='hr.employee.public',
        string="Person concerned",
        index='btree_not_null',
        context={'active_test': False},
    )
    team_id = fields.Many2one(
        comodel_name='complaint.team',
        string="Team concerned",
        ondelete='restrict',
        index='btree_not_null',
        check_company=True,
    )
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Department concerned",
        ondelete='restrict',
        index='btree_not_null',
    )
    case_ids = fields.Many2many(
        comodel_name='complaint.case',
        relation='complaint_conduct_case_rel',
        column1='conduct_id',
        column2='case_id',
        string="It rests on",
        help="The complaints that show the conduct.",
    )
    reason = fields.Text(string="What was done, well or badly", required=True)
    consequence = fields.Char(
        string="What follows", help="Certificate, goods, warning, fine, deduction, dismissal …"
    )
    amount = fields.Monetary(string="Sum of money", currency_field='currency_id')
    currency_id = fields.Many2one(related='company_id.currency_id')
    state = fields.Selection(
        selection=[('proposed', "Proposed"), ('decided', "Decided"), ('refused', "Turned down")],
        string="State of the proposal",
        required=True,
        readonly=True,
        default='proposed',
        index=True,
        copy=False,
    )
    proposed_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Proposed by",
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
        default=lambda self: self.env.user,
        copy=False,
    )
    decided_by_id = fields.Many2one(
        comodel_name='res.users',
        string="Decided by",
        readonly=True,
        ondelete='restrict',
        index='btree_not_null',
        copy=False,
    )
    decided_at = fields.Datetime(string="Decided at", readonly=True, copy=False)
    decision_note = fields.Text(string="Reasons of the decision", copy=False)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, index=True, default=lambda self: self.env.company
    )
    barred_user_ids = fields.Many2many(
        comodel_name='res.users',
        relation='complaint_conduct_barred_user_rel',
        column1='conduct_id',
        column2='user_id',
        string="People kept away",
        compute='_compute_barred_user_ids',
        store=True,
        compute_sudo=True,  # who is recused from a case is hidden from some
        copy=False,
    )
    earlier_count = fields.Integer(
        string="Earlier penalties", compute='_compute_repeats', compute_sudo=True
    )
    repeat_count = fields.Integer(
        string="Complaints about the same problem", compute='_compute_repeats', compute_sudo=True
    )
    suggests_heavier = fields.Boolean(
        string="Repeated", compute='_compute_repeats', compute_sudo=True
    )

    # === COMPUTE METHODS === #

    @api.depends('kind_id', 'employee_id', 'team_id', 'department_id')
    def _compute_display_name(self):
        for conduct in self:
            names = [conduct._get_subject().display_name, conduct.kind_id.name]
            conduct.display_name = ' – '.join(filter(None, names))

    @api.depends(
        *('subject', 'employee_id.employee_id.user_id', 'team_id.leader_id'),
        *('department_id.manager_id.user_id', 'case_ids.recused_user_ids'),
    )
    def _compute_barred_user_ids(self):
        """Keep away the people concerned and who is recused from the cases (T16)."""
        for conduct in self:
            concerned = {
                'person': lambda conduct: conduct.employee_id.employee_id.user_id,
                'team': lambda conduct: conduct.team_id.leader_id,
                'department': lambda conduct: conduct.department_id.manager_id.user_id,
            }[conduct.subject or 'person'](conduct)
            conduct.barred_user_ids = concerned | conduct.case_ids.recused_user_ids

    @api.depends(
        'nature', 'subject', 'employee_id', 'team_id', 'department_id', 'case_ids', 'state'
    )
    def _compute_repeats(self):
        """Count what came before: repeated complaints are penalised more heavily (PAWN-5.3-c)."""
        counts = self._count_earlier_penalties()
        for conduct in self:
            cases = conduct.case_ids._origin
            name = 'person_repeat_count'
            if conduct.subject != 'person':
                name = 'department_repeat_count'
            conduct.earlier_count = counts.get(conduct, 0)
            conduct.repeat_count = max(cases.mapped(name), default=0)
            conduct.suggests_heavier = conduct.nature == 'penalty' and bool(
                conduct.earlier_count or conduct.repeat_count
            )

    def _count_earlier_penalties(self):
        """Return {conduct: decided penalties of the same subject}; a query for each kind of it."""
        counts = {}
        for subject, conducts in self.grouped('subject').items():
            name = SUBJECTS.get(subject)
            if not name or not (found := conducts[name]._origin):
                continue
            groups = self._read_group(
                [
                    (name, 'in', found.ids),
                    ('subject', '=', subject),
                    ('nature', '=', 'penalty'),
                    ('state', '=', 'decided'),
                ],
                [name],
                ['id:array_agg'],
            )
            earlier = {record.id: conduct_ids for record, conduct_ids in groups}
            for conduct in conducts:
                others = set(earlier.get(conduct[name]._origin.id, ())) - {conduct._origin.id}
                counts[conduct] = len(others)
        return counts

    @api.model
    def _search(self, domain, *args, **kwargs):
        # The rules ask who is kept away through a table of its own, and core does not wait for
        # what is still to be reckoned there.
        self._recompute_model(['barred_user_ids'])
        return super()._search(domain, *args, **kwargs)

    # === CONSTRAINTS === #

    @api.constrains('subject', *SUBJECTS.values())
    def _check_subject(self):
        for conduct in self:
            if not conduct._get_subject():
                raise ValidationError(
                    self.env._("Say which person, team or department it is about.")
                )

    @api.constrains('case_ids', 'company_id')
    def _check_turned_on(self):
        """Nobody is rewarded or penalised where the procedure does not say so (T22)."""
        for conduct in self:
            cases = conduct.case_ids.sudo()  # which procedure a case follows is no secret
            procedures = cases.procedure_id or self.env['complaint.procedure'].sudo().search(
                [('company_id', 'in', (conduct.company_id.id, False))]  # shared settings
            )
            on = procedures.filtered('use_conduct')
            if not on or (cases and on != procedures):
                raise ValidationError(
                    self.env._(
                        "The procedure knows no rewards and penalties. An administrator can turn "
                        "them on there."
                    )
                )

    # === CRUD METHODS === #

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            *('state', 'proposed_by_id', 'decided_by_id', 'decided_at', 'barred_user_ids')
        }

    @api.model
    def _get_guarded_defaults(self):
        defaults = super()._get_guarded_defaults()
        del defaults['barred_user_ids']  # reckoned from the rest
        return defaults

    def write(self, vals):
        if not self._is_internal() and self.filtered(lambda conduct: conduct.state != 'proposed'):
            raise UserError(self.env._("What is decided stays as it is. Make a new proposal."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_proposed(self):
        if self.filtered(lambda conduct: conduct.state != 'proposed'):
            raise UserError(self.env._("What is decided stays as it is. Make a new proposal."))

    # === ACTIONS === #

    def action_decide(self):
        """Decide as proposed; never whom it is about, nor who must keep away from the cases."""
        self._decide('decided')
        return True

    def action_refuse(self):
        """Turn the proposals down."""
        self._decide('refused')
        return True

    def _decide(self, state):
        self.check_access('write')
        self._raise_obstacles(self._get_obstacles(state))
        self._write_internal(
            {
                'state': state,
                'decided_by_id': self.env.uid,
                'decided_at': self.env.cr.now().replace(microsecond=0),
            }
        )

    def _get_obstacles(self, state):
        """Return {conduct: [sentences]} that say what keeps it from being decided."""
        obstacles = {}
        for conduct in self:
            sentences = []
            if conduct.state != 'proposed':
                sentences.append(self.env._("What is decided stays as it is. Make a new proposal."))
            if self.env.user in conduct.sudo().barred_user_ids:  # also for the superuser's code
                sentences.append(
                    self.env._("Whom it is about, or who must keep away, does not decide.")
                )
            if state == 'decided' and not (conduct.consequence or '').strip():
                sentences.append(self.env._("Write down what follows from it."))
            if state == 'refused' and not (conduct.decision_note or '').strip():
                sentences.append(self.env._("Give the reasons of the decision."))
            if sentences:
                obstacles[conduct] = sentences
        return obstacles

    def _get_subject(self):
        """Return the person, team or department it is about, possibly none."""
        self.ensure_one()
        return self[SUBJECTS[self.subject or 'person']]
