from datetime import date, timedelta

from odoo import api, models
from odoo.fields import Domain

# From this day of a year on, administrators are told that the next one is not loaded.
WARN_FROM = (11, 1)

# Most governments have announced the next year by then.
WARN_DEADLINE = (12, 20)

TODO = 'mail.mail_activity_data_todo'


class ComplaintWorkdayWatch(models.Model):
    """Tells administrators in time that the working days of a year are missing."""

    _inherit = 'complaint.workday'

    @api.model
    def _cron_warn(self):
        """Give administrators something to do for each country whose coming year is missing.

        Only for countries whose year before has exceptions, and once for each country and year.
        """
        today = self.env.cr.now().date()
        years = [today.year]
        if (today.month, today.day) >= WARN_FROM:
            years.append(today.year + 1)
        for year in years:
            for country in self._get_countries_without(year):
                self._warn(country, year)

    @api.model
    def _get_countries_without(self, year):
        """Return the countries of companies that kept exceptions the year before, none this year.

        :rtype: res.country
        """
        before = self.search([*self._get_year_domain(year - 1), ('is_general', '=', True)])
        # The turn of the year belongs to both notices.
        known = Domain('year', '=', year) | Domain('date', '>', date(year, 1, 31)) & Domain(
            'date', '<=', date(year, 12, 31)
        )
        missing = before.country_id - self.search(known).country_id
        return self.env['res.company']._get_in(missing).country_id & missing

    @api.model
    def _get_year_domain(self, year):
        return [('date', '>=', date(year, 1, 1)), ('date', '<=', date(year, 12, 31))]

    @api.model
    def _warn(self, country, year):
        """Make one activity for each administrator of a company in the country."""
        workdays = self.search([*self._get_year_domain(year - 1), ('country_id', '=', country.id)])
        if workdays._get_warnings():
            return
        today = self.env.cr.now().date()
        deadline = max(date(year - 1, *WARN_DEADLINE), today + timedelta(days=7))
        rows = [
            {
                'res_model_id': self.env['ir.model']._get_id(self._name),
                'res_id': workdays[-1].id,
                'activity_type_id': self.env.ref(TODO).id,
                'automated': True,
                'user_id': user.id,
                'date_deadline': deadline,
                'summary': self.with_context(lang=user.lang).env._(
                    "Load the working days of %(country)s for %(year)s",
                    country=country.with_context(lang=user.lang).name,
                    year=year,
                ),
                'note': self.with_context(lang=user.lang).env._(
                    "Time limits that reach into %(year)s do not know its holidays and make-up "
                    "days yet. Complaints ▸ Configuration ▸ Load working days.",
                    year=year,
                ),
            }
            for user in self._get_administrators(country)
        ]
        self.env['mail.activity'].with_context(mail_activity_quick_update=True).create(rows)

    @api.model
    def _get_administrators(self, country):
        group = self.env.ref('complaint_management.group_complaint_admin')
        return group.all_user_ids.filtered(
            lambda user: not user.share and country in user.company_ids.country_id
        )

    def _get_warnings(self):
        """Return the activities that the job made on these exceptions, done ones included."""
        activities = self.env['mail.activity'].sudo()  # of every administrator
        return activities.with_context(active_test=False).search(
            [('res_model', '=', self._name), ('res_id', 'in', self.ids), ('automated', '=', True)]
        )

    @api.model
    def _withdraw_warnings(self, country, year):
        """Take back what `_cron_warn` asked for, since the year is there now."""
        before = self.search([*self._get_year_domain(year - 1), ('country_id', '=', country.id)])
        before._get_warnings().filtered('active').unlink()
