import base64
import sys
from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..tools import workday_sources
from .common import to_utc
from .common_workday import WorkdayCommon
from .test_deadline_tables import get_folder, read_rows


@tagged('post_install', '-at_install')
class TestWorkdayLoad(WorkdayCommon):
    """A year of exceptions comes with one click, from what is official or from a file."""

    CSV_2027 = (
        "date,kind,name\n2026-12-31,off,New Year\n2027-01-01,off,New Year\n2027-01-03,on,New Year\n"
    )

    def _open(self, year=2026, user=None, **values):
        """Return the filled dialog as an administrator sees it."""
        loads = self.env['complaint.workday.load'].with_user(user or self.admin)
        form = Form(loads.with_company(self.env.company))
        form.country_id = values.pop('country', self.china)
        form.year = year
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def _load(self, year=2026, **values):
        load = self._open(year, **values).save()
        load.action_load()
        return self.workdays.search([('year', '=', load.loaded_year)])

    def _create_load(self, content, filename, year=2027):
        """Return the saved dialog for a file."""
        content = content.encode() if isinstance(content, str) else content
        loads = self.env['complaint.workday.load'].with_user(self.admin)
        return loads.create(
            {
                'country_id': self.china.id,
                'year': year,
                'origin': 'file',
                'file': base64.b64encode(content),
                'filename': filename,
            }
        )

    def _load_file(self, content, filename, year=2027):
        load = self._create_load(content, filename, year)
        load.action_load()
        return self.workdays.search([('year', '=', load.loaded_year)])

    def _get_problem(self, content, filename='days.csv', year=2027):
        """Return what the dialog says about a file that it cannot load."""
        load = self._create_load(content, filename, year)
        self.assertFalse(load.line_ids)
        with self.assertRaises(UserError) as caught:
            load.action_load()
        if load.problem:
            self.assertEqual(str(caught.exception), load.problem)
        return str(caught.exception)

    # === FROM THE PACKAGE === #

    def test_china_with_one_click(self):
        """2026 has 6 make-up days; the preview says what comes before anything is there."""
        form = self._open(2026)
        self.assertFalse(form.problem)
        self.assertFalse(self.workdays.search([]))
        load = form.save()
        made_up = load.line_ids.filtered(lambda line: line.kind == 'on')
        self.assertEqual(len(made_up), 6)
        self.assertEqual(made_up[0].date, date(2026, 1, 4))
        self.assertEqual(made_up[0].weekday, '6')
        self.assertEqual(set(load.line_ids.mapped('status')), {'new'})
        self.assertEqual(load.new_count, len(load.line_ids))
        self.assertIn('chinesecalendar', load.title)
        self.assertGreaterEqual(load.calendar_count, 2)
        action = load.action_load()
        self.assertEqual(action['res_model'], 'complaint.workday')
        workdays = self.workdays.search([])
        self.assertEqual(len(workdays), len(load.line_ids))
        self.assertEqual(set(workdays.mapped('country_id')), {self.china})
        self.assertTrue(self._hours('2026-10-10'))
        self.assertFalse(self._hours('2026-10-01'))

    def test_loaded_again_nothing_changes(self):
        first = self._load(2026)
        first.filtered(lambda day: day.date == date(2026, 10, 10)).like_weekday = '4'
        token = self.office.engine_token
        load = self._open(2026).save()
        self.assertEqual(set(load.line_ids.mapped('status')), {'same'})
        load.action_load()
        self.assertEqual(self.workdays.search([]), first)
        self.assertEqual(
            first.filtered(lambda day: day.like_weekday == '4').date, date(2026, 10, 10)
        )
        self.assertEqual(self.office.engine_token, token)

    def test_loading_repairs_what_was_changed_and_keeps_what_is_ours(self):
        own = self._create_workday('2026-07-01', 'off')
        self._load(2026)
        day = self.workdays.search([('date', '=', '2026-10-01')])
        day.kind = 'on'
        load = self._open(2026).save()
        self.assertEqual(load.line_ids.filtered(lambda line: line.status != 'same').date, day.date)
        load.action_load()
        self.assertEqual(day.kind, 'off')
        self.assertTrue(own.exists())

    def test_withdrawn_notice_goes(self):
        """2019: the notice of March moved Labour Day after the one of December."""
        self._load_file("2019-05-01,off,A\n2019-05-06,off,A\n", 'old.csv', 2019)
        load = self._create_load("2019-05-01,off,A\n2019-05-02,off,A\n", 'new.csv', 2019)
        statuses = {line.date.day: line.status for line in load.line_ids}
        self.assertEqual(statuses, {1: 'same', 2: 'new', 6: 'gone'})
        load.action_load()
        self.assertEqual(
            self.workdays.search([]).mapped('date'), [date(2019, 5, 1), date(2019, 5, 2)]
        )

    def test_names_in_both_languages(self):
        self.env['res.lang']._activate_lang('zh_CN')
        self.admin.lang = 'zh_CN'
        day = self._load(2026).filtered(lambda day: day.date == date(2026, 10, 1))
        self.assertEqual(day.with_context(lang='en_US').name, "National Day")
        self.assertEqual(day.with_context(lang='zh_CN').name, "国庆节")

    def test_year_without_official_data_is_refused(self):
        """Nobody knows 2027 before the State Council says it; no package may guess."""
        for year in (2027, 2003):
            load = self._open(year).save()
            self.assertRegex(load.problem, f"no official days of China for {year}.*not guessed")
            with self._refused("no official days"):
                load.action_load()
        self.assertFalse(self.workdays.search([]))

    def test_country_whose_days_are_law(self):
        germany = self.env.ref('base.de')
        workdays = self._load(2027, country=germany)
        self.assertEqual(len(workdays), 9)
        self.assertEqual(workdays[-1].date, date(2027, 12, 26))
        bavaria = self.env['res.country.state'].search(
            [('country_id', '=', germany.id), ('code', 'in', ('BY', 'DE-BY'))]
        )
        self.assertEqual(len(self._load(2027, country=germany, state_id=bavaria)), 12)

    def test_days_that_are_only_estimated_or_decreed_are_refused(self):
        """Moon sightings and decrees of working Saturdays cannot be reckoned."""
        for code, pattern in (('base.id', "only estimated"), ('base.hu', "no official days")):
            load = self._open(2027, country=self.env.ref(code)).save()
            self.assertRegex(load.problem, pattern)

    def test_hungarian_make_up_days(self):
        workdays = self._load(2026, country=self.env.ref('base.hu'))
        made_up = workdays.filtered(lambda day: day.kind == 'on')
        self.assertEqual(made_up.mapped('date'), [date(2026, 1, 10), date(2026, 8, 8)])

    def test_missing_package_is_a_sentence(self):
        with patch.dict(sys.modules, {'chinese_calendar': None, 'holidays': None}):
            for country, package in ((self.china, 'chinesecalendar'), ('base.de', 'holidays')):
                country = self.env.ref(country) if isinstance(country, str) else country
                load = self._open(2026, country=country).save()
                self.assertRegex(load.problem, f"“{package}” is not on the server.*from a file")
            self.assertEqual(len(self._load_file(self.CSV_2027, 'days.csv')), 3)

    # === FROM A FILE === #

    def test_year_that_the_package_lacks_comes_from_a_file(self):
        workdays = self._load_file(self.CSV_2027, 'notice.csv')
        self.assertEqual(
            [(day.date.isoformat(), day.kind) for day in workdays],
            [('2026-12-31', 'off'), ('2027-01-01', 'off'), ('2027-01-03', 'on')],
        )
        self.assertEqual(workdays.mapped('year'), [2027] * 3)
        self.assertTrue(self._hours('2027-01-03'))

    def test_spreadsheet_as_it_is_saved_in_china(self):
        text = "日期不是列名,休,元旦\n2027/1/1,休,元旦\n2027年1月3日;班;元旦\n"
        self.assertRegex(self._get_problem(text), "Line 1")
        text = "2027/1/1;休;元旦\n2027年1月3日;班;元旦\n\n"
        workdays = self._load_file(text.encode('gb18030'), '放假.csv')
        self.assertEqual(workdays.mapped('kind'), ['off', 'on'])
        self.assertEqual(workdays.mapped('name'), ["元旦", "元旦"])

    def test_wrong_file_loads_nothing_and_says_why(self):
        for text, pattern in (
            ("2027-02-30,off,A\n", "Line 1"),
            ("2027-02-01,off,A\n2027-02-02,perhaps,A\n", "Line 2"),
            ("2027-02-01,off,\n", "Line 1"),
            ("2031-02-01,off,A\n", "nothing to do with the year"),
            ("2027-02-01,off,A\n2027-02-01,on,A\n", "twice"),
            ("\n\n", "holds no days"),
            ("", "Choose a file"),
            ("{not json", "cannot be read"),
            ('{"year": 2027}', "cannot be read"),
            ('{"year": 2027, "days": [{"date": "2027-01-01", "name": "A"}]}', "cannot be read"),
            ('{"year": 2027, "days": [7]}', "cannot be read"),
            ('{"year": 2027, "papers": [], "days": []}', "holds no days for 2027.*newer"),
            (b"\xff\xfe\xff\xff\x00\x81", "cannot be read|Line 1"),
        ):
            with self.subTest(text=text):
                self.assertRegex(self._get_problem(text), pattern)
        self.assertFalse(self.workdays.search([]))

    def test_only_administrators_load(self):
        with self.assertRaises(AccessError):
            self._open(user=self.manager)

    # === TABLES === #

    def test_notices_of_china_agree_with_the_package(self):
        """All published notices: what a file says of a day, the package says too."""
        for path in sorted(get_folder().joinpath('cal_cn').glob('holiday-cn_*.json')):
            with self.subTest(path=path.name):
                try:
                    told = workday_sources.read_file(path.read_bytes(), path.name, 0)
                except workday_sources.SourceError as error:
                    self.assertEqual(error.code, 'year_empty')
                    with self.assertRaises(workday_sources.SourceError):
                        workday_sources.read_package('CN', error.figures['year'])
                    continue
                known = {
                    day.date: day.kind
                    for year in (told.year - 1, told.year)
                    for day in workday_sources.read_package('CN', year).days
                }
                self.assertEqual([day for day in told.days if known.get(day.date) != day.kind], [])

    def test_working_days_and_deadlines_of_china_through_the_calendar(self):
        """Every day and every deadline of the tables, from loaded files, in a real calendar."""
        years = set()
        for path in sorted(get_folder().joinpath('cal_cn').glob('holiday-cn_*.json')):
            if '"days": []' not in path.read_text('utf-8'):
                years |= {day.date.year for day in self._load_file(path.read_bytes(), path.name)}
        timeline = self.office._get_work_timeline(self.env.company)
        days = [
            row
            for row in read_rows('cal_cn', 'cn_workdays_2024_2025.csv')
            if int(row['date'][:4]) in years
        ]
        self.assertTrue(days)
        wrong = [
            row
            for row in days
            if timeline.is_workday(date.fromisoformat(row['date'])) != (row['workday'] == '1')
        ]
        self.assertEqual(wrong, [])
        deadlines = [
            row
            for row in read_rows('cal_cn', 'cn_deadlines_2024_2025.csv')
            if int(row['due_strictly_after'][:4]) in years
        ]
        self.assertTrue(deadlines)
        wrong = []
        for row in deadlines:
            answer = timeline.close_of_workday(
                to_utc(f"{row['start_date']} 10:00", 'Asia/Shanghai'), int(row['n_working_days'])
            )
            if answer.deadline != to_utc(f"{row['due_strictly_after']} 18:00", 'Asia/Shanghai'):
                wrong.append(row)
        self.assertEqual(wrong, [])
