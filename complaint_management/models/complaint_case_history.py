from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..const import BACKDATE_MINUTES, INTERNAL_KEY, INTERNAL_WRITE


class ComplaintCaseHistory(models.Model):
    """The history of a case: recording, verifying, erasing."""

    _inherit = 'complaint.case'

    # === RECORDING === #

    def _stamp(self, milestone_code, occurred_at=None, note=None, payload=None):
        """Record a milestone in the history of each case: the only way to make an event.

        :param str milestone_code: code of a complaint.milestone
        :param datetime occurred_at: UTC, when it really happened; default now
        :param str note: words of a person; needed when `occurred_at` lies back
        :param dict payload: JSON-able facts
        :return: the new events, as superuser
        :raise UserError: unknown milestone, a time in the future, or back-dated without a reason
        """
        self._check_business_time(occurred_at, note)
        moment = occurred_at or self.env.cr.now()
        return self._record_events(milestone_code, {case: moment for case in self}, note, payload)

    def _prepare_event(self, milestone_code, payload=None, note=None, occurred_at=None):
        """Return one row for `complaint.event._record`.

        :param datetime occurred_at: UTC; default now
        """
        self.ensure_one()
        return {
            'case_id': self.id,
            'milestone_id': self.env['complaint.milestone']._get_by_code(milestone_code).id,
            'occurred_at': occurred_at or self.env.cr.now(),
            'note': note,
            'payload': payload,
        }

    def _stamp_at(self, milestone_code, field_name, payload_of):
        """Record a milestone at the time that each case holds in a field.

        :param payload_of: function of a case that returns the payload of its event
        """
        return self.env['complaint.event']._record(
            [
                case._prepare_event(milestone_code, payload_of(case), None, case[field_name])
                for case in self
                if case[field_name]
            ]
        )

    def _record_events(self, milestone_code, moments, note=None, payload=None):
        return self.env['complaint.event']._record(
            [
                case._prepare_event(milestone_code, payload, note, moment)
                for case, moment in moments.items()
            ]
        )

    @api.model
    def _check_business_time(self, occurred_at, note):
        """Refuse a time in the future, and one that lies back without a reason.

        :raise UserError: with what to do
        """
        if not occurred_at:
            return
        now = self.env.cr.now()
        if occurred_at > now + timedelta(minutes=1):
            raise UserError(self.env._("What has not happened yet cannot be recorded."))
        if now - occurred_at > timedelta(minutes=BACKDATE_MINUTES) and not (note or '').strip():
            raise UserError(
                self.env._(
                    "Say why this is recorded more than %(minutes)s minutes after it happened.",
                    minutes=BACKDATE_MINUTES,
                )
            )

    def _set_event_heads(self, heads):
        """Write number and hash of the last event of each case, before the events themselves.

        The update is flushed at once: a second writer of the same case is refused by the
        database here, and Odoo runs its transaction again. So the chain never forks.

        :param dict heads: {case id: (count, hash)}
        """
        for case in self:
            count, head = heads[case.id]
            case._write_internal({'event_count': count, 'event_head': head})
        self.flush_recordset(['event_count', 'event_head'])

    def action_record_milestone(self):
        """Ask for a milestone that people record by hand."""
        return self._get_dialog('complaint.case.record.milestone', self.env._("Record milestone"))

    def action_view_events(self):
        """Open the history of this case as a list."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_event_action'
        )
        return {**action, 'domain': [('case_id', '=', self.id)], 'context': {}}

    # === VERIFYING === #

    def action_verify_history(self):
        """Check that nobody changed the history of these cases, and say so."""
        self.check_access('read')
        problems = self._find_broken_histories()
        if problems:
            message = '\n'.join(f'{case.display_name}: {text}' for case, text in problems.items())
            notice = {'type': 'danger', 'title': self.env._("The history was tampered with")}
        else:
            message = self.env._(
                "%(count)s records checked.", count=sum(self.mapped('event_count'))
            )
            notice = {'type': 'success', 'title': self.env._("The history is intact")}
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {**notice, 'message': message, 'sticky': bool(problems)},
        }

    def _find_broken_histories(self):
        """Return {case: the sentence that names its first broken record}."""
        events = self.env['complaint.event'].sudo()  # salts are hidden from everybody
        problems = events._find_breaks(self.sudo())  # idem
        return {case: problems[case.id] for case in self if case.id in problems}

    # === PUBLIC PASSAGES === #

    def _get_timeline(self):
        """Return what the customer may read about the course of the case.

        The stages it entered, by their portal labels; nothing internal.

        :return: list of {'occurred_at': naive UTC datetime, 'label': str}, oldest first
        """
        self.ensure_one()
        events = self.event_ids._get_effective().sorted(lambda e: (e.occurred_at, e.sequence))
        entered = {event: (event.payload or {}).get('to_stage') for event in events}
        stages = self.env['complaint.stage'].browse(set(filter(None, entered.values()))).exists()
        labels = {stage.id: stage._get_portal_label() for stage in stages}
        passages = []
        for event in events:
            label = labels.get(entered[event])
            if event.milestone_id.code == 'registered':
                label = event.milestone_id.name
            if label and (not passages or passages[-1]['label'] != label):
                passages.append({'occurred_at': event.occurred_at, 'label': label})
        return passages

    # === ERASING === #

    def action_erase(self):
        """Ask an administrator for the reason and erase the case."""
        return self._get_dialog(
            'complaint.case.erase', self.env._("Erase complaint"), default_case_ids=self.ids
        )

    def _erase(self, reason):
        """Delete cases with all that hangs on them; numbers, dates and last hashes stay.

        The only way in which a case disappears. Examples leave no tombstone.

        :param str reason: kept on the tombstone
        :raise AccessError: the user is no administrator of complaints
        :raise UserError: no reason given
        """
        admin = 'complaint_management.group_complaint_admin'
        if not (self.env.su or self.env.user.has_group(admin)):
            raise AccessError(self.env._("Only an administrator of complaints may erase one."))
        if not (reason or '').strip():
            raise UserError(self.env._("Say why the complaint is erased."))
        self.check_access('write')
        real = self.filtered(lambda case: not case.is_example)
        self.env['complaint.tombstone']._bury(real, reason)
        # What follows reaches lines and references that the administrator may not see himself.
        cases = self.sudo().with_context(active_test=False, **{INTERNAL_KEY: INTERNAL_WRITE})
        cases.search([('parent_id', 'in', cases.ids)]).write({'parent_id': False})
        cases.search([('duplicate_of_id', 'in', cases.ids)]).write({'duplicate_of_id': False})
        cases.env.flush_all()
        events = cases.env['complaint.event']
        events._allow_erasing()
        cases.event_ids.filtered('revokes_id').unlink()
        cases.event_ids.unlink()
        cases.unlink()
        events._end_erasing()
        return True
