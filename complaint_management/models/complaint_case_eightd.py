from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, format_list

from .complaint_case_repeat import LINK_FIELDS

LINK_FIELDS.add('supplier_8d_of_id')

# From here on the same defect must not be worked on twice without a link.
LINKED_PHASES = ('feedback', 'closed_normal')
# Of so many complaints with the same category and cause, products and lots are compared.
RECURRENCE_POOL = 500

# (discipline, milestone that ends it)
STEPS = (
    ('d1', 'team_named'),
    ('d2', 'confirmed'),
    ('d3', 'contained'),
    ('d4', 'investigated'),
    ('d5', 'permanent_measure'),
    ('d6', 'effect_verified'),
    ('d7', 'deployed'),
    ('d8', 'closed'),
)


class ComplaintCaseEightd(models.Model):
    """A case that is worked on by 8D: eight disciplines from the team to the close (1.4)."""

    _inherit = 'complaint.case'

    use_8d = fields.Boolean(related='procedure_id.use_8d')
    eightd_leader_id = fields.Many2one(
        comodel_name='res.users',
        string="8D leader",
        ondelete='restrict',
        index='btree_not_null',
        domain=[('share', '=', False)],
        copy=False,
        tracking=True,
    )
    eightd_member_ids = fields.Many2many(
        comodel_name='res.users',
        relation='complaint_case_eightd_member_rel',
        column1='case_id',
        column2='user_id',
        string="8D team",
        domain=[('share', '=', False)],
        copy=False,
    )
    quantity_affected = fields.Float(
        string="Pieces affected", digits=(16, 2), help="How far the fault reaches."
    )
    escape_cause_id = fields.Many2one(
        comodel_name='complaint.cause',
        string="Escape cause",
        ondelete='restrict',
        index='btree_not_null',
        domain="[('offered_procedure_id', '=', procedure_id)]",
        tracking=True,
        help="Why the fault was not found before the goods left the factory.",
    )
    cause_analysis = fields.Text(string="Analysis of the cause")
    team_recognition = fields.Text(string="Recognition of the team")
    trace_ids = fields.One2many(
        comodel_name='complaint.trace', inverse_name='case_id', string="Trace-back"
    )
    supplier_id = fields.Many2one(
        comodel_name='res.partner',
        string="Supplier at fault",
        ondelete='restrict',
        index='btree_not_null',
    )
    supplier_8d_of_id = fields.Many2one(
        comodel_name='complaint.case',
        string="Supplier's 8D for",
        ondelete='set null',
        index='btree_not_null',
        check_company=True,
        copy=False,
    )
    supplier_8d_ids = fields.One2many(
        comodel_name='complaint.case', inverse_name='supplier_8d_of_id', string="8D of suppliers"
    )
    recurrence_ids = fields.Many2many(
        comodel_name='complaint.case',
        string="Same defect before",
        compute='_compute_recurrence_ids',
        help="Earlier complaints with the same category, cause and product or lot, not linked yet.",
    )
    eightd_progress = fields.Html(
        string="Progress of the 8D", compute='_compute_eightd_progress', sanitize=False
    )

    # === COMPUTE METHODS === #

    @api.depends(
        *('category_id', 'cause_id', 'document_ids.lot', 'document_ids.product', 'trace_ids.lot'),
        *('trace_ids.product', 'related_ids', 'repeat_of_id', 'procedure_id.use_8d'),
    )
    @api.depends_context('uid')
    def _compute_recurrence_ids(self):
        """Show of the same defects those that the user may read."""
        found = self.filtered('use_8d')._find_recurrences()
        for case in self:
            others = found.get(case, self.browse()).sudo(self.env.su)
            case.recurrence_ids = others._filtered_access('read')

    @api.depends('event_count', 'measure_ids.is_open', 'measure_ids.discipline')
    @api.depends_context('lang', 'tz')
    def _compute_eightd_progress(self):
        titles = self._get_eightd_titles()
        for case in self:
            if not case.use_8d:
                case.eightd_progress = False
                continue
            effective = case.event_ids._get_effective([code for _step, code in STEPS])
            reached = {}
            for event in effective.filtered(lambda e, case=case: e.round == case.round):
                code = event.milestone_id._get_code()
                reached[code] = min(reached.get(code, event.occurred_at), event.occurred_at)
            measures = case.measure_ids.grouped('discipline')
            steps = [
                {
                    'title': titles[step],
                    'date': code in reached
                    and format_date(
                        self.env, fields.Datetime.context_timestamp(case, reached[code]).date()
                    ),
                    'total': len(measures.get(step, ())),
                    'unfinished': len([m for m in measures.get(step, ()) if m.is_open]),
                }
                for step, code in STEPS
            ]
            case.eightd_progress = self.env['ir.qweb']._render(
                'complaint_management.eightd_progress', {'steps': steps}
            )

    @api.model
    def _get_eightd_titles(self):
        """Return {discipline: its title}, as the 8D report prints them (8D-6-d)."""
        return {
            'd1': self.env._("D1 Team"),
            'd2': self.env._("D2 Problem"),
            'd3': self.env._("D3 Containment"),
            'd4': self.env._("D4 Cause"),
            'd5': self.env._("D5 Choice of measures"),
            'd6': self.env._("D6 Measures in force"),
            'd7': self.env._("D7 Prevention"),
            'd8': self.env._("D8 Close"),
        }

    # === CONSTRAINTS === #

    @api.constrains('eightd_leader_id', 'eightd_member_ids', 'recused_user_ids')
    def _check_eightd_team(self):
        for case in self:
            people = case.eightd_leader_id | case.eightd_member_ids
            wrong = people & case.recused_user_ids
            wrong |= people.filtered(lambda user: not user._may_work_on_complaints())
            if wrong and not case.is_closed:
                raise ValidationError(
                    self.env._(
                        "%(names)s cannot be in the 8D team: they have no role in complaints, or "
                        "must keep away from this one.",
                        names=format_list(self.env, wrong.mapped('name')),
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        cases = super().create(vals_list)
        names = {'eightd_leader_id', 'eightd_member_ids'}
        with_team = cases.filtered(lambda case: case.eightd_leader_id or case.eightd_member_ids)
        if with_team and any(names & vals.keys() for vals in vals_list):
            with_team._refresh_improvement_people()
            with_team._stamp_team()
        return cases

    def write(self, vals):
        result = super().write(vals)
        if {'eightd_leader_id', 'eightd_member_ids'} & vals.keys():
            self._refresh_improvement_people()
            self._stamp_team()
        return result

    def _get_improvement_people(self):
        people = super()._get_improvement_people()
        return people | self.eightd_leader_id | self.eightd_member_ids

    def _stamp_team(self):
        """Stamp that the team stands (D1), once in a round."""
        todo = self.filtered('eightd_leader_id')
        for case in todo:
            stamped = case.event_ids._get_effective(['team_named'])
            if case.round in stamped.mapped('round'):
                todo -= case
        if todo:
            todo._stamp('team_named')

    # === RECURRENCE === #

    def _get_defect_keys(self):
        """Return the products and lots that this case is about, as they are compared."""
        self.ensure_one()
        get_key = self.env['complaint.document']._get_key
        products = {*self.document_ids.mapped('product'), *self.trace_ids.mapped('product')}
        keys = {('product', get_key(product)) for product in products if get_key(product)}
        lots = {*self.document_ids.mapped('lot_key'), *self.trace_ids.mapped('lot_key')}
        return keys | {('lot', lot) for lot in lots if lot}

    def _find_recurrences(self):
        """Return {case: earlier cases with the same defect that are not linked to it}.

        The same defect is: same category and cause, and a product or lot in common. One search
        for all; as superuser, since a defect does not depend on who asks.
        """
        asking = self.sudo().filtered(lambda case: case.category_id and case.cause_id)
        if not asking:
            return {}
        pool = asking.search(
            Domain('category_id', 'in', asking.category_id.ids)
            & Domain('cause_id', 'in', asking.cause_id.ids)
            & Domain('company_id', 'in', asking.company_id.ids)
            & Domain('registered_at', '!=', False)
            & Domain('duplicate_of_id', '=', False),
            order='received_at desc, id desc',
            limit=RECURRENCE_POOL,
        )
        keys = {case: case._get_defect_keys() for case in pool | asking}
        found = {}
        for case in asking:
            same = pool.filtered(
                lambda other, case=case: (
                    (other.company_id, other.category_id, other.cause_id)
                    == (case.company_id, case.category_id, case.cause_id)
                    and other.received_at <= case.received_at
                    and (other.received_at, other.id) != (case.received_at, case._origin.id)
                    and keys[other] & keys[case]
                )
            )
            if same := same - case._origin - case._get_linked_cases():
                found[case.sudo(self.env.su)] = same
        return found

    def _get_linked_cases(self):
        """Return the cases to which this one is linked in any way."""
        self.ensure_one()
        linked = self.related_ids | self.repeat_of_id | self.lead_case_id | self.parent_id
        return (linked | self.supplier_8d_of_id | self.supplier_8d_ids)._origin

    def action_link_recurrences(self):
        """Link the earlier complaints about the same defect."""
        self.ensure_one()
        if self.recurrence_ids:
            self.related_ids = [Command.link(other.id) for other in self.recurrence_ids]
        return True

    def _get_move_obstacles(self, stage):
        obstacles = super()._get_move_obstacles(stage)
        if stage.phase in LINKED_PHASES:
            for case, others in self.filtered('use_8d')._find_recurrences().items():
                obstacles.setdefault(case, []).append(
                    self.env._(
                        "The same defect was worked on before: %(cases)s. Link it first, on the "
                        "page 8D or as related complaint.",
                        cases=format_list(self.env, others.mapped('number')),
                    )
                )
        return obstacles

    # === SUPPLIER === #

    def action_open_supplier_8d(self):
        """Open a new complaint in which the supplier works on his part (8D-4-d, FO-36)."""
        self.ensure_one()
        self.check_access('write')
        if not self.supplier_id:
            raise UserError(self.env._("Name the supplier at fault first."))
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("8D of the supplier"),
            'res_model': 'complaint.case',
            'view_mode': 'form',
            'context': {
                'default_supplier_8d_of_id': self.id,
                'default_supplier_id': self.supplier_id.id,
                'default_name': self.env._("8D of the supplier: %(subject)s", subject=self.name),
                'default_description': self.description,
                'default_procedure_id': self.procedure_id.id,
                'default_team_id': self.team_id.id,
                'default_category_id': self.category_id.id,
                'default_grade_id': self.grade_id.id,
            },
        }
