import logging
from datetime import timedelta

from odoo import models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import email_normalize, formataddr, human_size, plaintext2html
from odoo.tools.mimetypes import guess_mimetype

from ..tools.uploads import clean_name, get_type

_logger = logging.getLogger(__name__)

CUSTOMER_ACTIVITY = 'complaint_management.activity_type_customer'

# What one customer may send: characters, files at once, bytes of a file, times in an hour.
TEXT_LENGTH = 20_000
FILE_COUNT = 10
FILE_SIZE = 10 * 1024 * 1024
SENDINGS_PER_HOUR = 20

# Who reads what a customer wrote: the first of these roles that somebody holds.
READER_ROLES = ('handler', 'follow_up', 'owner', 'team_leader')


class CustomerRefusal(UserError):
    """What a customer cannot do, in words that a customer may read."""


class ComplaintCaseCustomer(models.Model):
    """What a customer does on the page of a complaint.

    Called as superuser, after `_get_portal_case` has let the reader in and `_is_portal_customer`
    has said that the reader is the customer. Obstacles inside the house (gates, stages, groups)
    are none of the customer's business: what the software cannot do at once is kept in the
    customer's words and left to people, so nothing is lost.
    """

    _inherit = 'complaint.case'

    # === WHAT THEY DO === #

    def _add_customer_words(self, text, uploads=()):
        """Keep what the customer adds: words and files in the thread, and somebody to read them.

        :param str text: the customer's words
        :param uploads: files as werkzeug gives them
        :raise CustomerRefusal: all that is wrong with words and files
        """
        self.ensure_one()
        files, sentences = self._read_uploads(uploads)
        sentences = self._get_text_obstacles(text, needed=not files) + sentences
        self._raise_for_customer(sentences)
        self._post_customer_words(text, files)
        staff = self._in_readers_language()
        staff._tell_readers((text or '').strip() or staff.env._("Files were added."))

    def _accept_answer_as_customer(self):
        """Record that the customer accepts the answer (PAWN-4.2-c), with the portal as proof.

        :raise CustomerRefusal: there is nothing to decide on
        """
        self.ensure_one()
        self._raise_for_customer(self._get_undecidable_obstacles())
        self._accept_answer()
        self._confirm_by_customer('portal', self._get_customer_name())
        staff = self._in_readers_language()
        staff._tell_readers(staff.env._("The customer accepts the answer."))

    def _reject_answer_as_customer(self, opinion):
        """Record that the customer rejects the answer, and begin what the procedure says.

        :param str opinion: why, in the customer's words
        :return: whether it was done at once; otherwise people have been asked to do it
        :raise CustomerRefusal: no reasons, or there is nothing to decide on
        """
        self.ensure_one()
        sentences = self._get_undecidable_obstacles()
        if not (opinion or '').strip():
            sentences.append(self.env._("Say why you do not accept the answer."))
        self._raise_for_customer(sentences + self._get_text_obstacles(opinion, needed=False))
        staff = self._in_readers_language()
        return staff._do_or_leave(
            lambda: staff._reject_answer(opinion, means='portal'),
            staff.env._("The customer rejects the answer."),
            opinion,
        )

    def _withdraw_as_customer(self, reason):
        """Close the complaint because the customer withdraws it.

        :param str reason: why, in the customer's words
        :return: whether it was done at once; otherwise people have been asked to do it
        :raise CustomerRefusal: no reason, or it is closed already
        """
        self.ensure_one()
        sentences = self._get_open_customer_obstacles()
        if not (reason or '').strip():
            sentences.append(self.env._("Say why you withdraw the complaint."))
        self._raise_for_customer(sentences + self._get_text_obstacles(reason, needed=False))
        staff = self._in_readers_language()
        summary = staff.env._("The customer withdraws the complaint.")
        done = staff._do_or_leave(
            lambda: staff._withdraw('self', 'portal', reason), summary, reason
        )
        if done:
            staff._tell_readers(summary)
        return done

    def _ask_for_progress(self, text):
        """Keep that the customer asks how it stands, or says that a promise was not kept.

        :param str text: the customer's words, may be empty
        :raise CustomerRefusal: closed, or asked within the last day already
        """
        self.ensure_one()
        sentences = self._get_open_customer_obstacles()
        if not sentences and self._was_asked_lately():
            sentences.append(
                self.env._("You asked us within the last day. We are on it; add a message instead.")
            )
        self._raise_for_customer(sentences + self._get_text_obstacles(text, needed=False))
        words = (text or '').strip() or self._get_chase_words()
        self._record_contact(
            {'direction': 'in', 'purpose': 'chase', 'means': 'portal', 'content': words}
        )
        self._in_readers_language()._tell_readers(words)

    # === OBSTACLES, IN WORDS FOR CUSTOMERS === #

    def _raise_for_customer(self, sentences):
        """Raise all sentences at once.

        :raise CustomerRefusal: unless there are none
        """
        if sentences:
            raise CustomerRefusal('\n'.join(sentences))

    def _get_open_customer_obstacles(self):
        self.ensure_one()
        return [self.env._("The complaint is closed already.")] if self.is_closed else []

    def _get_undecidable_obstacles(self):
        """Say why there is no answer to decide on, if so."""
        self.ensure_one()
        if self._awaits_customer() and not self._get_decision_obstacles():
            return []
        return [self.env._("There is no answer that waits for your decision.")]

    def _get_text_obstacles(self, text, needed):
        """Say what is wrong with words that a customer sends, however often he sends."""
        self.ensure_one()
        sentences = []
        if needed and not (text or '').strip():
            sentences.append(self.env._("Write something, or add a file."))
        if len(text or '') > TEXT_LENGTH:
            sentences.append(
                self.env._(
                    "The text is too long: at most %(length)s characters.", length=TEXT_LENGTH
                )
            )
        if self._count_recent_sendings() >= SENDINGS_PER_HOUR:
            sentences.append(self.env._("You have sent a lot within an hour. Try again later."))
        return sentences

    def _count_recent_sendings(self):
        """Return how many messages and contacts customers made here within the last hour."""
        self.ensure_one()
        since = self.env.cr.now() - timedelta(hours=1)
        return self.env['mail.message'].search_count(
            [
                *(('model', '=', self._name), ('res_id', '=', self.id)),
                *(('date', '>', since), ('create_uid.share', '=', True)),
            ],
            limit=SENDINGS_PER_HOUR,
        ) + self.env['complaint.contact'].search_count(
            [
                *(('case_id', '=', self.id), ('means', '=', 'portal'), ('direction', '=', 'in')),
                ('create_date', '>', since),
            ],
            limit=SENDINGS_PER_HOUR,
        )

    def _was_asked_lately(self):
        self.ensure_one()
        return bool(
            self.env['complaint.contact'].search_count(
                [
                    *(('case_id', '=', self.id), ('means', '=', 'portal')),
                    *(('direction', '=', 'in'), ('purpose', '=', 'chase')),
                    ('occurred_at', '>', self.env.cr.now() - timedelta(days=1)),
                ],
                limit=1,
            )
        )

    # === FILES === #

    def _read_uploads(self, uploads):
        """Read files that a customer sends, as far as they may be kept.

        The size is asked before a file is read into memory.

        :param uploads: files as werkzeug gives them
        :return: ([(name, content), …], [sentence, …])
        """
        files, sentences = [], []
        uploads = [upload for upload in uploads if upload.filename]
        if len(uploads) > FILE_COUNT:
            return [], [self.env._("Send at most %(count)s files at once.", count=FILE_COUNT)]
        for upload in uploads:
            name = clean_name(upload.filename)
            size = upload.seek(0, 2)
            upload.seek(0)
            if not size:
                sentences.append(self.env._("The file “%(name)s” is empty.", name=name))
            elif size > FILE_SIZE:
                sentences.append(
                    self.env._(
                        "The file “%(name)s” is too large: at most %(size)s.",
                        name=name,
                        size=human_size(FILE_SIZE),
                    )
                )
            else:
                content = upload.read()
                if get_type(name, content, guess_mimetype(content)):
                    files.append((name, content))
                    continue
                sentences.append(
                    self.env._(
                        "The file “%(name)s” cannot be taken. Send a picture, a PDF, a document, "
                        "a recording or a video.",
                        name=name,
                    )
                )
        return files, sentences

    # === HOW IT IS KEPT === #

    def _do_or_leave(self, action, summary, words):
        """Do what the customer asks for, or keep his words and ask people to do it.

        :param action: function without arguments
        :param str summary: what the customer asks for, in the readers' language
        :param str words: the customer's own words
        :return: whether it was done
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                action()
        except (UserError, RedirectWarning) as error:
            obstacles = error.args[0]
            _logger.info("Left to people, on complaint %s: %s", self.id, summary)
            self._post_customer_words(words, ())
            self._tell_readers(f'{summary}\n{words}\n\n{obstacles}')
            return False
        return True

    def _post_customer_words(self, text, files):
        """Put the customer's words and files into the thread.

        :param files: [(name, content), …]
        """
        self.ensure_one()
        # Whoever comes by a link follows nothing: the customer is told by name when it is time.
        thread = self.with_context(
            mail_post_autofollow_author_skip=True, mail_post_autofollow=False
        )
        return thread.message_post(
            body=plaintext2html((text or '').strip()),
            message_type='comment',
            subtype_xmlid='mail.mt_comment',
            attachments=list(files),
            email_add_signature=False,
            **self._get_customer_author(),
        )

    def _get_customer_author(self):
        """Return the values of a message that say who of the customers writes."""
        self.ensure_one()
        if author := self._get_customer_partner():
            return {'author_id': author.id}
        email = email_normalize(self.complainant_email)
        name = self._get_customer_name()
        return {'author_id': False, 'email_from': formataddr((name, email)) if email else name}

    def _get_customer_partner(self):
        """Return who acts: the reader, if it is his complaint, else whose link it is."""
        self.ensure_one()
        return self.env.user.partner_id if self._is_portal_customer() else self.partner_id

    def _get_customer_name(self):
        """Return the name of who acts."""
        self.ensure_one()
        name = self._get_customer_partner().name or self.complainant_name
        return name or self.env._("Complainant without a name")

    def _get_readers(self):
        """Return who reads what this customer wrote."""
        self.ensure_one()
        found = (self._get_recipients(role) for role in READER_ROLES)
        return next(filter(None, found), self.env['res.users'])

    def _in_readers_language(self):
        """Return this complaint in the language of who reads what the customer wrote."""
        self.ensure_one()
        # The setting of a colleague; customers may not read users.
        return self.with_context(lang=self._get_readers().sudo()[:1].lang or self.env.lang)

    def _tell_readers(self, words):
        """Give whoever works on it one thing to do, however often the customer writes.

        Nobody works on a duplicate: there the people of the complaint that stays are told.

        :param str words: what to read with it
        """
        self.ensure_one()
        case = self._get_survivor()
        if not case.activity_search([CUSTOMER_ACTIVITY]):
            readers = case._get_readers()
            case._plan_line_activities(CUSTOMER_ACTIVITY, {case: readers}, note=words)

    def _get_chase_words(self):
        """Return what a customer says who asks for progress without a word."""
        self.ensure_one()
        promised = self._get_promised_date()
        if promised and promised < self.env.cr.now():
            return self.env._("The promised date has passed, and I have heard nothing.")
        return self.env._("How does my complaint stand?")
