from datetime import datetime

import pytz

from odoo import models
from odoo.tools import email_normalize, format_date, format_time

ARROW = ' → '

# What a customer is told of the course: what happens inside the house is left out.
OUTLINE_PHASES = (
    *('intake', 'assessment', 'investigation', 'solution', 'execution', 'feedback'),
    'closed_normal',
)


class ComplaintCaseLetterWords(models.Model):
    """What the templates of mails to a customer ask a case for.

    Everything here is read by customers: nothing internal, in their language and time zone.
    """

    _inherit = 'complaint.case'

    # === WHO READS IT === #

    def _get_customer_lang(self):
        """Return the language in which this customer is written: their own, else the channel's,
        else the company's."""
        self.ensure_one()
        case = self.sudo()  # a language is no secret
        return (
            case.partner_id.lang
            or case.channel_id.lang
            or case.company_id.partner_id.lang
            or self.env.lang
        )

    def _get_customer_tz(self):
        """Return the name of the time zone in which this customer reads dates."""
        self.ensure_one()
        case = self.sudo()  # a time zone is no secret
        return case.partner_id.tz or case.company_id.resource_calendar_id.tz or 'UTC'

    def _message_add_default_recipients(self):
        """Write to the address that was given for this complaint, whatever the partner has."""
        recipients = super()._message_add_default_recipients()
        for case in self:
            partner = case.partner_id
            email = case._get_customer_email()
            if email and email_normalize(email) != email_normalize(partner.email or ''):
                recipients[case.id]['partners'] = partner.browse()
            else:
                recipients[case.id]['partners'] = partner
        return recipients

    # === WHAT IT SAYS === #

    def _get_salutation_name(self):
        """Return the name by which a letter addresses this customer, or ''.

        The thread keeps the words for everybody who reads the case: who asked not to be named is
        not named in them.
        """
        self.ensure_one()
        return '' if self.hides_complainant else self.complainant_name or ''

    def _is_on_paper(self):
        """Hook: say whether the words stand in a letter, which nobody answers with a click."""
        return False

    def _get_promised_date_text(self):
        """Return the promised date and time as this customer reads them, or ''."""
        self.ensure_one()
        return self._format_for_customer(self._get_promised_date())

    def _get_extension_date_text(self):
        """Return the date that is promised from now on, as this customer reads it, or ''."""
        self.ensure_one()
        return self._format_for_customer(self._get_extension_date())

    def _get_extension_date(self):
        """Hook: return the date (UTC) that a notice of an extension promises, or False.

        The addon of time limits answers with the date of an extension still to be told.
        """
        self.ensure_one()
        return self._get_promised_date()

    def _format_for_customer(self, moment):
        """Return a moment (naive UTC datetime) in the customer's time zone, or ''.

        In the language of the environment: templates are rendered in the customer's.
        """
        if not moment:
            return ''
        local = pytz.utc.localize(moment).astimezone(pytz.timezone(self._get_customer_tz()))
        local = datetime.combine(local.date(), local.time())
        date = format_date(self.env, local.date(), date_format='long')
        time = format_time(self.env, local.time(), time_format='short')
        return f'{date} {time}'

    def _get_customer_url(self):
        """Return the address of the page where this customer follows the complaint."""
        self.ensure_one()
        # Who may write to the customer may give the customer's own link.
        case = self.sudo()
        # The thread keeps the link: it leads nobody to a customer who asked not to be named.
        is_told = case._writes_to_partner() and not case.hides_complainant
        return case.get_base_url() + case._get_share_url(pid=is_told and case.partner_id.id)

    def _writes_to_partner(self):
        self.ensure_one()
        email = self.partner_id.email
        return bool(email) and email_normalize(email) == email_normalize(
            self._get_customer_email() or ''
        )

    def _get_access_key_text(self):
        """Hook: return the words that give an anonymous complainant the key to follow the case.

        Asked for by the first acknowledgement only; '' where there is no key to give.
        """
        self.ensure_one()
        return ''

    def _get_process_outline(self):
        """Return roughly how complaints of this procedure proceed (PAWN-3.1-e).

        One label that customers read for each phase that concerns them.
        """
        self.ensure_one()
        stages = self.procedure_id.stage_ids.sorted(lambda stage: (stage.sequence, stage.id))
        labels = [
            stage[0]._get_portal_label()
            for phase in OUTLINE_PHASES
            if (stage := stages.filtered(lambda stage, phase=phase: stage.phase == phase))
        ]
        return ARROW.join(dict.fromkeys(labels))

    def _get_stage_label(self):
        """Return what this customer reads about where the case stands."""
        self.ensure_one()
        return self.stage_id._get_portal_label()

    def _get_answer_words(self):
        """Return the answer of this round, else the approved words for it, or ''."""
        self.ensure_one()
        answers = self.contact_ids.filtered(
            lambda contact: contact.purpose == 'answer' and contact.round == self.round
        )
        return answers[:1].content or self._get_answer_draft() or ''

    def _get_reopen_days(self):
        """Return within how many days the case can be taken up again; 0: without end."""
        self.ensure_one()
        return self.procedure_id.reopen_window_days
