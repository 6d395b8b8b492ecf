from odoo import api, models
from odoo.fields import Domain

DUTY_FIELDS = (
    *('occurred_at', 'user_id', 'content', 'informant', 'case_id', 'handed_to', 'outcome'),
    'is_done',
)
COUNT_FIELDS = (
    *('date', 'case_id', 'product', 'lot', 'expected', 'counted', 'difference', 'note'),
    *('counted_by_id', 'counted_at'),
)
INSPECTION_FIELDS = (
    *('inspection_number', 'case_id', 'received_product', 'received_lot', 'inspection_method'),
    *('inspected_quantity', 'defective_quantity', 'inspection_result', 'inspection_finding'),
    *('inspected_by_id', 'inspected_at'),
)
SCRAP_FIELDS = (
    *('scrap_report', 'case_id', 'received_product', 'received_lot', 'received_quantity'),
    *('disposition_reason', 'decided_by_id', 'decided_at', 'scrap_approved_by', 'state'),
)
MEASURE_FIELDS = (
    *('case_id', 'kind', 'name', 'department_id', 'owner_id', 'due_date', 'state', 'result'),
    *('effect_note', 'deployment_ids'),
)


class ComplaintReportFiguresLogs(models.AbstractModel):
    """Lists what people noted day by day: duty log, goods counted, inspected, scrapped, measures.

    A list is drilled down to row by row; what people wrote stays out of the frozen figures.
    """

    _inherit = 'complaint.report.figures'

    @api.model
    def _count_duty_log(self, spec, definition):
        """Entries of the duty log of the companies, whether or not about a complaint (FO-06)."""
        domain = (
            Domain('company_id', 'in', spec['company_ids'])
            & Domain('occurred_at', '>=', spec['begin'])
            & Domain('occurred_at', '<', spec['end'])
            & Domain('create_date', '<=', spec['as_of'])
        )
        return self._make_list(
            spec, domain, DUTY_FIELDS, order='occurred_at, id', model='complaint.duty.line'
        )

    @api.model
    def _count_goods_counts(self, spec, definition):
        """Returned goods as they were counted, also those that nobody counted."""
        model = 'complaint.return.count'
        domain = self._get_lines(spec, definition, 'date', model)
        return self._make_list(spec, domain, COUNT_FIELDS, order='date, id', model=model)

    @api.model
    def _count_goods_inspections(self, spec, definition):
        """Inspection reports that were issued in the period (RET-4.2-a, RE-17)."""
        model = 'complaint.return'
        domain = self._get_lines(spec, definition, 'inspected_at', model)
        return self._make_list(
            spec, domain, INSPECTION_FIELDS, order='inspected_at, id', model=model
        )

    @api.model
    def _count_goods_scrap(self, spec, definition):
        """Goods of which it was decided in the period that they are scrapped (RET-5.6-c, RE-18)."""
        model = 'complaint.return'
        domain = self._get_lines(spec, definition, 'decided_at', model)
        domain &= Domain('disposition', '=', 'scrap')
        return self._make_list(spec, domain, SCRAP_FIELDS, order='decided_at, id', model=model)

    @api.model
    def _count_measure_list(self, spec, definition):
        """Measures ordered in the period, and what became of them (PROD-4-d, RE-22)."""
        model = 'complaint.measure'
        domain = self._get_lines(spec, definition, 'create_date', model)
        return self._make_list(spec, domain, MEASURE_FIELDS, order='due_date, id', model=model)
