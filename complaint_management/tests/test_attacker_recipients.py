from odoo.fields import Command, Domain
from odoo.tests import new_test_user, tagged

from odoo.addons.mail.tools.discuss import Store

from .test_masking import MaskingCommon

EMAIL = 'li.wei@customer.example'


@tagged('post_install', '-at_install')
class TestAttackerRecipients(MaskingCommon):
    """Issue 6, PRIN-5-c: to whom a message of a complaint went does not name its informant.

    `outside` handles the case, `engineer` looks into the mail queue; both get the name masked, and
    ask whether their guess of the informant is right.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({'email': EMAIL})
        cls.wrong = cls.env['res.partner'].create({'name': "Mo Yan", 'email': 'mo@x.example'})
        cls.engineer = new_test_user(
            cls.env,
            login='complaint_engineer',
            name="Engineer",
            groups='base.group_user,base.group_system,complaint_management.group_complaint_admin',
        )
        cls.known = cls._create_case(
            handler_id=cls.outside.id,
            complainant_email=EMAIL,
            flag_ids=cls.env.ref('complaint_management.flag_informant').ids,
        )
        cls.told = cls._tell(cls.known)
        cls.reaction = cls.env['mail.message.reaction'].create(
            {'message_id': cls.told.id, 'partner_id': cls.customer.id, 'content': "👍"}
        )
        cls.written = cls.known.message_post(
            body="It was so.",
            message_type='email',
            author_id=cls.customer.id,
            email_from=EMAIL,
            partner_ids=cls.outside.partner_id.ids,
            subtype_xmlid='mail.mt_comment',
        )
        cls.mails = cls.env['mail.mail'].create(
            [
                {
                    'mail_message_id': message.id,
                    'recipient_ids': [Command.set(cls.customer.ids)],
                    'email_to': f'"Li Wei" <{EMAIL}>',
                    'email_cc': EMAIL,
                    'headers': str({'X-Msg-To-Add': EMAIL}),
                    'failure_reason': f"<{EMAIL}> refused",
                }
                for message in (cls.told, cls.written)
            ]
        )
        cls.scheduled = cls.env['mail.scheduled.message'].create(
            {
                'model': cls.known._name,
                'res_id': cls.known.id,
                'author_id': cls.manager.partner_id.id,
                'partner_ids': [Command.set(cls.customer.ids)],
                'scheduled_date': '2099-01-01 10:00:00',
            }
        )
        cls.env.flush_all()

    @classmethod
    def _tell(cls, case):
        """Write to the customer, and to the handler, with all that a message keeps of it."""
        message = case.message_post(
            body="Thank you.",
            partner_ids=[cls.customer.id, cls.outside.partner_id.id],
            subtype_xmlid='mail.mt_comment',
        )
        message.write(
            {
                'incoming_email_to': f'"Li Wei" <{EMAIL}>',
                'incoming_email_cc': EMAIL,
                'outgoing_email_to': EMAIL,
                'starred_partner_ids': [Command.set([cls.customer.id, cls.outside.partner_id.id])],
                'notification_ids': [
                    Command.create(
                        {
                            'mail_email_address': EMAIL,
                            'notification_type': 'email',
                            'notification_status': 'bounce',
                            'failure_reason': f"<{EMAIL}> refused",
                            'author_id': message.author_id.id,
                        }
                    )
                ],
            }
        )
        return message

    def _get_roads(self, user):
        """Return {road: a call of the user that reads}, with whom a message was for."""
        case = self.known.with_user(user)
        messages = (self.told | self.written).with_user(user)
        spec = {
            name: {'fields': {'display_name': {}, 'email': {}}}
            for name in ('partner_ids', 'notified_partner_ids', 'starred_partner_ids')
        }
        rows = {
            'message': messages,
            'notification': messages.sudo().notification_ids,
            'scheduled': self.scheduled,
        }
        if user == self.engineer:
            rows |= {'mail': self.mails, 'reaction': self.reaction}
        paths = ('name', 'email', '.id', None)
        exported = [
            f'message_ids/{link}/{path}' if path else f'message_ids/{link}'
            for link in ('author_id', *spec, 'notification_ids/res_partner_id')
            for path in paths
        ]
        exported += ['message_ids/notification_ids', 'message_ids/outgoing_email_to']
        roads = {f'export {p}': lambda p=p: case.export_data([p])['datas'] for p in exported}
        for name, records in rows.items():
            for record in records:
                road = f'{name} {record.id}'
                own = record.with_user(user)
                roads[f'read {road}'] = own.read
                fields = [*own.fields_get()]
                roads[f'export {road}'] = lambda o=own, f=fields: o.export_data(f)['datas']
        roads['web_read'] = lambda: messages.web_read(spec)
        for name, records in rows.items():
            model = records.with_user(user).browse()
            for field in model._fields.values():
                if field.comodel_name == 'res.partner' and field.store:
                    roads[f'group {name} {field.name}'] = lambda m=model, f=field, r=records: (
                        m.formatted_read_group([('id', 'in', r.ids)], [f.name], ['__count'])
                    )
        return roads

    def _get_words(self):
        return ("Li Wei", EMAIL, f"({self.customer.id}, ", f"[{self.customer.id},")

    def test_no_road_reads_who_was_written_to(self):
        for user in (self.outside, self.engineer):
            for road, call in self._get_roads(user).items():
                told = self._hear(call)
                self.assertFalse([word for word in self._get_words() if word in told], road)

    def test_whoever_may_know_reads_it_and_staff_are_no_secret(self):
        for user, sees in ((self.manager, True), (self.outside, False)):
            message = self._as(user, self.told)
            for name in ('partner_ids', 'notified_partner_ids', 'starred_partner_ids'):
                ids = message.read([name])[0][name]
                self.assertEqual(self.customer.id in ids, sees, f"{user.name} {name}")
                self.assertIn(self.outside.partner_id.id, ids)
            self.assertEqual(EMAIL in message.read(['outgoing_email_to'])[0].values(), sees)
            self.assertEqual(bool(self._as(user, self.written).author_avatar), sees)
        self.assertIn(self.customer, self._as(self.outside, self.told).partner_ids)

    def _get_questions(self, user, partner):
        """Return (records, domain) of all that the user may ask of a partner."""
        links = ('partner_ids', 'notified_partner_ids', 'starred_partner_ids')
        texts = ('incoming_email_to', 'incoming_email_cc', 'outgoing_email_to')
        questions = []

        def ask(records, path, **fields):
            for name in fields.get('links', ()):
                questions.append((records, Domain(f'{path}{name}', 'in', partner.ids)))
                questions.append((records, Domain(f'{path}{name}.email', '=', partner.email)))
                questions.append((records, Domain(f'{path}{name}', 'ilike', partner.name)))
                questions.append((records, Domain(f'{path}{name}', 'child_of', partner.ids)))
            for name in fields.get('texts', ()):
                questions.append((records, Domain(f'{path}{name}', 'ilike', partner.email)))

        ask(self.told, '', links=(*links, 'author_id'), texts=texts)
        ask(self.known, 'message_ids.', links=(*links, 'author_id'), texts=texts)
        row = {'links': ('res_partner_id', 'author_id'), 'texts': ('mail_email_address',)}
        ask(self.told | self.written, 'notification_ids.', **row)
        ask(self.known, 'message_ids.notification_ids.', **row)
        ask((self.told | self.written).notification_ids, '', **row)
        ask(self.scheduled, '', links=('partner_ids',))
        if user == self.engineer:
            mail = {
                'links': ('recipient_ids', 'author_id', *links),
                'texts': ('email_to', 'email_cc', 'headers', 'failure_reason', *texts),
            }
            ask(self.mails, '', **mail)
            ask(self.told, 'mail_ids.', **mail)
            ask(self.reaction, '', links=('partner_id',))
            ask(self.told, 'reaction_ids.', links=('partner_id',))
        return questions

    def _get_answers(self, user, partner):
        self.env.invalidate_all()
        return [
            (records._name, str(domain).replace(str(partner.id), 'x'))
            + (
                self._hear(
                    lambda r=records, d=domain: r.with_user(user).search_count(
                        d & Domain('id', 'in', r.ids)
                    )
                ),
            )
            for records, question in self._get_questions(user, partner)
            for domain in (question, ~question)
        ]

    def test_no_guess_is_confirmed(self):
        for user in (self.outside, self.engineer):
            right = self._get_answers(user, self.customer)
            wrong = self._get_answers(user, self.wrong)
            told = [r for r, w in zip(right, wrong, strict=True) if r[2] != w[2]]
            self.assertEqual(told, [], user.name)
            for answer in right:
                self.assertTrue(answer[2].isdecimal(), answer)

    def test_whoever_may_know_gets_answers(self):
        right = self._get_answers(self.manager, self.customer)
        wrong = self._get_answers(self.manager, self.wrong)
        told = {r[:2] for r, w in zip(right, wrong, strict=True) if r[2] != w[2]}
        self.assertGreater(len(told), 40)

    def test_the_own_inbox_and_stars_are_still_found(self):
        own = self.outside.partner_id
        rows = self.told.sudo().notification_ids
        rows.filtered(lambda row: row.res_partner_id == own).is_read = False
        self.env.flush_all()
        messages = self._as(self.outside, self.told)
        for domain in (
            [('needaction', '=', True)],
            [('starred', '=', True)],
            [('partner_ids', 'in', own.ids)],
            [('notified_partner_ids', '=', own.id)],
            [('partner_ids.name', '=', own.name)],
        ):
            self.assertIn(self.told, messages.search(domain), domain)

    def _get_store(self, user):
        """Return what the web client of the user is sent of the messages, on all roads."""
        self.env.invalidate_all()
        messages = (self.told | self.written).with_user(user)
        told = Store().add(messages).get_result()
        update = [Store.Many('partner_ids', ['avatar_128', 'name'])]
        changed = Store(bus_channel=user).add(messages, update).get_result()
        failures = Store()
        messages.sudo()._message_notifications_to_store(failures)
        reactions = Store()
        messages[:1].sudo()._reaction_group_to_store(reactions, "👍")
        return told, changed, failures.get_result(), reactions.get_result()

    def test_the_chatter_is_sent_nobody_who_is_hidden(self):
        for user, sees in ((self.manager, True), (self.outside, False)):
            for number, told in enumerate(self._get_store(user)):
                for word in ("Li Wei", EMAIL):
                    # Who reacts is sent without an address.
                    expected = sees and not (word == EMAIL and number in (1, 3))
                    self.assertEqual(word in str(told), expected, f"{user.name} {number} {word}")
                partners = {row['id'] for row in told.get('res.partner', ())}
                self.assertEqual(self.customer.id in partners, sees, f"{user.name} {number}")
            self.assertIn(self.outside.partner_id.name, str(self._get_store(user)[0]))

    def test_a_bus_is_for_whom_it_leads_to(self):
        """What another user causes is masked for the one who gets it."""
        messages = self.told.with_user(self.manager)
        for user, sees in ((self.manager, True), (self.outside, False)):
            self.env.invalidate_all()
            told = str(Store(bus_channel=user).add(messages).get_result())
            self.assertEqual("Li Wei" in told, sees, user.name)

    def test_addresses_alone_are_masked_where_only_contact_data_is(self):
        case = self._create_case(handler_id=self.outside.id)
        message = self._tell(case)
        for user, sees in ((self.handler, True), (self.outside, False)):
            told = str(Store().add(self._as(user, message)).get_result())
            self.assertIn("Li Wei", told)
            self.assertEqual(EMAIL in told, sees, user.name)

    def _count_sending(self, case, number, user):
        """Return the queries by which a user is sent so many messages of a case."""
        messages = self.env['mail.message'].union(*(self._tell(case) for _i in range(number)))
        return self._count_queries(lambda: Store().add(messages.with_user(user)).get_result())

    def test_a_chatter_asks_once_for_many_messages(self):
        self.procedure.mask_contacts = False
        informant = self.env.ref('complaint_management.flag_informant').ids
        for flags, user in (((), self.handler), ((), self.outside), (informant, self.outside)):
            few = self._create_case(handler_id=self.outside.id, flag_ids=flags)
            many = self._create_case(handler_id=self.outside.id, flag_ids=flags)
            counts = [self._count_sending(few, 2, user), self._count_sending(many, 6, user)]
            self.assertEqual(*counts)

    def test_the_mail_still_reaches_the_customer(self):
        [told, _written] = self.mails.with_user(self.engineer)
        self.assertEqual(told.recipient_ids, self.customer)
        self.assertIn(EMAIL, told.email_to)
        self.assertEqual(told.partner_ids, self.customer | self.outside.partner_id)
        self.assertIn(EMAIL, str(told.sudo().read(['email_to', 'headers'])))
