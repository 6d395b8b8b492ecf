import base64

from lxml import etree, html

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_list, is_html_empty

FIGURE_TYPES = ('integer', 'float', 'monetary')
# A row with a longer text goes on on the next page.
ROW_LENGTH = 400


class ReportComplaintForm(models.AbstractModel):
    """What the blocks of printed forms need beside the records themselves.

    A form shows a field that nobody filled in as an empty box, to be filled in by hand. All is
    read with the rights of the person who prints, and nothing is recorded by printing.
    """

    _name = 'report.complaint_reports.complaint_form'
    _inherit = 'report.complaint_reports.complaint_case_sheet'
    _description = "Printed Forms"

    @api.model
    def _get_report_values(self, docids, data=None):
        report = self._get_form_report()
        records = self.env[report.model].browse(docids)
        records.check_access('read')
        return {
            'doc_ids': docids,
            'doc_model': report.model,
            'docs': records,
            'printed': self._get_printed(),
            'is_chinese': (self.env.lang or '').startswith('zh'),
            'get_rows': self._get_rows,
            'get_address_cells': self._get_address_cells,
            'get_history': self._get_history,
            'get_round': self._get_round,
            'get_proof': self._get_proof,
            'get_form': lambda record: self._get_form(report, record),
            'get_title': lambda form: form.name or report.with_env(self.env).name,
            'get_case': self._get_case,
            'get_paper': self._get_paper,
            'get_form_rows': self._get_form_rows,
            'get_choices': self._get_choices,
            'get_label': self._get_label,
            'get_value': self._get_value,
            'get_total': self._get_total,
            'get_effect': self._get_effect,
            'get_column_class': self._get_column_class,
            'get_row_class': self._get_row_class,
            'get_addressees': self._get_addressees,
            'get_return_words': self._get_return_words,
            'get_contacts': self._get_contacts,
            'get_letter': self._get_letter,
            'get_ways': self._get_ways,
            'get_signer': self._get_signer,
            'get_samples': self._get_samples,
            'get_date': self._get_date,
            'get_qr': self._get_qr,
        }

    @api.model
    def _get_form_report(self):
        """Return the report that is printed, as superuser: staff need not read its set-up."""
        return self.env['ir.actions.report'].sudo().browse(self.env.context['complaint_report_id'])

    @api.model
    def _get_form(self, report, record):
        """Return the form of a paper, in the language of what is printed; possibly none."""
        return record.env['complaint.form']._find(report, record)

    @api.model
    def _get_case(self, record, is_register=False):
        """Return the case that a paper is about: itself, that of a line, or none.

        :param bool is_register: the paper lists many lines, of many cases
        """
        if is_register:
            return self.env['complaint.case']
        if record._name == 'complaint.case':
            return record
        field = record._fields.get('case_id')
        return record.case_id if field else self.env['complaint.case']

    @api.model
    def _get_signer(self, record, code):
        """Return what stands before a line to sign on, in the language of the record."""
        # A letter is in the language of the customer, a form in that of who prints it.
        return self.with_context(lang=record.env.lang)._get_signer_labels()[code]

    @api.model
    def _get_signer_labels(self):
        """Return {code: what stands before the line}; an addon adds its own."""
        return {
            'receiver': self.env._("Registered by"),
            'handler': self.env._("Handler"),
            'department_head': self.env._("Head of department"),
            'manager': self.env._("Complaints manager"),
            'general_manager': self.env._("General manager"),
            'leader': self.env._("Company management"),
            'quality': self.env._("Quality department"),
            'warehouse': self.env._("Warehouse"),
            'customer': self.env._("Customer"),
            'from': self.env._("Handed over by"),
            'to': self.env._("Taken over by"),
            'inspector': self.env._("Inspector"),
            'investigator': self.env._("Investigated by"),
            'superior': self.env._("Superior"),
            'preparer': self.env._("Prepared by"),
            'accounts': self.env._("Accounts"),
            'sender': self.env._("Signed for the company"),
        }

    # === FIELDS === #

    @api.model
    def _get_label(self, record, name):
        """Return the label of a field, or of the last one of a path with dots."""
        record, name = self._follow(record, name)
        return record._fields[name]._description_string(self.env)

    @api.model
    def _follow(self, record, path):
        """Return (record, name) of the last field of a path, such as `case_id.number`."""
        *steps, name = path.split('.')
        for step in steps:
            record = record[step]
        return record, name

    @api.model
    def _get_form_rows(self, record, names):
        """Return the fields of a form, two to a row; empty ones with an empty value.

        :return: list of rows, each a list of {'label': str, 'value': str or Markup}
        """
        cells = []
        for name in names:
            field = record._fields[name]
            if not record._has_field_access(field, 'read'):
                continue  # some fields are for few people; their form leaves them out
            if field.type == 'properties':
                cells += self._get_property_cells(record, name)
                continue
            is_empty = not record[name] or (name, record[name]) == ('validity', 'undetermined')
            if field.type == 'integer' and field.compute:
                is_empty = False  # the software counts it: none is a finding too
            value = '' if is_empty else self._format_field(record, name)
            cells.append({'label': self._get_label(record, name), 'value': value})
        return [cells[start : start + 2] for start in range(0, len(cells), 2)]

    @api.model
    def _get_samples(self, case):
        """Return the row of what travels with a slip: samples, goods and papers (PROD-5.3.1-d)."""
        lines = [*case.document_ids.mapped('display_name')]
        lines += [' '.join(filter(None, (goods.product, goods.lot))) for goods in case.return_ids]
        return [{'label': self.env._("Samples and papers"), 'value': "; ".join(lines)}]

    # === LISTS === #

    @api.model
    def _get_value(self, record, name):
        """Return a field as it stands in a list; '' where nobody filled it in."""
        record, name = self._follow(record, name)
        return self._format_field(record, name) if record[name] else ''

    @api.model
    def _get_column_class(self, records, name, wide):
        """Return the class of a column by what it holds, or None."""
        records, name = self._follow(records, name)
        if records._fields[name].type in FIGURE_TYPES:
            return 'o_complaint_figure'
        return 'o_complaint_wide' if name in (wide or ()) else None

    @api.model
    def _get_row_class(self, *texts):
        """Return the class of a row by how much is written in it, or None."""
        return 'o_complaint_long' if any(len(text or '') > ROW_LENGTH for text in texts) else None

    @api.model
    def _get_total(self, records, name):
        """Return the sum of a money field, all in the same currency; '' without lines."""
        if not records:
            return ''
        currency = records[:1][records._fields[name].get_currency_field(records)]
        options = {'display_currency': currency}
        return self.env['ir.qweb.field.monetary'].value_to_html(sum(records.mapped(name)), options)

    @api.model
    def _get_effect(self, measure):
        """Return what was measured before and after a measure, and the words on it (8D-5-a)."""
        figures = ''
        if measure.effect_metric and (measure.checked_at or measure.value_before):
            before, after = measure.value_before, measure.value_after
            figures = f'{measure.effect_metric}: {measure._format_figure(before)} → '
            figures += measure._format_figure(after) if after or measure.checked_at else '…'
        return '\n'.join(filter(None, (figures, (measure.effect_note or '').strip())))

    # === WHO READS IT === #

    @api.model
    def _get_addressees(self, case, form, departments=None):
        """Return to whom a report goes: who was chosen on the case, else whom the form names.

        '' leaves a line to write on (PROPERTY-5.1.2-B2, PROPERTY-5.1.2-C2).

        :param departments: hr.department records that are concerned too
        """
        partners = case.report_partner_ids._filtered_access('read')
        names = [*partners.mapped('display_name'), *(departments or case.browse()).mapped('name')]
        return format_list(self.env, names) if names else form.addressee or ''

    @api.model
    def _get_return_words(self, case):
        """Return what the customer does with a paper that is sent to be filled in (FORMS-1-b)."""
        return self.env._(
            "Please write what you think of the result, sign, and send this paper back to us: "
            "%(ways)s",
            ways="; ".join(f"{way['label']} {way['value']}" for way in self._get_ways(case)),
        )

    @api.model
    def _get_choices(self, record, name):
        """Return the boxes to tick of a selection.

        :param record: a record, or an empty recordset for boxes of which none is ticked
        :return: list of (label, whether it is chosen)
        """
        chosen = record[name] if record else False
        options = record._fields[name]._description_selection(self.env)
        return [(label, key == chosen) for key, label in options if key != 'undetermined']

    @api.model
    def _get_contacts(self, case, purposes):
        """Return the contacts of these purposes, oldest first."""
        found = case.contact_ids.filtered(lambda contact: contact.purpose in purposes)
        return found.sorted(lambda contact: (contact.occurred_at, contact.id))

    @api.model
    def _get_qr(self, text):
        """Return a QR code as the address of an image, or '' without a text."""
        if not text:
            return ''
        image = self.env['ir.actions.report'].barcode('QR', text, width=240, height=240)
        return f'data:image/png;base64,{base64.b64encode(image).decode()}'

    # === LETTERS === #

    @api.model
    def _get_letter(self, case, form):
        """Return the words of a letter: those of the mail that customers get for its purpose.

        :return: {'subject': str, 'body': Markup, possibly empty}
        :raise UserError: the user may not know who complained
        """
        if case.is_name_masked:
            raise UserError(
                self.env._(
                    "Who complained in %(case)s is kept from you, and a letter names the customer. "
                    "Ask the team that took the complaint in to print it.",
                    case=case.display_name,
                )
            )
        template = case._get_letter_template(form.letter_purpose) if form.letter_purpose else None
        if not template:
            return {'subject': '', 'body': ''}
        # Templates are the company's; what they tell is read with the rights of the user.
        template = template.sudo(False).with_context(complaint_on_paper=True)
        words = {
            name: template._render_field(name, case.ids, compute_lang=True)[case.id]
            for name in ('subject', 'body_html')
        }
        return {'subject': words['subject'], 'body': self._put_on_paper(words['body_html'])}

    @api.model
    def _get_date(self, case):
        """Return today as a letter has it, where and in the language in which it is read."""
        today = fields.Date.context_today(case.with_context(tz=case._get_customer_tz()))
        return format_date(case.env, today, date_format='long')

    @api.model
    def _get_ways(self, case):
        """Return the ways to reach the company, in the language of the paper.

        :return: list of {'label': str, 'value': str}; a company without any is named
        """
        env = case.env  # a letter is in the language of the customer
        partner = case.company_id.partner_id.sudo()  # how to reach the company is no secret
        lines = partner._display_address(without_company=True).splitlines()
        ways = [
            (env._("Phone"), partner.phone),
            (env._("E-mail"), partner.email),
            (env._("Address"), ", ".join(line.strip() for line in lines if line.strip())),
        ]
        found = [{'label': label, 'value': value} for label, value in ways if value]
        return found or [{'label': env._("Company"), 'value': case.company_id.name}]

    @api.model
    def _put_on_paper(self, body):
        """Return the words of a mail as they stand in a letter: nothing is clicked on paper.

        :param body: Markup of a rendered and sanitised mail
        """
        if is_html_empty(body):
            return ''
        root = html.fragment_fromstring(str(body), create_parent='div')
        for table in root.xpath('.//table[.//a[@href]]'):
            table.drop_tree()
        for link in root.xpath('.//a[@href]'):
            link.drop_tag()
        for table in root.iter('table'):
            table.attrib.clear()
            table.set('class', 'o_complaint_grid o_ignore_layout_styling')
            for cell in table.iter('td'):
                cell.attrib.clear()
        return body.__class__(etree.tostring(root, encoding='unicode', method='html'))
