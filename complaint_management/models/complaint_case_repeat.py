from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

# Fields that lead from one complaint to another: whoever sets one must be able to read both.
LINK_FIELDS = {'related_ids', 'repeat_of_id', 'duplicate_of_id', 'lead_case_id'}

# By what repeats are counted, besides the time.
REPEAT_FIELDS = {'category_id', 'partner_id', 'complainant_phone', 'complainant_email'}


class ComplaintCaseRepeat(models.Model):
    """Complaints that belong together: linked, repeated, about the same problem."""

    _inherit = 'complaint.case'

    related_ids = fields.Many2many(
        comodel_name='complaint.case',
        relation='complaint_case_related_rel',
        column1='case_id',
        column2='related_id',
        string="Related complaints",
        copy=False,
        help="The link shows on both complaints.",
    )
    repeat_of_id = fields.Many2one(
        comodel_name='complaint.case',
        string="Repeat of",
        index='btree_not_null',
        ondelete='set null',
        check_company=True,
        copy=False,
        help="The earlier complaint of this customer about the same matter.",
    )
    repeat_count = fields.Integer(
        string="Earlier complaints",
        readonly=True,
        copy=False,
        help="Complaints of the same customer in the same category that came within the days of "
        "the settings before this one.",
    )
    department_repeat_count = fields.Integer(
        string="Same problem in this department", compute='_compute_problem_repeats'
    )
    person_repeat_count = fields.Integer(
        string="Same problem about this person", compute='_compute_problem_repeats'
    )

    _repeat_idx = models.Index('(repeat_count) WHERE repeat_count > 0')

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'repeat_count'}

    # === COMPUTE METHODS === #

    @api.depends('number', 'name')
    @api.depends_context('uid')
    def _compute_display_name(self):
        """Show no more than the number of a complaint that recusal or a flag hides from the user.

        The client reads the names of linked records as superuser.
        """
        super()._compute_display_name()
        if not self.env.su or self.env.user._is_superuser():
            return
        hideable = self.filtered(lambda case: case.recused_user_ids or case.is_restricted)
        hidden = hideable and hideable - hideable.sudo(False)._filtered_access('read').sudo()
        for case in hidden:
            case.display_name = case.number or self.env._("Complaint")

    @api.depends('category_id', 'department_id', 'accused_employee_ids')
    @api.depends_context('uid')
    def _compute_problem_repeats(self):
        """Count what the user may read, so never across recusal (PAWN-5.3-c)."""
        self.department_repeat_count = 0
        self.person_repeat_count = 0
        comparable = self.filtered(
            lambda case: case.category_id and (case.department_id or case.accused_employee_ids)
        )
        for company, cases in comparable.grouped('company_id').items():
            since = cases._get_lookup_start(company)
            cases._count_same_problem('department_id', 'department_repeat_count', since)
            cases._count_same_problem('accused_employee_ids', 'person_repeat_count', since)

    def _count_same_problem(self, key, count_field, since):
        """Set a count of each case: others of its category with a value of `key` in common."""
        cases = self.filtered(key)
        if not cases:
            return
        counts = {
            (category.id, value.id): count
            for category, value, count in self._read_group(
                cases._get_problem_domain(key, since), ['category_id', key], ['__count']
            )
        }
        others = self.env['complaint.kind']._get_other_ids()
        for case in cases:
            counted = case._origin and case.received_at >= since and not case.duplicate_of_id
            counted = counted and case.kind_id.id not in others
            numbers = [
                counts.get((case.category_id.id, value_id), 0) - bool(counted)
                for value_id in case[key]._origin.ids
            ]
            case[count_field] = max(numbers, default=0)

    def _get_problem_domain(self, key, since):
        return (
            Domain('category_id', 'in', self.category_id.ids)
            & Domain(key, 'in', self[key]._origin.ids)
            & Domain('company_id', 'in', self.company_id.ids)
            & Domain('received_at', '>=', since)
            & Domain('duplicate_of_id', '=', False)
        )

    @api.model
    def _get_lookup_start(self, company, moment=None):
        """Return since when earlier complaints count, seen from `moment` (default: now)."""
        days = company.sudo().complaint_lookup_days  # how far back is no secret
        return (moment or self.env.cr.now()).replace(microsecond=0) - timedelta(days=days)

    # === CONSTRAINTS === #

    @api.constrains('repeat_of_id', 'related_ids')
    def _check_not_linked_to_itself(self):
        if self._has_cycle('repeat_of_id') or any(case in case.related_ids for case in self):
            raise ValidationError(self.env._("A complaint cannot refer to itself."))

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        for name in LINK_FIELDS & values.keys():
            # A merge is done, not preset; and a default may lead to what the user cannot read.
            linked = self.browse(self._get_linked_ids(values[name]))
            if name == 'duplicate_of_id' or linked != linked._filtered_access('read'):
                del values[name]
        return values

    @api.model_create_multi
    def create(self, vals_list):
        self._check_links(vals_list)
        cases = super().create(vals_list)
        if any(vals.get('related_ids') for vals in vals_list):
            cases._mirror_links()
        return cases

    def write(self, vals):
        self._check_links([vals])
        result = super().write(vals)
        if 'related_ids' in vals:
            self._mirror_links()
        if REPEAT_FIELDS & vals.keys():
            self.filtered('registered_at')._count_repeats()
        return result

    @api.model
    def _check_links(self, vals_list):
        """Refuse to link what the user cannot read: the link would tell its name.

        :raise AccessError: as for reading it
        """
        if self.env.su:
            return
        linked_ids = {
            linked_id
            for vals in vals_list
            for name in LINK_FIELDS & vals.keys()
            for linked_id in self._get_linked_ids(vals[name])
        }
        if linked_ids:
            self.browse(linked_ids).check_access('read')

    @api.model
    def _get_linked_ids(self, value):
        """Return the ids that a value of a many2one, or commands of a many2many, lead to."""
        if not value:
            return []
        if isinstance(value, int):
            return [value]
        linked_ids = []
        for command in value:
            if isinstance(command, int):
                linked_ids.append(command)
            elif command[0] == fields.Command.LINK:
                linked_ids.append(command[1])
            elif command[0] == fields.Command.SET:
                linked_ids += command[2]
        return linked_ids

    def _mirror_links(self):
        """Let the other side of every link show it too."""
        self.flush_model(['related_ids'])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO complaint_case_related_rel (case_id, related_id)
                SELECT related_id, case_id FROM complaint_case_related_rel WHERE case_id IN %s
                ON CONFLICT DO NOTHING
                """,
                tuple(self.ids),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM complaint_case_related_rel one_way
                 WHERE one_way.related_id IN %s AND NOT EXISTS (
                       SELECT FROM complaint_case_related_rel back
                        WHERE back.case_id = one_way.related_id
                          AND back.related_id = one_way.case_id)
                """,
                tuple(self.ids),
            )
        )
        self.invalidate_model(['related_ids'])

    # === REPEATS OF A CUSTOMER === #

    def _apply_rules(self):
        super()._apply_rules()
        self._count_repeats()

    def _count_repeats(self):
        """Count the earlier complaints of each customer in the category: one query for a batch.

        Counted is what there is, whoever may read it: a department's figures must not depend on
        who registered.
        """
        others = self.env['complaint.kind']._get_other_ids()  # praise repeats nothing
        cases = self.filtered(
            lambda case: (
                case.category_id
                and case.kind_id.id not in others
                and (case.partner_id or case.complainant_phone_digits or case.complainant_email_key)
            )
        )
        counts = cases._query_repeats() if cases else {}
        for case in self:
            if case.repeat_count != counts.get(case.id, 0):
                case.with_context(tracking_disable=True)._write_internal(
                    {'repeat_count': counts.get(case.id, 0)}
                )

    def _query_repeats(self):
        """Return {case id: number of earlier complaints}; three look-ups by index for each."""
        self.flush_model(
            [
                *('category_id', 'partner_id', 'complainant_phone_digits', 'received_at'),
                *('complainant_email_key', 'company_id', 'registered_at', 'duplicate_of_id'),
                'kind_id',
            ]
        )
        earlier = SQL(
            """
            e.company_id = n.company_id AND e.category_id = n.category_id
            AND e.registered_at IS NOT NULL AND e.duplicate_of_id IS NULL
            AND (e.kind_id = ANY(%(others)s)) IS NOT TRUE
            AND e.received_at
                >= n.received_at - make_interval(days => company.complaint_lookup_days)
            AND (e.received_at, e.id) < (n.received_at, n.id)
            """,
            others=list(self.env['complaint.kind']._get_other_ids()),
        )
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT n.id, count(*)
                      FROM complaint_case n
                      JOIN res_company company ON company.id = n.company_id
                     CROSS JOIN LATERAL (
                           SELECT e.id
                             FROM res_partner mine
                             JOIN res_partner kin
                               ON kin.commercial_partner_id = mine.commercial_partner_id
                             JOIN complaint_case e ON e.partner_id = kin.id
                            WHERE mine.id = n.partner_id AND %(earlier)s
                            UNION
                           SELECT e.id FROM complaint_case e
                            WHERE e.complainant_phone_digits = n.complainant_phone_digits
                              AND %(earlier)s
                            UNION
                           SELECT e.id FROM complaint_case e
                            WHERE e.complainant_email_key = n.complainant_email_key
                              AND %(earlier)s
                           ) found
                     WHERE n.id IN %(ids)s
                     GROUP BY n.id
                    """,
                    earlier=earlier,
                    ids=tuple(self.ids),
                )
            )
        )

    # === DRILL-DOWN === #

    def action_view_earlier(self):
        """Open the earlier complaints of this customer in the same category."""
        self.ensure_one()
        values = {
            'partner_id': self.partner_id.id,
            'phone': self.complainant_phone_digits,
            'email': self.complainant_email_key,
            'category_id': self.category_id.id,
            'name': False,
        }
        customer = [key['domain'] for key in self._get_similar_keys(values)]
        domain = (
            Domain.OR(customer)
            & Domain('category_id', '=', self.category_id.id)
            & Domain('company_id', '=', self.company_id.id)
            & (
                Domain('received_at', '<', self.received_at)
                | Domain('received_at', '=', self.received_at) & Domain('id', '<', self.id)
            )
            & Domain('received_at', '>=', self._get_lookup_start(self.company_id, self.received_at))
            & Domain('registered_at', '!=', False)
            & Domain('duplicate_of_id', '=', False)
            & self._get_complaints_domain()
        )
        return self._get_list_action(self.env._("Earlier complaints"), domain)

    def action_view_department_repeats(self):
        """Open the complaints about the same problem in the same department."""
        return self._get_problem_action(
            'department_id', self.env._("Same problem in this department")
        )

    def action_view_person_repeats(self):
        """Open the complaints about the same problem and one of the same people."""
        return self._get_problem_action(
            'accused_employee_ids', self.env._("Same problem about this person")
        )

    def _get_problem_action(self, key, name):
        self.ensure_one()
        domain = self._get_problem_domain(key, self._get_lookup_start(self.company_id))
        return self._get_list_action(name, domain & Domain('id', '!=', self.id))

    @api.model
    def _get_list_action(self, name, domain):
        """Return an action that lists complaints; nothing can be registered from there."""
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_case_action_all'
        )
        return {**action, 'name': name, 'domain': list(domain), 'context': {'create': False}}
