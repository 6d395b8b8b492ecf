from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from ..tools.report_period import to_local_date


class ComplaintReportRunCourse(models.Model):
    """From the opening over signature and review to the readers."""

    _inherit = 'complaint.report.run'

    # === OPENING === #

    def _prepare_entries(self):
        """Give each report the texts and figures that somebody has to fill in."""
        rows = []
        for run in self:
            for section in run.schedule_id.with_context(lang=run.lang).section_ids:
                rows += run._prepare_entry_values(section)
        self.env['complaint.report.entry'].sudo()._create_internal(rows)  # made by nobody else

    def _prepare_entry_values(self, section):
        """Return create values of what a person fills in for one section."""
        self.ensure_one()
        values = {
            **{'run_id': self.id, 'section_key': str(section.id), 'sequence': section.sequence},
            **{'kind': section.kind, 'is_required': section.is_required},
            'guidance': section.guidance,
        }
        if section.kind == 'narrative':
            return [{**values, 'heading': section.display_name}]
        if section.kind == 'manual':
            return [{**values, 'heading': label} for label in section._get_labels()]
        return []

    def _start(self):
        """Give reports to their authors, or issue those to which nobody has to add anything."""
        for run in self:
            if not run.schedule_id._needs_person():
                run._issue()
            elif run.author_id:
                run._ask(run.author_id, 'write')

    def _ask(self, user, task):
        """Give a person something to do on a report; no mail inside the request.

        :param str task: 'write', 'check' or 'change'
        """
        self.ensure_one()
        # Often the job asks, which has no language: that of the person counts.
        run = self.with_context(mail_activity_quick_update=True, lang=user.lang)
        summaries = {
            'write': run.env._("Write and sign the report"),
            'check': run.env._("Check and issue the report"),
            'change': run.env._("Change the report and sign it again"),
        }
        run.activity_schedule(
            'mail.mail_activity_data_todo',
            date_deadline=to_local_date(self.due_at, self.tz),
            summary=summaries[task],
            user_id=user.id,
        )

    # === ACTIONS === #

    def action_refresh(self):
        """Count the figures of reports anew that nobody has signed yet."""
        self._check_state('open', self.env._("The figures of a signed report stay as they are."))
        self._check_signers()
        if self.rerun_of_id:
            raise UserError(
                self.env._("A later count stays as it is. Run the report itself again instead.")
            )
        self._freeze_figures()
        return True

    def action_sign(self):
        """Sign reports; they go to their reviewer, or to their readers at once."""
        self._check_state('open', self.env._("This report is signed already."))
        self._check_signers()
        self._raise_obstacles(self._get_obstacles())
        for run in self.sudo():  # the course of a report is the software's to write
            run._end_activities()
            run._write_internal(
                {
                    'signed_at': self.env.cr.now(),
                    'signed_by_id': self.env.uid,
                    **({'state': 'review'} if run.reviewer_id else {}),
                }
            )
            if run.reviewer_id:
                run._ask(run.reviewer_id, 'check')
            else:
                run._issue()
        return True

    def action_issue(self):
        """Issue reports that were checked."""
        self._check_state('review', self.env._("Only a signed report is issued, and only once."))
        self._check_issuers()
        for run in self.sudo():  # the course of a report is the software's to write
            run._end_activities()
            run._issue()
        return True

    def action_send_back(self):
        """Give reports back to their authors, to be changed and signed again."""
        self._check_state('review', self.env._("Only a report that is being checked goes back."))
        self._check_issuers()
        for run in self.sudo():  # the course of a report is the software's to write
            run._end_activities()
            run._write_internal({'state': 'open', 'signed_at': False, 'signed_by_id': False})
            if run.author_id:
                run._ask(run.author_id, 'change')
        return True

    def action_mark_read(self):
        """Note that the user has read these reports."""
        self.check_access('read')
        # A reader may not write in the list of readers, but this is his own line.
        own = self.sudo().delivery_ids.filtered(
            lambda delivery: delivery.user_id == self.env.user and not delivery.read_at
        )
        own._write_internal({'read_at': self.env.cr.now()})
        return True

    def _open_action(self):
        """Return the action that shows these reports."""
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_reports.complaint_report_run_action'
        )
        if len(self) == 1:
            return {**action, 'res_id': self.id, 'views': [(False, 'form')]}
        return {**action, 'domain': [('id', 'in', self.ids)], 'context': {}}

    # === CHECKS === #

    def _check_state(self, state, sentence):
        self.check_access('read')
        self._raise_obstacles({run: [sentence] for run in self if run.state != state})

    def _check_signers(self):
        for run in self:
            if not run._may_sign(self.env.user):
                raise AccessError(
                    self.env._(
                        "“%(report)s” is signed by %(person)s.",
                        report=run.name,
                        person=run.author_id.name or '–',
                    )
                )

    def _check_issuers(self):
        for run in self:
            if not run._may_issue(self.env.user):
                raise AccessError(
                    self.env._(
                        "“%(report)s” is checked and issued by %(person)s.",
                        report=run.name,
                        person=run.reviewer_id.name or '–',
                    )
                )

    def _get_obstacles(self):
        """Return {run: [sentences]} that say what keeps it from being signed."""
        obstacles = {}
        for run in self:
            missing = run.entry_ids.filtered(lambda entry: entry.is_required and entry._is_empty())
            if missing:
                obstacles[run] = [
                    self.env._(
                        "Fill in first: %(headings)s.",
                        headings=format_list(self.env, missing.mapped('heading')),
                    )
                ]
                if 'manual' in missing.mapped('kind'):
                    obstacles[run].append(
                        self.env._("Where a figure is zero, tick “Entered” beside it.")
                    )
        return obstacles

    # === ISSUING === #

    def _end_activities(self):
        self.activity_ids.with_context(mail_activity_quick_update=True).action_feedback()

    def _issue(self):
        """Issue a report and send it to its recipients."""
        for run in self.sudo():  # the course of a report is the software's to write
            by = False if self.env.user._is_superuser() else self.env.uid
            run._write_internal(
                {'state': 'issued', 'issued_at': self.env.cr.now(), 'issued_by_id': by}
            )
            run._deliver()

    def _deliver(self):
        """Note who gets this report, and send it: people a link, outsiders the papers."""
        self.ensure_one()
        rows = self.schedule_id.recipient_ids._prepare_deliveries(self.company_id)
        now = self.env.cr.now()
        deliveries = self.env['complaint.report.delivery']._create_internal(
            [{**row, 'run_id': self.id} for row in rows]
        )
        sent = deliveries.filtered(lambda delivery: delivery.user_id or delivery.partner_id.email)
        self._notify_readers(sent.user_id)
        self._mail_outsiders(sent.partner_id)
        sent._write_internal({'sent_at': now})

    def _notify_readers(self, users):
        """Tell people where the report is; what it says stays behind their log-in."""
        for lang, people in users.grouped('lang').items():
            env = self.with_context(lang=lang, mail_notify_force_send=False).env
            self.with_env(env).message_notify(
                partner_ids=people.partner_id.ids,
                subject=self.name,
                body=env._(
                    "%(report)s is issued. Open it to read it, and note there that you have.",
                    report=self.name,
                ),
                email_layout_xmlid='mail.mail_notification_light',
            )

    def _mail_outsiders(self, partners):
        """Mail the papers to people without a log-in; the mail job sends them."""
        if not partners:
            return
        pdf, kind = self._print_for_outsiders()
        files = [(f'{self.name}.{kind}', pdf), (f'{self.name}.xlsx', self._get_workbook(True))]
        for partner in partners:
            text = self.with_context(lang=partner.lang or self.lang).env._(
                "Please find enclosed: %(report)s.", report=self.name
            )
            self.env['mail.mail'].create(
                {
                    'subject': self.name,
                    'body_html': text,
                    'email_from': self.company_id.email_formatted or self.env.user.email_formatted,
                    'recipient_ids': [(4, partner.id)],
                    'attachment_ids': [
                        (0, 0, {'name': name, 'raw': content}) for name, content in files
                    ],
                    'auto_delete': False,
                }
            )

    def _print_for_outsiders(self):
        """Return (content, kind) of the paper with all that the schedule may see."""
        reports = self.env['ir.actions.report'].with_context(
            lang=self.lang, complaint_report_everything=self._get_everything_key()
        )
        return reports._render_qweb_pdf('complaint_reports.complaint_report_run', self.ids)
