import csv
import io
import itertools

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.complaint_management.controllers.export import ComplaintCSVExport

from .test_attacker import AttackerCommon

# What nobody's condition on complaints may hold.
CONDITIONS = (
    "__import__('os').system('true')",
    "[('id', '=', __import__('os').getpid())]",
    "[(1, '=', 1)] if True else []",
    "[('name', '=', env.user.name)]",
    "[('id', 'inselect', ('SELECT 1', ()))]",
    "[('name', '=', 'x'); 1]",
    "[('create_uid.nonsense', '=', 1)]",
    "[('accused_employee_ids.employee_id.pin', '=', '1234')]",
    "[('create_uid.password', '=', 'admin')]",
)


@tagged('post_install', '-at_install')
class TestAttackerWords(AttackerCommon):
    """Words and files that want to be more than words and files (issue 6)."""

    # === WORDS THAT WANT TO BE CODE === #

    def test_conditions_run_no_code_and_ask_for_nothing_their_author_may_not_read(self):
        rule = self.env['complaint.grade.rule'].with_user(self.admin)
        gate = self.stages['closed'].gate_ids[:1].with_user(self.admin)
        values = {'procedure_id': self.procedure.id, 'grade_id': self.grade.id, 'name': "Rule"}
        for text in CONDITIONS:
            with self.assertRaises(UserError, msg=text):
                rule.create({**values, 'domain': text})
            with self.assertRaises(UserError, msg=text):
                gate.write({'domain': text, 'name': "Gate"})

    def test_every_condition_that_is_kept_is_asked_about(self):
        """Gates, rules, forms, schedules, sections and time limits of all addons."""
        names = [
            name
            for name, model in self.registry.items()
            if name.startswith('complaint.')
            and not (model._abstract or model._transient)
            and (field := model._fields.get('domain'))
            and field.type == 'char'
        ]
        self.assertGreaterEqual(len(names), 6)
        for name in names:
            model = self.env[name].with_user(self.admin)
            self.assertIn('_check_domain', {m.__name__ for m in model._constraint_methods}, name)
            for text in CONDITIONS:
                with self.assertRaises(UserError, msg=f"{name} {text}"):
                    model.new({'domain': text})._check_domain()

    def test_words_of_customers_are_never_rendered_as_code(self):
        words = "{{ 7 * 191 }} ${ 7 * 191 } <t t-out='7 * 191'/> {% 7 * 191 %}"
        case = self._create_case(name=words, description=words, complainant_name=words)
        templates = self.env['mail.template'].search([('model', '=', 'complaint.case')])
        self.assertTrue(templates)
        for template in templates:
            rendered = template._generate_template(
                case.ids, ('subject', 'body_html', 'email_to', 'reply_to')
            )[case.id]
            for part in rendered.values():
                self.assertNotIn('1337', str(part), template.name)
            self.assertNotIn('<t t-out', str(rendered.get('body_html')), template.name)

    def test_scripts_in_a_subject_stay_text(self):
        script = "<script>alert(1)</script><img src=x onerror=alert(1)>"
        case = self._create_case(name=script, description=script)
        case.message_post(body=script)
        self.assertEqual(case.description, script)  # plain text, shown as such
        for message in case.message_ids:
            self.assertNotIn('<script', message.body)
            self.assertNotIn('<img', message.body)

    def test_no_cell_of_an_export_is_a_formula(self):
        """The words of strangers are opened in spreadsheets by the staff."""
        starts = ('=', '+', '-', '@', '\t=', '\r=')
        cases = self.env['complaint.case']
        for start in starts:
            cases |= self._create_case(
                name=f"{start}cmd|' /C calc'!A0", description=f"{start}HYPERLINK(1)"
            )
        rows = cases.export_data(['name', 'description'])['datas']
        headers = ["Subject", "What happened"]
        text = ComplaintCSVExport().from_data([], headers, rows)
        cells = list(itertools.chain(*csv.reader(io.StringIO(text))))
        self.assertEqual(len(cells), 2 + 2 * len(starts))
        for cell in cells:
            self.assertFalse(cell.startswith(('=', '+', '-', '@', '\t', '\r')), repr(cell))

    # === FILES === #

    def test_uploads_are_never_served_as_pages(self):
        page = b"<html><script>alert(1)</script></html>"
        picture = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
        polyglot = b"GIF89a/*" + page + b"*/"
        files = self.env['ir.attachment'].with_user(self.handler)
        for name, content, mimetype in (
            ("a.html", page, 'text/html'),
            ("a.svg", picture, 'image/svg+xml'),
            ("a.xhtml", page, 'application/xhtml+xml'),
            ("a.gif", polyglot, 'text/html'),
            ("a.pdf", page, 'application/xhtml+xml'),
        ):
            file = files.create(
                {
                    'name': name,
                    'raw': content,
                    'mimetype': mimetype,
                    'res_model': self.case._name,
                    'res_id': self.case.id,
                }
            )
            self.assertNotIn('html', file.mimetype, name)
            self.assertNotIn('svg', file.mimetype, name)

    def test_no_file_is_hung_on_a_foreign_complaint(self):
        files = self.env['ir.attachment'].with_user(self.handler)
        own = files.create({'name': "a.txt", 'raw': b"x"})
        foreign = {'res_model': self.foreign._name, 'res_id': self.foreign.id}
        secret = self.env['ir.attachment'].create({'name': "s.txt", 'raw': b"s", **foreign})
        self._assert_harmless(lambda: files.create({'name': "a", 'raw': b"x", **foreign}), "new")
        self._assert_harmless(lambda: own.write(foreign), "moved")
        self._assert_harmless(
            lambda: secret.with_user(self.handler).write({'res_id': self.case.id}), "taken"
        )
        with self.assertRaises(AccessError):
            secret.with_user(self.handler).read(['raw'])
        self._assert_harmless(
            lambda: self.mine.message_post(body="x", attachment_ids=secret.ids), "attached"
        )
