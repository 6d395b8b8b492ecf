from odoo import api, models
from odoo.tools import format_date, format_datetime

from ..tools.named_paper import NamedPaper

CASE_SHEET = 'complaint_reports.complaint_case_sheet_action'


class ReportComplaintCaseSheet(models.AbstractModel):
    """What the case sheet needs beside the cases themselves.

    Everything is read with the rights of the person who prints.
    """

    _name = 'report.complaint_reports.complaint_case_sheet'
    _description = "Case Sheet"

    @api.model
    def _get_report_values(self, docids, data=None):
        cases = self.env['complaint.case'].browse(docids)
        cases.check_access('read')
        return {
            'doc_ids': docids,
            'doc_model': 'complaint.case',
            'docs': cases,
            'printed': self._get_printed(),
            'is_chinese': (self.env.lang or '').startswith('zh'),
            'get_rows': self._get_rows,
            'get_address_cells': self._get_address_cells,
            'get_history': self._get_history,
            'get_round': self._get_round,
            'get_proof': self._get_proof,
            # What this report is called is no secret.
            'get_paper': lambda case: self._get_paper(
                case, case, self.env.ref(CASE_SHEET).sudo().name, is_restricted=case.is_restricted
            ),
        }

    # === SENTENCES === #

    @api.model
    def _get_printed(self):
        moment = self.env['ir.qweb.field.datetime'].value_to_html(
            self.env.cr.now(), {'hide_seconds': True}
        )
        return self.env._(
            "Printed on %(moment)s by %(name)s", moment=moment, name=self.env.user.name
        )

    @api.model
    def _get_paper(self, record, case, *names, is_restricted=False):
        """Return the record as the layout prints it: the foot of each page names the paper.

        :param case: what it is about, possibly none
        :param names: code and title of the paper, possibly empty
        :param bool is_restricted: something on the paper is
        """
        stamps = [self.env._("Restricted: not to be passed on")] if is_restricted else []
        return NamedPaper(record, ' · '.join(filter(None, (*stamps, *names, case.number))))

    @api.model
    def _get_round(self, number):
        return self.env._("round %(number)s", number=number)

    @api.model
    def _get_proof(self, case):
        """Return what ties the paper to the record: a changed history has another value."""
        return self.env._(
            "%(count)s entries; check value of the last one: %(value)s",
            count=case.event_count,
            value=(case.event_head or '')[:16],
        )

    # === FIELDS === #

    @api.model
    def _get_rows(self, case, names):
        """Return the fields that say something, two to a row of the form.

        :param names: names of fields, in the order of the form; properties are spread out
        :return: list of rows, each a list of {'label': str, 'value': str or Markup}
        """
        cells = []
        for name in names:
            if case._fields[name].type == 'properties':
                cells += self._get_property_cells(case, name)
            elif self._says_something(case, name):
                cells.append(
                    {
                        'label': case._fields[name]._description_string(self.env),
                        'value': self._format_field(case, name),
                    }
                )
        return [cells[start : start + 2] for start in range(0, len(cells), 2)]

    @api.model
    def _says_something(self, case, name):
        """Tell a value from a field that nobody filled in."""
        if name == 'validity':
            return case.validity != 'undetermined'
        if name == 'round':
            return case.round > 1
        if name == 'partner_id':
            partner_sudo = case.partner_id.sudo()  # its name is no secret: every form shows it
            return partner_sudo and partner_sudo.name != case.complainant_name
        return bool(case[name])

    @api.model
    def _format_field(self, case, name):
        """Return a value as Odoo prints it: in the language and the time zone of the reader."""
        field_type = case._fields[name].type
        options = {'hide_seconds': True} if field_type == 'datetime' else {}
        converter = self.env.get(f'ir.qweb.field.{field_type}', self.env['ir.qweb.field'])
        return converter.record_to_html(case, name, options)

    @api.model
    def _get_property_cells(self, case, name):
        [values] = case.read([name])
        return [
            {'label': prop.get('string') or prop['name'], 'value': self._format_property(prop)}
            for prop in values[name]
            if prop.get('value') and prop['type'] != 'separator'
        ]

    @api.model
    def _format_property(self, prop):
        value = prop['value']
        match prop['type']:
            case 'boolean':
                return self.env._("Yes")
            case 'selection' | 'tags':
                labels = {key: label for key, label, *_color in prop.get(prop['type']) or ()}
                keys = value if isinstance(value, list) else [value]
                return ", ".join(labels.get(key) or key for key in keys)
            case 'many2one':
                return value[1]
            case 'many2many':
                return ", ".join(label for _id, label in value)
            case 'date':
                return format_date(self.env, value)
            case 'datetime':
                return format_datetime(self.env, value, dt_format='short')
        return str(value)

    @api.model
    def _get_address_cells(self, case):
        """Return where the customer lives, on one line, if the reader may see the customer."""
        if case.is_contact_masked:
            return []  # where somebody lives is contact data too
        partner = case.partner_id._filtered_access('read')
        lines = partner._display_address(without_company=True).splitlines() if partner else []
        address = ", ".join(line.strip() for line in lines if line.strip())
        return [{'label': self.env._("Address"), 'value': address}] if address else []

    # === HISTORY === #

    @api.model
    def _get_history(self, case):
        """Return the history, oldest first.

        :return: list of {'event': record, 'detail': what its milestone is about, as a text}
        """
        events = case.event_ids.sorted('sequence')
        stages = self._get_stage_names(events)
        lines, last_move = [], None
        for event in events:
            payload = event.payload or {}
            move = (event.recorded_at, payload.get('from_stage'), payload.get('to_stage'))
            detail = ''
            if event.revokes_id:
                detail = self.env._("Entry No. %(number)s", number=event.revokes_id.sequence)
            elif payload.get('to_stage') and move != last_move:
                # A change of stage may record several milestones; it is told once.
                detail = self.env._(
                    "%(before)s → %(after)s",
                    before=stages.get(payload.get('from_stage')) or payload.get('from_name') or '',
                    after=stages.get(payload['to_stage']) or payload.get('to_name') or '',
                )
                last_move = move
            lines.append({'event': event, 'detail': detail})
        return lines

    @api.model
    def _get_stage_names(self, events):
        """Return {stage id: its name now, in the reader's language}."""
        ids = {
            (event.payload or {}).get(key) for event in events for key in ('from_stage', 'to_stage')
        }
        stages = self.env['complaint.stage'].with_context(active_test=False)
        found = stages.search([('id', 'in', list(filter(None, ids)))])
        return {stage.id: stage.name for stage in found}
