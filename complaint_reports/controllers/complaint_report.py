from odoo.exceptions import AccessError, MissingError
from odoo.http import Controller, content_disposition, request, route

XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'


class ComplaintReportController(Controller):
    """Hands out reports as workbooks, to whoever may read them and with what he may see."""

    @route('/complaint/report/<int:run_id>/xlsx', type='http', auth='user')
    def download(self, run_id):
        """Return the workbook of a report; what one may not read is not found.

        Not on a read-only cursor: it is listed who takes it.
        """
        run = request.env['complaint.report.run'].browse(run_id)
        try:
            content = run._take_workbook()
        except (AccessError, MissingError):
            raise request.not_found() from None
        return request.make_response(
            content,
            headers=[
                ('Content-Type', XLSX),
                ('Content-Disposition', content_disposition(f'{run.name}.xlsx')),
            ],
        )
