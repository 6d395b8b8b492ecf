from odoo import models


class ComplaintReportRunLabels(models.Model):
    """The words of a report that the software itself puts there, in the reader's language."""

    _inherit = 'complaint.report.run'

    def _get_section_heading(self, table):
        """Return the heading of a section, or what it shows where nobody gave it one."""
        if table['kind'] == 'corrections':
            return self.env._("Registered after the report of their period")
        definition = self.sudo().definition  # what a section is called is no secret
        [found] = [s for s in definition['sections'] if s['key'] == table['key']]
        if found['heading']:
            return found['heading']
        sections = self.env['complaint.report.section']
        return sections.new(
            {'kind': found['kind'], 'group_field': found['group_field']}
        )._get_default_heading()

    def _get_column_label(self, code, model=None):
        """Return the heading of a column: a code of ours, or in a list a field of its model."""
        if model:
            if code == 'number':
                return self.env._("Complaint")
            return self.env[model]._fields[code]._description_string(self.env)
        labels = {
            'number': self.env._("Number"),
            'share': self.env._("Share"),
            'closed': self.env._("Closed"),
            'justified': self.env._("Justified"),
            'received': self.env._("Received"),
            'this_period': self.env._("This period"),
            'period_before': self.env._("Period before"),
            'change': self.env._("Change"),
            'year_before': self.env._("A year before"),
            'amount': self.env._("Amount"),
            'quantity': self.env._("Quantity"),
            'due': self.env._("Due"),
            'kept': self.env._("Met"),
            'late': self.env._("Late"),
            'rate': self.env._("Share kept"),
            'still_open': self.env._("Still open"),
            'overdue': self.env._("Overdue"),
            'checked': self.env._("Checked"),
            'findings': self.env._("Findings"),
            'target': self.env._("Ceiling"),
            'executed': self.env._("Solution executed"),
            'satisfied': self.env._("Satisfied"),
            'dissatisfied': self.env._("Dissatisfied"),
            'reopened': self.env._("Reopened"),
            'satisfaction_rate': self.env._("Satisfied customers"),
        }
        if code.startswith('score_'):
            scores = self.env['complaint.callback']._fields['result_score']
            return dict(scores._description_selection(self.env)).get(code[-1], code[-1])
        return labels.get(code, code)

    def _get_row_label(self, code):
        """Return the name of a row that stands for no record."""
        callback = self.env['complaint.callback']._fields
        if code in callback and code.endswith('_score'):
            return callback[code]._description_string(self.env)
        return {
            'open_before': self.env._("Open at the beginning"),
            'received': self.env._("Received"),
            'closed': self.env._("Closed"),
            'open': self.env._("Open at the end"),
            'justified': self.env._("Justified"),
            'reopened': self.env._("Reopened"),
            'total': self.env._("Total"),
            'none': self.env._("Not given"),
            'low_scores': self.env._("Low scores"),
            'justified_rate': self.env._("Share of justified complaints"),
            'on_time_rate': self.env._("Time limits kept"),
            'satisfaction_rate': self.env._("Satisfied customers"),
            'days_to_close': self.env._("Days from receipt to closing"),
        }.get(code, code)
