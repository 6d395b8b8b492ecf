import io

import xlsxwriter

from odoo import models

from .complaint_report_figures import LIVE_FIELDS

# Names the object by which the software itself asks for a paper with all complaints of lists.
EVERYTHING = object()
SHEET_NAME_LENGTH = 28
A4 = 9  # as workbooks call it
# How a figure is to be read: {kind of a cell: format}, and the formats.
KINDS = {'share': 'share', 'change': 'share', 'amount': 'amount', 'days': 'days'}
NUMBER_FORMATS = {'number': 'General', 'share': '0.0%', 'amount': '#,##0.00', 'days': '0.0'}
FORBIDDEN_IN_SHEET_NAMES = str.maketrans({char: ' ' for char in "[]:*?/\\'"})


class ComplaintReportRunPaper(models.Model):
    """A report as a table that people work on with a spreadsheet."""

    _inherit = 'complaint.report.run'

    def action_print(self):
        """Print the reports as PDF."""
        return self.env.ref('complaint_reports.complaint_report_run_action_print').report_action(
            self
        )

    def action_export(self):
        """Download the report as a workbook."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_url',
            'url': f'/complaint/report/{self.id}/xlsx',
            'target': 'download',
        }

    def _get_everything_key(self):
        return EVERYTHING

    def _is_asked_for_everything(self):
        """Say whether the software itself asks; no client can send that object."""
        return self.env.context.get('complaint_report_everything') is EVERYTHING

    def _get_workbook(self, everything=False):
        """Return the report as bytes of an XLSX file, a sheet a section.

        Texts are written as texts: nothing that somebody typed becomes a formula or a link.

        :param bool everything: as for `_get_shown_figures`
        """
        self.ensure_one()
        stream = io.BytesIO()
        options = {
            **{'in_memory': True, 'strings_to_formulas': False},
            **{'strings_to_urls': False, 'strings_to_numbers': False},
        }
        with xlsxwriter.Workbook(stream, options) as workbook:
            formats = {
                'head': workbook.add_format({'bold': True, 'bg_color': '#e9ecef', 'border': 1}),
                'total': workbook.add_format({'bold': True, 'top': 1}),
                'title': workbook.add_format({'bold': True, 'font_size': 14}),
                'figure': workbook.add_format(
                    {'bold': True, 'bg_color': '#e9ecef', 'border': 1, 'align': 'right'}
                ),
                'text': workbook.add_format({'text_wrap': True, 'valign': 'top'}),
            }
            for kind, number in NUMBER_FORMATS.items():
                formats[kind] = workbook.add_format({'num_format': number})
                formats[kind, 'total'] = workbook.add_format(
                    {'num_format': number, 'bold': True, 'top': 1}
                )
            tables = {t['key']: t for t in (self.sudo().figures or {}).get('sections', [])}
            used = set()
            for section in self._get_shown_figures(everything)['sections']:
                sheet = workbook.add_worksheet(_get_sheet_name(section['heading'], used))
                self._write_sheet(sheet, formats, section, tables[section['key']])
        return stream.getvalue()

    def _write_sheet(self, sheet, formats, section, table):
        self._set_widths(sheet, section, table)
        sheet.write_string(0, 0, self.name, formats['title'])
        sheet.write_string(1, 0, section['heading'])
        sheet.write_string(2, 0, self._get_state_line())
        top = self._write_entries(sheet, formats, section['entries'], 4)
        if not section['columns']:
            return
        shift = 0 if section['is_list'] else 1
        head = formats['figure' if shift else 'head']
        for place, label in enumerate(section['columns']):
            sheet.write_string(top, place + shift, label, head)
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        for number, row in enumerate(section['rows'], top + 1):
            if section['is_list']:
                for place, text in enumerate(row['texts']):
                    sheet.write_string(number, place, text, formats['text'])
                continue
            sheet.write_string(number, 0, row['label'], formats['total'] if row['total'] else None)
            cells = table['rows'][number - top - 1]['cells']
            for place, cell in enumerate(cells, 1):
                if cell['v'] is not None:
                    kind = KINDS.get(cell.get('f'), 'number')
                    style = formats[(kind, 'total') if row['total'] else kind]
                    sheet.write_number(number, place, cell['v'], style)

    def _set_widths(self, sheet, section, table):
        """Give texts that people wrote more room than names, dates and figures.

        On paper a sheet is as wide as a page of A4.
        """
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        if section['is_list']:
            sheet.set_landscape()
        sheet.set_column(0, 0, 18 if section['is_list'] else 34)
        sheet.set_column(1, 12, 18)
        written = LIVE_FIELDS.get(section['model'], ())
        for place, name in enumerate(table['columns']):
            if section['is_list'] and name in written:
                sheet.set_column(place, place, 44)
        if any(entry['kind'] == 'narrative' for entry in section['entries']):
            sheet.set_column(1, 1, 90)

    def _get_state_line(self):
        """Return as of when the figures are, and how far the report is."""
        label = self._fields['as_of']._description_string(self.env)
        states = dict(self._fields['state']._description_selection(self.env))
        moment = self._format_moment(self.as_of.isoformat()) if self.as_of else '–'
        return f'{label}: {moment} · {states[self.state]}'

    def _write_entries(self, sheet, formats, entries, top):
        for entry in entries:
            sheet.write_string(top, 0, entry['heading'], formats['head'])
            if entry['kind'] == 'narrative':
                sheet.write_string(top, 1, entry['text'], formats['text'])
            elif entry['value'] is not None:
                sheet.write_number(top, 1, entry['value'])
            top += 1
        return top + 1 if entries else top


def _get_sheet_name(heading, used):
    """Return a name that a workbook takes: short, without signs, and there once."""
    base = heading.translate(FORBIDDEN_IN_SHEET_NAMES).strip()[:SHEET_NAME_LENGTH] or '-'
    name, number = base, 1
    while name.casefold() in used:
        number += 1
        name = f'{base[: SHEET_NAME_LENGTH - 3]} {number}'
    used.add(name.casefold())
    return name
