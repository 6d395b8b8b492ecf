from ast import literal_eval
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.mail import parse_contact_from_email

from ..tools.mail_automatic import get_automatic_reason
from ..tools.mail_body import text_to_html
from ..tools.mail_html import FOLD_LIMIT, fold_html, fold_text, has_text, html_to_text
from ..tools.mail_quote import Forwarded, find_forwarded, is_reply, strip_prefixes
from ..tools.mail_reader import Mail, read_mail

# Context key for the mail that is being taken in, as `read_mail` returns it.
MAIL_KEY = 'complaint_mail'

# A longer text is shown in part and attached whole: Odoo drops what is much longer.
SHOWN_LENGTH = 500_000
# Who sends the same text to another team within this many hours has one complaint.
SAME_TEXT_HOURS = 24
# An answer without a trace of the mail that it answers belongs to a complaint of so many days.
REPLY_DAYS = 90
SEARCH_LIMIT = 50
NOTE_LENGTH = 2000


class ComplaintCaseMail(models.Model):
    """How mails come in: to which complaint they belong, what they say, which are none.

    The gateway calls these methods as superuser: it has no rights of its own.
    """

    _inherit = 'complaint.case'

    # === WHICH MAILS ARE OURS === #

    @api.model
    def _read_own_mail(self, raw, model=None):
        """Return the mail that these bytes are, if it is for complaints, else None.

        :param bytes raw:
        :param str model: where the mailbox sends what has no address of its own
        :return: :class:`~odoo.addons.complaint_management.tools.mail_reader.Mail`
        """
        if model != self._name:
            head = read_mail(raw, head_only=True)
            if not (self._get_mail_aliases(head) or self._is_reply_to_case(head)):
                return None
        return read_mail(raw)

    @api.model
    def _get_mail_aliases(self, mail):
        """Return the addresses of teams to which a mail was sent, in the order it names them."""
        addresses = mail.get_all_recipients()
        if not addresses:
            return self.env['mail.alias']
        locals_ = [address.partition('@')[0] for address in addresses]
        aliases = self.env['mail.alias'].search(
            Domain('alias_model_id.model', '=', self._name)
            & (
                Domain('alias_full_name', 'in', addresses)
                | (Domain('alias_name', 'in', locals_) & Domain('alias_incoming_local', '=', True))
            )
        )

        def position(alias):
            if alias.alias_full_name in addresses:
                return addresses.index(alias.alias_full_name)
            return locals_.index(alias.alias_name)

        return aliases.sorted(position)

    @api.model
    def _is_reply_to_case(self, mail):
        references = [*mail.references[-32:], mail.in_reply_to]
        domain = [('message_id', 'in', references), ('model', '=', self._name)]
        return bool(any(references) and self.env['mail.message'].search(domain, limit=1))

    @api.model
    def _get_mail_team(self, mail, custom_values=None):
        """Return the team to which a mail was written, possibly none."""
        defaults = dict(custom_values or {})
        for alias in self._get_mail_aliases(mail)[:1]:
            defaults = literal_eval(alias.alias_defaults or '{}')
        return self.env['complaint.team'].browse(defaults.get('team_id') or []).exists()

    # === MAILS THAT NOBODY WROTE TO US === #

    @api.model
    def _get_drop_reason(self, mail):
        """Return why a mail opens no complaint, from what it is alone; None if it may.

        Odoo's list of allowed senders counts: an administrator lets a web form or a hotline's
        system through there.
        """
        key = self._get_email_key(mail.sender_address)
        domains = self.env['mail.alias.domain'].search(Domain.TRUE)
        if self._is_own_mail(mail, key, domains):
            return 'own'
        reason = get_automatic_reason(mail, domains.mapped('name'))
        if reason in ('generated', 'list', 'loop') and self._is_allowed_sender(key):
            return None
        return reason

    @api.model
    def _is_own_mail(self, mail, key, domains):
        """Tell whether we sent a mail ourselves."""
        if not key:
            return False
        ours = {*domains.mapped('bounce_email'), *domains.mapped('catchall_email')}
        ours |= set(domains.mapped('default_from_email'))
        aliases = self.env['mail.alias']
        if key in ours or aliases.search_count([('alias_full_name', '=', key)], limit=1):
            return True
        copy_of = mail.get('X-Odoo-Message-Id')
        domain = [('message_id', '=', copy_of), ('message_type', '!=', 'email')]
        return bool(copy_of and self.env['mail.message'].search_count(domain, limit=1))

    @api.model
    def _is_allowed_sender(self, key):
        allowed = self.env['mail.gateway.allowed']
        return bool(key and allowed.search_count([('email_normalized', '=', key)], limit=1))

    @api.model
    def _is_known_mail(self, mail):
        """Tell whether a mail with this id is there already."""
        domain = [('message_id', '=', mail.message_id)]
        return bool(self.env['mail.message'].search_count(domain, limit=1))

    @api.model
    def _is_mail_loop(self, mail, case):
        """Tell whether so many mails came from one sender that a machine must be behind it.

        Limits are those of Odoo's gateway; unlike there nobody is told, since the machine would
        answer.
        """
        key = self._get_email_key(mail.sender_address)
        if not key or self._is_allowed_sender(key):
            return False
        get_param = self.env['ir.config_parameter'].get_param
        threshold = int(get_param('mail.gateway.loop.threshold', 20))
        minutes = int(get_param('mail.gateway.loop.minutes', 120))
        since = self.env.cr.now() - timedelta(minutes=minutes)
        recent = Domain('create_date', '>=', since)
        if case:
            domain = Domain('model', '=', self._name) & Domain('res_id', '=', case.id)
            domain &= Domain('message_type', '=', 'email') & recent
            messages = self.env['mail.message'].search(domain, limit=threshold * 10)
            keys = [self._get_email_key(message.email_from) for message in messages]
            return keys.count(key) >= threshold
        domain = Domain(self._detect_loop_sender_domain(key)) & recent
        return self.search_count(domain, limit=threshold) >= threshold

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        """Compare by the indexed form of the complainant's address."""
        return [('complainant_email_key', '=', email_from_normalized)]

    @api.model
    def _was_refused_lately(self, mail):
        """Tell whether a sender was told within a day that an address is not open to them."""
        since = self.env.cr.now() - timedelta(days=1)
        domain = [
            ('reason', '=', 'refused'),
            ('sender', '=', mail.sender_address),
            ('dropped_at', '>=', since),
        ]
        return bool(self.env['complaint.mail.dropped'].search_count(domain, limit=1))

    @api.model
    def _count_bounce(self, email_message, message_dict):
        """Count a delivery report about a mail that we sent from a complaint."""
        case = self.browse(message_dict['bounced_message'].res_id).exists()
        mail = read_mail(email_message.as_bytes(), head_only=True)
        self._drop_mail(mail, 'bounce', case.team_id)

    def _note_automatic_mail(self, mail):
        """Let those who work on a case read what a machine of the customer answered.

        Nobody is notified and nothing is answered.
        """
        text = mail.text or html_to_text(mail.html)
        for case in self:
            case._message_log(
                body=Markup('<p>%s</p>%s')
                % (
                    self.env._(
                        "An automatic reply came from %(sender)s:", sender=mail.sender_address
                    ),
                    Markup(text_to_html(text[:NOTE_LENGTH])),
                ),
                subject=mail.subject,
            )

    # === WHERE A MAIL GOES === #

    @api.model
    def _choose_mail_routes(self, mail, message_dict, routes, custom_values=None):
        """Return the routes of Odoo's gateway that a mail takes, ours settled by our rules.

        One mail makes at most one complaint of a company. What nobody wrote to us is counted.

        :param list routes: (model, thread_id, custom_values, user_id, alias)
        """
        ours = [route for route in routes if route[0] == self._name]
        others = [route for route in routes if route[0] != self._name]
        if not ours:
            if not routes:
                bounced = message_dict.get('is_bounce')
                self._drop_mail(mail, mail.drop_reason or ('bounce' if bounced else 'refused'))
            return others
        order = {alias.id: index for index, alias in enumerate(self._get_mail_aliases(mail))}
        ours.sort(key=lambda route: order.get(route[4].id if route[4] else 0, len(order)))
        settled, seen = [], set()
        for route in ours:
            case = self._find_mail_case(mail, message_dict, route)
            team = self.env['complaint.team'].browse((route[2] or {}).get('team_id') or [])
            key = case or team.company_id
            if key in seen:
                continue
            seen.add(key)
            reason = mail.drop_reason or ('loop' if self._is_mail_loop(mail, case) else None)
            if reason:
                self._drop_mail(mail, reason, team or case.team_id)
                if reason == 'auto_reply':
                    case._note_automatic_mail(mail)
                continue
            # A customer who may log in is no more the maker of a complaint than any other.
            user = self.env['res.users'].browse(route[3] or [])
            user_id = self.env.uid if user.share else route[3]
            settled.append((route[0], case.id, route[2], user_id, *route[4:]))
        return others + settled

    @api.model
    def _drop_mail(self, mail, reason, team=None):
        self.env['complaint.mail.dropped']._count(mail, reason, team or self._get_mail_team(mail))

    @api.model
    def _find_mail_case(self, mail, message_dict, route):
        """Return the complaint that a mail is about; none for a new one.

        By what it answers to, by the number in its subject, by the subject of a recent complaint
        of the sender that it answers, and by the same text sent to another team.
        """
        if route[1]:
            return self.browse(route[1]).exists()
        if case_id := self._find_by_subject(message_dict):
            return self.browse(case_id)
        return self._find_recent_case(mail, message_dict, route) or self.browse()

    @api.model
    def _find_recent_case(self, mail, message_dict, route):
        key = self._get_email_key(mail.sender_address)
        if not key:
            return None
        now = self.env.cr.now()
        team = self.env['complaint.team'].browse((route[2] or {}).get('team_id') or [])
        company = team.company_id or self.env.company
        recent = self.search(
            [
                ('complainant_email_key', '=', key),
                ('company_id', '=', company.id),
                ('create_date', '>=', now - timedelta(days=REPLY_DAYS)),
            ],
            order='id desc',
            limit=SEARCH_LIMIT,
        )
        subject = strip_prefixes(mail.subject)
        if is_reply(mail.subject) and subject:
            for case in recent:
                if not case.is_closed and strip_prefixes(case.name) == subject:
                    return case
        text = self._get_mail_content(mail)['description'].strip()
        sent_at = self._get_mail_date(message_dict)
        for case in recent:
            if (
                text
                and team not in (case.team_id, team.browse())
                and abs(case.received_at - sent_at) <= timedelta(hours=SAME_TEXT_HOURS)
                and case.name == mail.subject
                and (case.description or '').strip() == text
            ):
                return case
        return None

    # === WHAT A MAIL SAYS === #

    @api.model
    def _get_mail_content(self, mail):
        """Return what we take from a mail, reckoned once for each.

        :return: dict with `page` (HTML of the thread, quotes marked), `description`, `reply`
            (plain text), `forwarded` (:class:`Forwarded` or None) and `full` (plain text)
        """
        if mail.content:
            return mail.content
        if mail.html:
            page, reply = fold_html(mail.html)
            full = html_to_text(mail.html)
            if not full and has_text(mail.html[:FOLD_LIMIT]):
                mail.problems.add('broken')
        else:
            page, reply = fold_text(mail.text)
            full = mail.text.strip()
        forwarded = find_forwarded(mail.subject, full) or self._find_attached_mail(mail, full)
        if forwarded:
            page = mail.html or text_to_html(mail.text)
        whole = full if forwarded or not reply.strip() else reply
        mail.content = {
            'page': page,
            'reply': reply,
            'full': full,
            'forwarded': forwarded,
            'description': whole.strip(),
        }
        return mail.content

    @api.model
    def _find_attached_mail(self, mail, text):
        """Return the one mail that a mail brings as a file and says nothing else about."""
        found = [file for file in mail.files if file.content_type == 'message/rfc822']
        if len(found) != 1:
            return None
        inner = read_mail(found[0].content)
        if not inner.sender_address:
            return None
        return Forwarded(
            inner.sender_name,
            inner.sender_address,
            strip_prefixes(inner.subject),
            inner.text or html_to_text(inner.html),
            text,
        )

    @api.model
    def _prepare_mail_values(self, msg_dict):
        """Return the values of a complaint made of a mail."""
        mail = self._get_mail_in_hand() or self._make_mail(msg_dict)
        content = self._get_mail_content(mail)
        channel = self.env.ref('complaint_management.channel_email', raise_if_not_found=False)
        values = {
            'name': mail.subject,
            'description': content['description'] or self._get_unreadable_text(mail),
            'channel_id': channel.id if channel else False,
            'partner_id': msg_dict.get('author_id') or False,
            'complainant_name': mail.sender_name,
            'complainant_email': mail.sender_address,
            'registered_at': False,
            'received_at': self._get_mail_date(msg_dict),
        }
        forwarded = content['forwarded']
        if forwarded and self._is_staff(mail.sender_address):
            partner = self._find_mail_partner(forwarded.address)
            values.update(
                name=forwarded.subject or strip_prefixes(mail.subject),
                description=forwarded.text or values['description'],
                partner_id=partner.id,
                complainant_name=forwarded.name,
                complainant_email=forwarded.address,
            )
        if values['partner_id']:
            del values['complainant_name']
        return values

    @api.model
    def _get_mail_in_hand(self):
        """Return the mail that the gateway is taking in, or None."""
        mail = self.env.context.get(MAIL_KEY)
        return mail if isinstance(mail, Mail) else None  # a client can send anything

    @api.model
    def _make_mail(self, msg_dict):
        """Return a mail made of what Odoo read, for callers that do not come by the gateway."""
        mail = read_mail(b'')
        mail.subject = msg_dict.get('subject') or ''
        name, address = parse_contact_from_email(msg_dict.get('email_from'))
        mail.senders = [(name, address)]
        mail.html = msg_dict.get('body') or ''
        return mail

    @api.model
    def _is_staff(self, address):
        user = self.env['mail.thread']._mail_find_user_for_gateway(address)
        return bool(user and not user.share)

    @api.model
    def _find_mail_partner(self, address):
        threads = self.env['mail.thread']
        if not address:
            return self.env['res.partner']
        return threads._partner_find_from_emails_single([address], no_create=True)[:1]

    @api.model
    def _get_mail_date(self, msg_dict):
        """Return when a mail was sent: its clock may be wrong, it was here at the latest now."""
        now = self.env.cr.now().replace(microsecond=0)
        sent_at = fields.Datetime.to_datetime(msg_dict.get('date')) or now
        return min(sent_at, now)

    @api.model
    def _get_unreadable_text(self, mail):
        """Return what a complaint says whose mail says nothing readable."""
        if 'encrypted' in mail.problems:
            return self.env._("This mail is encrypted. Open the attached file to read it.")
        if 'broken' in mail.problems:
            return self.env._("This mail could not be read. The attached file holds all of it.")
        return False

    # === ODOO'S GATEWAY === #

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a case of a mail. It waits for the desk to register it and give it a number.

        Core would do the same, and read the description of every field of a case for each mail.
        """
        return self.create({**self._prepare_mail_values(msg_dict), **(custom_values or {})})

    @api.model
    def _get_mail_payload(self, mail, save_original):
        """Return `body` and `attachments` of a mail as Odoo's gateway takes them.

        The original goes along where the mailbox says so, and where something could not be read.
        """
        attachment = self.env['mail.thread']._Attachment
        files = [
            attachment(file.name, file.content, {'cid': file.cid} if file.cid else {})
            for file in mail.files
        ]
        page = self._get_mail_content(mail)['page']
        if len(page) > SHOWN_LENGTH:
            name = 'mail.html' if mail.html else 'mail.txt'
            files.append(attachment(name, (mail.html or mail.text).encode(), {}))
            text = self._get_mail_content(mail)['full'][: SHOWN_LENGTH // 2]
            page = Markup('<p>%s</p>%s') % (
                self.env._("This is the beginning; the whole text is in the attached file."),
                Markup(text_to_html(text)),
            )
        elif not self._get_mail_content(mail)['full'] and (text := self._get_unreadable_text(mail)):
            page = Markup('<p>%s</p>') % text
        if save_original or mail.problems & {'broken', 'encrypted'}:
            files.append(attachment('original_email.eml', mail.raw, {}))
        return {'body': Markup(page), 'attachments': files}

    @api.model
    def _keep_raw_mail(self, mail, custom_values=None):
        """Make a case of a mail that the gateway could not take in, with the mail as a file.

        :return: id of the case, or False for a mail that opens none
        """
        if mail.drop_reason:
            self._drop_mail(mail, mail.drop_reason)
            return False
        team = self._get_mail_team(mail, custom_values)
        channel = self.env.ref('complaint_management.channel_email', raise_if_not_found=False)
        cases = self.with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
        mail.problems.add('broken')
        case = cases.create(
            {
                'name': mail.subject,
                'description': self._get_unreadable_text(mail),
                'channel_id': channel.id if channel else False,
                'complainant_name': mail.sender_name,
                'complainant_email': mail.sender_address,
                'registered_at': False,
                **({'team_id': team.id} if team else {}),
            }
        )
        file = self.env['ir.attachment'].create(
            {
                'name': 'original_email.eml',
                'raw': mail.raw,
                'res_model': self._name,
                'res_id': case.id,
                'mimetype': 'application/octet-stream',
            }
        )
        case._message_log(body=case.description, attachment_ids=file.ids)
        return case.id
