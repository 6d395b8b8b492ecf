from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.complaint_management.const import CLOSED_PHASES, LETTER_PURPOSES

# Context key: ids of the cases for which the choice of forms was opened.
CASES_KEY = 'complaint_print_case_ids'
# Context key: ids of the forms that suit the stage of these cases; they are offered first.
FIRST_KEY = 'complaint_print_first_ids'

# In which phases a form is offered before the others.
MOMENTS = {
    'start': ('intake', 'assessment', 'assignment'),
    'work': ('investigation', 'solution', 'approval', 'execution'),
    'answer': ('feedback', 'callback'),
    'end': CLOSED_PHASES,
}


class ComplaintForm(models.Model):
    """A paper that a company prints: which cases it fits, its code, and who holds its copies.

    The words of the paper are those of its report, edited as any report of Odoo. Several forms
    may share a report: a case prints that of its procedure, with its name, code and copies
    (FORMS-3-a, PROPERTY-5.1.2-A1, PROPERTY-5.1.2-A2, PROPERTY-5.2-c).
    """

    _name = 'complaint.form'
    _description = "Printed Form"
    _inherit = ['complaint.condition.mixin', 'complaint.cached.mixin']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True, help="Stands as title on the paper.")
    code = fields.Char(string="Form code", help="Stands on the paper, for example YS-BD-15.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    report_id = fields.Many2one(
        comodel_name='ir.actions.report',
        string="Layout of the paper",
        required=True,
        ondelete='cascade',
        index=True,
        domain=[('model', '=like', 'complaint.%'), ('report_type', '=', 'qweb-pdf')],
    )
    model = fields.Char(related='report_id.model', string="Printed for")
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        ondelete='cascade',
        index=True,
        help="Empty: the form serves every procedure.",
    )
    company_id = fields.Many2one(related='procedure_id.company_id', store=True, index=True)
    letter_purpose = fields.Selection(
        selection=LETTER_PURPOSES,
        string="Words of the mail",
        help="A letter has the words of the mail that customers get for this purpose.",
    )
    moment = fields.Selection(
        selection=[
            ('start', "Taking in"),
            ('work', "Handling"),
            ('answer', "Answering"),
            ('end', "Closing"),
        ],
        string="Offered first at",
        help="In these stages the form stands first in the choice; it is offered in the others "
        "too.",
    )
    is_suggested = fields.Boolean(compute='_compute_is_suggested')
    addressee = fields.Char(
        string="Goes to",
        translate=True,
        help="To whom a report is sent where nobody was chosen on the complaint.",
    )
    copies = fields.Text(
        string="Copies and their holders",
        translate=True,
        help="One copy a line, for example: Original: customer service.",
    )

    # === COMPUTE METHODS === #

    @api.depends_context(FIRST_KEY)
    def _compute_is_suggested(self):
        first = self.env.context.get(FIRST_KEY) or []
        for form in self:
            form.is_suggested = form.id in first

    # === CRUD METHODS === #

    def _order_to_sql(self, order, query, alias=None, reverse=False):
        """Put what suits the stage before everything else in the choice of forms."""
        usual = super()._order_to_sql(order, query, alias, reverse)
        first = [n for n in self.env.context.get(FIRST_KEY) or () if isinstance(n, int)]
        if not first or not usual:
            return usual
        return SQL(
            "%s IN %s DESC, %s", SQL.identifier(alias or self._table, 'id'), tuple(first), usual
        )

    # === ACTIONS === #

    def action_print(self):
        """Print this form for the cases for which the choice was opened.

        :raise UserError: the form does not fit a case any more, or none was chosen
        """
        self.ensure_one()
        cases = self.env['complaint.case'].browse(self.env.context.get(CASES_KEY) or [])
        cases.check_access('read')
        if not cases or self not in self._get_fitting(cases):
            raise UserError(
                self.env._(
                    "“%(form)s” does not fit every complaint that was chosen. Open “Print form” "
                    "again.",
                    form=self.name,
                )
            )
        # Which report belongs to a form is no secret; it reads with the rights of the user.
        report = self.report_id.sudo(False)
        return {**report.report_action(cases, config=False), 'close_on_report_download': True}

    # === BUSINESS METHODS === #

    @api.model
    def _get_fitting(self, cases):
        """Return the forms that fit every one of these cases, one for each report.

        :param cases: complaint.case records, one or more
        """
        found = self._match(cases)
        reports = [set(forms) for forms in found.values()]
        shared = set.intersection(*reports) if reports else set()
        return (
            self.browse()
            .union(*(form for report, form in found.get(cases[:1], {}).items() if report in shared))
            .sorted(lambda form: (form.sequence, form.id))
        )

    def _get_suggested(self, cases):
        """Return those of these forms that suit the stage in which every one of the cases is."""
        phases = set(cases.mapped('phase'))
        return self.filtered(lambda form: phases and phases <= set(MOMENTS.get(form.moment, ())))

    @api.model
    def _match(self, cases):
        """Return {case: {report: form}}: what fits each case.

        Where a procedure has a form of its own of a report, the general one is not for its cases,
        whether or not the condition of its own holds.
        """
        forms = self.search(
            Domain('report_id.model', '=', cases._name)
            & Domain('procedure_id', 'in', [*cases.procedure_id.ids, False])
        )
        groups = self.env.user.all_group_ids
        found = {case: {} for case in cases}
        own = {(form.report_id, form.procedure_id) for form in forms if form.procedure_id}
        for form in forms:
            report = form.report_id.sudo()  # staff need not read how reports are set up
            if report.group_ids and not report.group_ids & groups:
                continue
            for case in form._filter_cases(cases):
                if form.procedure_id or (form.report_id, case.procedure_id) not in own:
                    found[case].setdefault(report, form)
        return found

    def _filter_cases(self, cases):
        """Return those of `cases` that this form fits."""
        if self.procedure_id:
            cases = cases.filtered(lambda case: case.procedure_id == self.procedure_id)
        # What a form asks for does not depend on who prints it.
        return cases.sudo().filtered_domain(self._get_domain()).sudo(cases.env.su)

    @api.model
    def _find(self, report, record):
        """Return the form as which a report is printed for a record, possibly none.

        A report printed from Odoo's own menu has its form too, whether or not its condition
        holds.

        :param report: ir.actions.report record
        :param record: what is printed
        """
        names = record._fields
        # Returned goods and the like go by the procedure of their case.
        by_case = 'procedure_id' not in names and 'case_id' in names
        holder = record.case_id if by_case else record
        procedure = holder['procedure_id'] if 'procedure_id' in holder._fields else None
        ids = [procedure.id, False] if procedure else [False]
        # Whoever may read the record may know how its paper is called.
        forms = self.sudo().search([('report_id', '=', report.id), ('procedure_id', 'in', ids)])
        return forms.sorted(lambda form: not form.procedure_id)[:1]

    def _get_copies(self):
        """Return who holds which copy: the lines of the paper, possibly none."""
        lines = (self.copies or '').splitlines()
        return [line.strip() for line in lines if line.strip()]
