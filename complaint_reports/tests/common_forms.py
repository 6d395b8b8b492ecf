from lxml import html

from .common import ReportsCommon

# Forms of a case; those of other records are listed with their models.
CASE_FORMS = (
    *('registration', 'followup', 'consultation', 'slip', 'handling', 'quality', 'eightd'),
    *('major', 'ruling', 'panel', 'callback', 'closing', 'special', 'source'),
    *('upward', 'department', 'investigation', 'cost', 'improvement'),
)
# Of these the story of the complaint is no part.
WITHOUT_STORY = ('callback', 'cost')
LETTERS = ('acknowledgement', 'refusal', 'extension', 'answer', 'closing')


class FormsCommon(ReportsCommon):
    """Cases on which little, everything, and everything in Chinese is filled in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.long_text = '\n'.join(f'{n}. The customer called again.' for n in range(60))
        cls.bare = cls._create_case(partner_id=False, complainant_name=False, description=False)
        cls.short = cls._create_worked_case()
        cls.long = cls._create_full_case("Long", cls.long_text + "\nThe last word.")
        cls.chinese = cls._create_full_case("空调异响", "三次上门均未查明原因。" * 20)
        cls.cases = cls.bare | cls.short | cls.long | cls.chinese

    @classmethod
    def _create_full_case(cls, name, text):
        body = cls.env['res.partner'].create({'name': f"Council {name}"})
        case = cls._create_worked_case(
            name=name,
            description=text,
            facts=text,
            expected_solution=f"Expected: {text}",
            cause_analysis=f"Analysis: {text}",
            lessons=f"Lesson: {text}",
            source_partner_id=body.id,
            source_reference="MC-77",
        )
        case = case.with_user(cls.manager)
        cls.env['complaint.contact'].with_user(cls.manager).create(
            {
                'case_id': case.id,
                'means': 'phone',
                'direction': 'in',
                'purpose': 'opinion',
                'content': f"Opinion: {text}",
            }
        )
        return case

    # === HELPERS === #

    def _get_report(self, name):
        return self.env.ref(f'complaint_reports.complaint_form_{name}_action')

    def _get_form(self, name):
        return self.env.ref(f'complaint_reports.form_{name}')

    def _print_form(self, name, records, user=None, **context):
        """Return {id: element of its page} of the records printed as a form."""
        user = user or self.manager
        reports = self.reports.with_user(user).with_context(lang=user.lang, tz=user.tz, **context)
        content, _kind = reports._render_qweb_html(self._get_report(name).id, records.ids)
        articles = html.fromstring(content).xpath(
            "//div[contains(concat(' ', @class, ' '), ' article ')]"
        )
        return {int(article.get('data-oe-id')): article for article in articles}

    def _print_form_text(self, name, record, user=None, **context):
        """Return the text of the page of one record, white space made single."""
        article = self._print_form(name, record, user, **context)[record.id]
        return ' '.join(article.text_content().split())
