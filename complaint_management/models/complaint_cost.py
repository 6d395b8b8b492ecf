from odoo import api, fields, models


class ComplaintCost(models.Model):
    """What a complaint costs: external failure cost in the quality cost (RET-5.3-d)."""

    _name = 'complaint.cost'
    _description = "External Failure Cost"
    _inherit = ['complaint.guarded.line']
    _anonymising = 'mask'
    _order = 'date desc, id desc'
    _rec_name = 'category_id'

    category_id = fields.Many2one(
        comodel_name='complaint.cost.category',
        string="Kind of cost",
        required=True,
        ondelete='restrict',
        index=True,
    )
    amount = fields.Monetary(string="Cost", required=True, aggregator=False)
    currency_id = fields.Many2one(
        comodel_name='res.currency',
        required=True,
        ondelete='restrict',
        compute='_compute_currency_id',
        store=True,
        readonly=False,
        precompute=True,
    )
    date = fields.Date(
        string="Incurred on", required=True, default=fields.Date.context_today, index=True
    )
    company_currency_id = fields.Many2one(
        related='company_id.currency_id', string="Currency of the company"
    )
    amount_company = fields.Monetary(
        string="Cost in company currency",
        compute='_compute_amount_company',
        store=True,
        currency_field='company_currency_id',
    )
    product = fields.Char(string="Product concerned")
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Department that caused it",
        ondelete='restrict',
        index='btree_not_null',
    )
    note = fields.Char(string="What for")
    attachment_ids = fields.Many2many(
        comodel_name='ir.attachment', relation='complaint_cost_attachment_rel', string="Receipts"
    )

    _amount_positive = models.Constraint(
        'CHECK (amount > 0)', "A cost is an amount above zero. Delete the line if there is none."
    )

    # === COMPUTE METHODS === #

    @api.depends('case_id')
    def _compute_currency_id(self):
        for cost in self:
            company = cost.case_id.company_id or self.env.company
            cost.currency_id = cost.currency_id or company.currency_id

    @api.depends('amount', 'currency_id', 'date', 'company_id')
    def _compute_amount_company(self):
        """Convert at the rate of the day of the cost, rounded as the company's currency is."""
        for cost in self:
            company = cost.company_id or self.env.company
            cost.amount_company = (
                cost.currency_id._convert(
                    cost.amount,
                    company.currency_id,
                    company,
                    cost.date or fields.Date.context_today(cost),
                )
                if cost.currency_id
                else cost.amount
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        costs = super().create(vals_list)
        costs._adopt_attachments()
        return costs

    def write(self, vals):
        result = super().write(vals)
        if 'attachment_ids' in vals:
            self._adopt_attachments()
        return result
