from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..tools import workday_sources

# What says whether an exception is the same as the one that a source tells.
COMPARED = ('kind', 'like_weekday', 'source_name', 'name')


class ComplaintWorkdaySource(models.Model):
    """How the exceptions of a year come in: compared first, then loaded; again brings no change."""

    _inherit = 'complaint.workday'

    # === READING === #

    @api.model
    def _read_source(self, country, year, region=None, content=None, filename=None):
        """Return what a source says, from the package for a country or from a file.

        :param country: res.country record
        :param int year:
        :param region: res.country.state record whose own holidays count too, or none
        :param bytes content: of a file; None asks the package
        :rtype: workday_sources.Source
        :raise UserError: says what is wrong and what to do
        """
        try:
            if content is not None:
                return workday_sources.read_file(content, filename, year)
            return workday_sources.read_package(country.code, year, region and region.code)
        except workday_sources.SourceError as error:
            raise UserError(self._explain(error, country)) from error

    @api.model
    def _explain(self, error, country):
        """Return the sentence for what is wrong with a source."""
        figures = {
            name: format_date(self.env, value) if hasattr(value, 'isoformat') else value
            for name, value in error.figures.items()
        }
        figures['country'] = country.name or ''
        if 'days' in figures:
            figures['days'] = ", ".join(format_date(self.env, day) for day in figures['days'])
        return getattr(self, f'_explain_{error.code}')(figures)

    @api.model
    def _explain_package_missing(self, figures):
        return self.env._(
            "The Python package “%(package)s” is not on the server. Have it installed there (pip "
            "install %(package)s), or load the days from a file.",
            **figures,
        )

    @api.model
    def _explain_country_unknown(self, figures):
        return self.env._(
            "The package “%(package)s” does not know %(country)s. Load the days from a file.",
            **figures,
        )

    @api.model
    def _explain_region_unknown(self, figures):
        return self.env._(
            "The package “%(package)s” knows no holidays of its own for the region “%(region)s” "
            "in %(country)s. Leave the region empty, or load the days from a file.",
            **figures,
        )

    @api.model
    def _explain_year_unknown(self, figures):
        return self.env._(
            "%(package)s %(release)s has no official days of %(country)s for %(year)s, and they "
            "are not guessed. Have the package updated once the government has announced them, or "
            "load the announcement from a file.",
            **figures,
        )

    @api.model
    def _explain_estimated(self, figures):
        return self.env._(
            "Some days of %(country)s in %(year)s are only estimated so far: %(days)s. They are "
            "not guessed. Load them from a file once they are announced.",
            **figures,
        )

    @api.model
    def _explain_unreadable(self, figures):
        return self.env._(
            "This file cannot be read. It is JSON with “year” and “days” (date, name, isOffDay), "
            "or CSV with the columns date, kind (off or on) and name."
        )

    @api.model
    def _explain_line_wrong(self, figures):
        return self.env._(
            "Line %(line)s: write a date such as 2027-02-06, off or on, and a name. Nothing was "
            "loaded.",
            **figures,
        )

    @api.model
    def _explain_date_outside(self, figures):
        return self.env._(
            "Line %(line)s: %(date)s has nothing to do with the year %(year)s. Nothing was loaded.",
            **figures,
        )

    @api.model
    def _explain_date_twice(self, figures):
        return self.env._(
            "Line %(line)s: %(date)s stands there twice and says different things. Nothing was "
            "loaded.",
            **figures,
        )

    @api.model
    def _explain_year_empty(self, figures):
        return self.env._(
            "The file “%(filename)s” holds no days for %(year)s: they were not announced yet when "
            "it was made. Use a newer one.",
            **figures,
        )

    # === COMPARING === #

    @api.model
    def _compare(self, source, country, calendars):
        """Return what loading a source would do, as values of preview lines in order of date.

        :param workday_sources.Source source:
        :param country: res.country record
        :param calendars: resource.calendar records for which it counts; none: the whole country
        :return: list of dicts with `date`, `kind`, `like_weekday`, `name` (in the user's
            language), `source_name`, `name_zh`, `status` (new, changed, same, gone), `workday_id`
        :rtype: list
        """
        existing = self._get_loaded(source, country, calendars)
        lines = []
        for day in source.days:
            workday = existing.pop(day.date, self.browse())
            line = {
                'date': day.date,
                'kind': day.kind,
                # What somebody chose for a make-up day stays.
                'like_weekday': day.kind == 'on' and (workday.like_weekday or '0'),
                'source_name': day.name,
                'name_zh': day.name_zh,
                'name': day.name_zh if (self.env.lang or '').startswith('zh') else day.name,
                'workday_id': workday.id,
            }
            same = workday and all(line[name] == workday._get_told(name) for name in COMPARED)
            lines.append({**line, 'status': 'same' if same else 'changed' if workday else 'new'})
        for workday in existing.values():
            # A notice that was withdrawn; what people entered by hand is theirs.
            if workday.source and workday.year == source.year:
                lines.append(
                    {
                        **{name: workday._get_told(name) for name in (*COMPARED, 'date')},
                        'status': 'gone',
                        'workday_id': workday.id,
                    }
                )
        return sorted(lines, key=lambda line: line['date'])

    @api.model
    def _get_loaded(self, source, country, calendars):
        """Return {date: exception} of this scope that a source may say something about."""
        dates = [day.date for day in source.days]
        workdays = self.search(
            [
                ('country_id', '=', country.id),
                '|',
                ('date', 'in', dates),
                ('year', '=', source.year),
            ]
        )
        return {day.date: day for day in workdays if day.calendar_ids == calendars}

    def _get_told(self, name):
        """Return a value as a preview line of `_compare` has it."""
        if name == 'source_name':
            return self.with_context(lang=None).name
        return self[name]

    # === LOADING === #

    @api.model
    def _load(self, lines, source, year, country, calendars):
        """Do what preview lines say.

        :param list lines: dicts as `_compare` returns them
        :param str source: names the source
        :param int year: whose notice it is
        :return: the exceptions that are there now
        """
        lines = [{**line} for line in lines]
        self.browse(line['workday_id'] for line in lines if line['status'] == 'gone').unlink()
        told = {'year': year, 'source': source}
        named = {}  # {name in Chinese: exceptions}
        english = self.with_context(lang='en_US', mail_create_nolog=True, mail_notrack=True)
        new = [line for line in lines if line['status'] == 'new']
        workdays = english.create(
            [
                {
                    **self._prepare_loaded(line),
                    **told,
                    'country_id': country.id,
                    'calendar_ids': [Command.set(calendars.ids)],
                }
                for line in new
            ]
        )
        for line in lines:
            if line['status'] in ('changed', 'same'):
                workday = english.browse(line['workday_id'])
                values = {**self._prepare_loaded(line), **told}
                values = {name: value for name, value in values.items() if workday[name] != value}
                if values:
                    workday.write(values)
                workdays |= workday
        by_date = {workday.date: workday for workday in workdays}
        for line in lines:
            if line['status'] != 'gone' and line['name_zh']:
                named[line['name_zh']] = named.get(line['name_zh'], self) | by_date[line['date']]
        self._name_in_chinese(named)
        self._withdraw_warnings(country, year)
        return workdays.with_env(self.env)

    @api.model
    def _prepare_loaded(self, line):
        return {
            'name': line['source_name'],
            'date': fields.Date.to_date(line['date']),
            'kind': line['kind'],
            'like_weekday': line['kind'] == 'on' and (line['like_weekday'] or '0'),
        }

    @api.model
    def _name_in_chinese(self, named):
        """Keep the Chinese names beside the English ones where people read Chinese."""
        if 'zh_CN' not in dict(self.env['res.lang'].get_installed()):
            return
        for name, workdays in named.items():
            other = workdays.with_context(lang='zh_CN').filtered(
                lambda workday, name=name: workday.name != name
            )
            if other:
                other.write({'name': name})
