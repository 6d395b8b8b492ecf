import logging

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_datetime, plaintext2html

_logger = logging.getLogger(__name__)

MESSAGE_ACTIVITY = 'mail.mail_activity_data_todo'
# Who is asked to read what a complainant adds: the first of these whom the case has.
READER_ROLES = ('handler', 'owner', 'follow_up', 'team_leader')


class ComplaintCasePublic(models.Model):
    """Complaints that come and are followed on public pages, without a log-in."""

    _inherit = 'complaint.case'

    # === FILING === #

    @api.model
    def _file_publicly(self, team, values, files=(), partner=None):
        """Take in a complaint from the public form.

        It is registered at once where the team says so and nothing is missing; else it waits for
        the desk.

        Made in nobody's name, also where a visitor is logged in: who made a complaint is told to
        all who read it, and who wants to stay anonymous shall.

        :param team: complaint.team as superuser
        :param dict values: as `complaint.public.form` reads them
        :param files: create values of ir.attachment
        :param partner: the visitor's partner if he is logged in
        :return: the case as superuser, in a context that tells its key
        """
        vals = self._prepare_public_values(team, values, partner)
        # Visitors have no rights of their own; what they sent was checked field by field.
        cases = self._as_visitor().with_company(team.company_id)._with_new_access_key()
        cases = cases.with_context(mail_create_nosubscribe=True)
        case = cases._create_publicly(vals, registers=team.public_registers)
        if files:
            case._keep_public_files(files)
        return case

    def _as_visitor(self):
        """Return these cases as superuser, in the name of the visitor whom nobody knows."""
        return self.with_user(self.env.ref('base.public_user')).sudo()  # has no rights of his own

    @api.model
    def _prepare_public_values(self, team, values, partner=None):
        """Return the create values of a case from the public form."""
        values = dict(values)
        anonymous = values.pop('anonymous', False)
        data = self.env['ir.model.data']
        channel_id = data._xmlid_to_res_id('complaint_management.channel_web')
        vals = {**values, 'team_id': team.id, 'channel_id': channel_id}
        if anonymous:
            flag_id = data._xmlid_to_res_id('complaint_management.flag_anonymous')
            vals['flag_ids'] = [Command.link(flag_id)] if flag_id else []
        elif partner:
            # What he typed for this complaint holds, not what is on his card.
            vals['partner_id'] = partner.id
        return vals

    def _create_publicly(self, vals, registers):
        if registers:
            try:
                with self.env.cr.savepoint():
                    return self.create(vals)
            except UserError as error:
                # It lacks what the procedure demands: the desk asks for it.
                _logger.info("A public complaint waits for the desk: %s", error)
        return self.create({**vals, 'registered_at': False})

    def _keep_public_files(self, files):
        """Attach files to this case.

        :param files: create values of ir.attachment
        """
        self.ensure_one()
        self.env['ir.attachment'].create(
            [{**values, 'res_model': self._name, 'res_id': self.id} for values in files]
        )

    # === FOLLOWING === #

    def _get_public_status(self):
        """Return what may be told to whoever has the key: no names, nothing internal.

        :return: dict of `number`, `stage`, `promised`, `answer` (texts or False), `is_closed` and
            `timeline` ([{'when': text, 'label': text}, …]); times are local to the company
        """
        self.ensure_one()
        promised = self._get_promised_date() if not self.is_closed else False
        return {
            'number': self.number,
            'received': self._format_publicly(self.received_at),
            'stage': self.stage_id._get_portal_label(),
            'is_closed': self.is_closed,
            'promised': self._format_publicly(promised),
            'answer': self._get_public_answer(),
            'timeline': [
                {'when': self._format_publicly(passage['occurred_at']), 'label': passage['label']}
                for passage in self._get_timeline()
            ],
        }

    def _format_publicly(self, moment):
        """Return a moment (UTC) as it reads where the company is, or False."""
        self.ensure_one()
        tz = self.company_id.resource_calendar_id.tz or 'UTC'
        return format_datetime(self.env, moment, tz=tz, dt_format='short') if moment else False

    def _get_public_answer(self):
        """Return the last answer that was given to the complainant in this round, or False."""
        self.ensure_one()
        if self.answer_state == 'none':
            return False
        answers = self.contact_ids.filtered(
            lambda contact: contact.purpose == 'answer' and contact.direction == 'out'
        )
        return answers.sorted(lambda contact: (contact.occurred_at, contact.id))[-1:].content

    def _add_publicly(self, text, files=()):
        """Keep what the complainant adds to the case, and ask somebody to read it.

        :param str text: plain words, possibly empty when there are files
        :param files: create values of ir.attachment
        """
        self.ensure_one()
        survivor = self._get_survivor()
        if survivor != self:
            return survivor._add_publicly(text, files)
        # `message_post` takes only files that wait for a message.
        attachments = self.env['ir.attachment'].create(
            [{**values, 'res_model': 'mail.compose.message', 'res_id': 0} for values in files]
        )
        author = self.partner_id
        title = self.env._("Added by the complainant on the public page")
        self.message_post(
            body=Markup('<p><em>%s</em></p>%s') % (title, plaintext2html(text or '')),
            message_type='comment',
            subtype_xmlid='mail.mt_comment',
            author_id=author.id or self.env.ref('base.public_partner').id,
            email_from=self.complainant_email or False,
            attachment_ids=attachments.ids,
        )
        return self._ask_to_read(self.env._("Read what the complainant added"))

    def _ask_to_read(self, summary):
        """Give whoever works on this case something to do, unless it waits already."""
        people = (self._get_recipients(role) for role in READER_ROLES)
        reader = next(filter(None, people), self.env['res.users'])[:1]
        waiting = self.activity_ids.filtered(
            lambda activity: activity.user_id == reader and activity.summary == summary
        )
        if reader and not waiting:
            self._schedule_quietly({self: reader.id}, MESSAGE_ACTIVITY, summary)
