from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, html2plaintext, plaintext2html

from ..const import LETTER_PURPOSES, MAIL_LAYOUT
from ..tools.contact_mask import mask_email
from .complaint_contact import ASKING_PURPOSES

ACTIVITY_TELL = 'complaint_management.activity_type_tell'
ACTIVITY_REVIEW = 'complaint_management.activity_type_review_mail'

# What a customer is most likely written while a case is in a phase; else its progress.
PHASE_LETTERS = {
    'intake': 'acknowledgement',
    'assessment': 'acknowledgement',
    'feedback': 'answer',
    'callback': 'feedback',
    'closed_normal': 'closing',
    'closed_abnormal': 'closing',
    'refused': 'refusal',
}

# Mailboxes that nobody reads.
ROBOT_NAMES = {
    *('mailer-daemon', 'postmaster', 'bounce', 'bounces'),
    *('noreply', 'no-reply', 'no_reply', 'donotreply', 'do-not-reply'),
}


class ComplaintCaseLetter(models.Model):
    """Writing to customers: by a stage or by a person, never twice, never to the wrong one."""

    _inherit = 'complaint.case'

    # {id of a template: round in which the customer got it, or somebody was asked to tell}
    written_letters = fields.Json(readonly=True, copy=False)

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'written_letters'}

    # === BY A PERSON === #

    def action_write(self):
        """Open a mail to the customer, with the words that fit where the case stands."""
        self.ensure_one()
        return self._get_letter_action(self._get_letter_purpose())

    def _get_letter_purpose(self):
        """Return what this customer is most likely written now."""
        self.ensure_one()
        purpose = PHASE_LETTERS.get(self.phase, 'progress')
        if purpose == 'acknowledgement' and self.event_ids._get_effective(['acknowledged']):
            return 'progress'
        if purpose == 'answer' and self.answer_state not in ('none', 'rejected'):
            return 'progress'
        return purpose

    def _get_letter_action(self, purpose):
        """Return the action that opens a mail to this customer.

        :param str purpose: a value of complaint.contact's; it decides the first template
        :raise UserError: the customer cannot be written to
        """
        self.ensure_one()
        self.check_access('write')
        if sentence := self._get_address_obstacle():
            raise UserError(
                self.env._(
                    "%(why)s Reach the customer another way, and note it with “Record contact”.",
                    why=sentence,
                )
            )
        if purpose not in dict(LETTER_PURPOSES):
            purpose = 'other'
        dialog = self._get_dialog(
            'mail.compose.message',
            self.env._("Write to the customer"),
            default_model=self._name,
            default_res_ids=self.ids,
            default_composition_mode='comment',
            default_subtype_xmlid='mail.mt_comment',
            default_complaint_purpose=purpose,
            default_template_id=self._get_letter_template(purpose).id,
            force_email=True,
        )
        dialog['context'].pop('default_case_id')
        return dialog

    def _get_letter_template(self, purpose):
        """Return the template of a purpose: the one that the procedure uses, else the first."""
        self.ensure_one()
        # Whoever handles complaints writes with the company's templates.
        used = self.procedure_id.stage_ids.mail_template_id.sudo()
        used = used.filtered(lambda template: template.complaint_purpose == purpose)
        domain = [('model', '=', self._name), ('complaint_purpose', '=', purpose)]
        return used[:1] or used.search(domain, order='id', limit=1)

    def _get_letter_obstacles(self, purpose):
        """Return the sentences that say why the user may not write this to the customer now."""
        self.ensure_one()
        sentences = [self._get_address_obstacle(), self._get_consent_obstacle(purpose)]
        if purpose == 'answer':
            sentences += self._get_answer_obstacles().get(self, [])
            if self._get_answer_targets() != self:
                sentences.append(
                    self.env._(
                        "This answer goes to several customers: give it with the button “Answer "
                        "the customer”."
                    )
                )
        elif not self.registered_at:
            sentences.append(self.env._("Register the complaint first."))
        return [sentence for sentence in sentences if sentence]

    # === WHO IS NOT WRITTEN TO === #

    def _get_address_obstacle(self):
        """Return the sentence why no mail can reach this customer, or None."""
        self.ensure_one()
        return self._get_address_obstacles().get(self)

    def _get_address_obstacles(self):
        """Say why no mail can reach these customers.

        :return: {case: sentence}, only customers who cannot be written to
        """
        emails = {case: email_normalize(case._get_customer_email() or '') for case in self}
        # Who is recused, and which mailboxes are ours, does not depend on who asks.
        domains = self.env['mail.alias.domain'].sudo()
        own = set(domains._find_aliases([email for email in emails.values() if email]))
        obstacles = {}
        for case, email in emails.items():
            shown = mask_email(email)  # notes and tasks keep the sentence, whoever reads them
            if not email:
                sentence = self.env._("No e-mail address of the customer is known.")
            elif email.partition('@')[0].partition('+')[0] in ROBOT_NAMES:
                sentence = self.env._("Nobody reads the address %(email)s.", email=shown)
            elif email in case._get_barred_emails():
                sentence = self.env._(
                    "%(email)s belongs to somebody who must not learn of this complaint.",
                    email=shown,
                )
            elif email in own:
                sentence = self.env._("%(email)s is one of our own mailboxes.", email=shown)
            else:
                continue
            obstacles[case] = sentence
        return obstacles

    def _get_barred_emails(self):
        """Return the addresses of those whom this complaint is about, or who are kept away."""
        self.ensure_one()
        case = self.sudo()  # idem
        partners = case.recused_user_ids.partner_id
        partners |= case.accused_employee_ids.employee_id.work_contact_id
        return set(partners.mapped('email_normalized'))

    def _get_consent_obstacle(self, purpose):
        """Return the sentence why this customer is not asked how it went, or None (PRIN-5-g)."""
        self.ensure_one()
        return self._get_callback_refusal() if purpose == 'feedback' else None

    # === BY A STAGE === #

    def _after_registration(self):
        """Send the mail of the stage where cases begin: nobody moves them in."""
        super()._after_registration()
        for template, cases in self.grouped(lambda case: case.stage_id.mail_template_id).items():
            if template:
                cases._send_stage_mail(template)

    def _send_stage_mail(self, template):
        """Queue the mail of a stage, or ask somebody to tell the customer in its place.

        A template without a purpose goes to whomever it names, whenever a case comes in.
        """
        purpose = template.sudo().complaint_purpose  # administrators' own
        if not purpose:
            return super()._send_stage_mail(template)
        todo = self - self._get_written_to(template)
        obstacles = todo._get_address_obstacles()
        to_send, to_tell, to_review = self.browse(), {}, {}
        for case in todo:
            if case in obstacles:
                to_tell[case] = obstacles[case]
            elif case._get_consent_obstacle(purpose):
                continue
            elif sentence := case._get_review_sentence(purpose):
                to_review[case] = sentence
            else:
                to_send |= case
        todo._note_letters(template)
        to_send._queue_letters(template)
        if purpose not in ASKING_PURPOSES:
            self._ask_to_tell(to_tell)
        self._plan_letter_activities(ACTIVITY_REVIEW, to_review)
        return None

    def _get_written_to(self, template):
        """Return those of these cases whose customers have this mail, or will be told of it.

        Once for each round; what is acknowledged stays acknowledged.
        """
        once = template.sudo().complaint_purpose == 'acknowledgement'  # administrators' own

        def is_written(case):
            written_round = (case.written_letters or {}).get(str(template.id))
            return bool(written_round) and (once or written_round == case.round)

        return self.filtered(is_written)

    def _note_letters(self, template):
        """Keep that these customers have this mail, or that somebody was asked to tell them."""
        for case in self if template else ():
            letters = {**(case.written_letters or {}), str(template.id): case.round}
            case._write_internal({'written_letters': letters})

    def _step_back(self, move):
        """Forget the mail of a stage that a case never came into, unless it has left."""
        super()._step_back(move)
        stage = self.env['complaint.stage'].browse(move.payload['to_stage']).exists()
        template = stage.mail_template_id
        letters = dict(self.written_letters or {})
        if str(template.id) in letters and template not in self.contact_ids.mail_template_id:
            del letters[str(template.id)]
            self._write_internal({'written_letters': letters or False})
            self._withdraw_letter_activities()

    def _get_review_sentence(self, purpose):
        """Return the sentence why a person looks the mail over before it leaves, or None."""
        self.ensure_one()
        if self.stage_id.mail_review:
            return self.env._("By this procedure the mail is looked over before it leaves.")
        if purpose != 'answer':
            return None
        if missing := self._get_approval_obstacle('reply'):
            return missing
        if not self._get_answer_words():
            return self.env._("Nothing is written yet that the customer could be answered.")
        return None

    def _queue_letters(self, template):
        """Queue a mail to each customer; a contact is recorded when it has left."""
        if not self:
            return
        mails = self._queue_mail(template, values={'complaint_template_id': template.id})
        for mail in mails:
            case = self.browse(mail.res_id)
            lang = case._get_customer_lang()
            # The thread keeps the words, the mail gets the frame around them.
            mail.body_html = template.sudo()._render_encapsulate(  # administrators' own
                MAIL_LAYOUT,
                mail.body_html,
                add_context={'company': case.company_id.sudo(), 'lang': lang},  # its letterhead
                context_record=case.with_context(lang=lang),
            )

    # === INSTEAD OF A MAIL === #

    def _ask_to_tell(self, sentences):
        """Ask staff to tell customers otherwise whom no mail reaches.

        :param dict sentences: {case: why no mail was sent}
        """
        reachable = {}
        for case, sentence in sentences.items():
            if case.complainant_phone or case.partner_id.phone or case.partner_id.street:
                reachable[case] = sentence
            else:
                case._message_log(
                    body=self.env._(
                        "%(why)s No mail was sent, and nothing else is known by which the customer "
                        "could be reached.",
                        why=sentence,
                    )
                )
        self._plan_letter_activities(ACTIVITY_TELL, reachable)

    def _plan_letter_activities(self, type_xmlid, sentences):
        """Give whoever speaks with the customer something to do, in one batch.

        :param dict sentences: {case: why}
        """
        if not sentences:
            return
        type_id = self.env['ir.model.data']._xmlid_to_res_id(type_xmlid)
        summary = self.env['mail.activity.type'].browse(type_id).name
        self._create_activities(
            [
                case._prepare_activity(type_xmlid, user.id, summary, note=plaintext2html(sentence))
                for case, sentence in sentences.items()
                for user in case._get_writers()
            ]
        )

    def _get_writers(self):
        """Return who speaks with this customer: whoever answers, else who leads the team."""
        self.ensure_one()
        writers = self._get_answerers() or self._get_recipients('owner')
        return (writers or self._get_recipients('team_leader'))[:1]

    def _withdraw_letter_activities(self):
        if self:
            self.activity_unlink([ACTIVITY_TELL, ACTIVITY_REVIEW])

    # === WHAT WAS WRITTEN === #

    def _record_letter(self, template, body, purpose=None):
        """Record that these customers were written to.

        :param template: mail.template record, possibly none
        :param str body: HTML of the words, without a frame
        :param str purpose: None: the template's
        :return: the contacts
        """
        self._note_letters(template)
        return self._create_answer_contacts(
            {
                'means': 'email',
                'direction': 'out',
                'purpose': purpose or template.complaint_purpose,
                'content': html2plaintext(body or '', include_references=False).strip(),
                'mail_template_id': template.id,
            }
        )
