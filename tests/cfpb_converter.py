"""Turn rows of the CFPB Consumer Complaint Database into files for Odoo's import.

The database is published by the US Consumer Financial Protection Bureau, in the public domain.
The column names are those of its CSV export.
"""

import csv
import io

PREFIX = 'complaint_management'

# How the complaint came in: CFPB's word → our channel.
CHANNELS = {
    'Web': 'channel_web',
    'Phone': 'channel_phone',
    'Email': 'channel_email',
    'Fax': 'channel_fax',
    'Postal mail': 'channel_letter',
    'Referral': 'channel_government',
}

# What became of it: CFPB's word → our stage and closing reason.
OUTCOMES = {
    'Closed with monetary relief': ('stage_standard_closed', 'closing_reason_compensated'),
    'Closed with non-monetary relief': ('stage_standard_closed', 'closing_reason_satisfied'),
    'Closed with explanation': ('stage_standard_closed', 'closing_reason_explained'),
    'Closed': ('stage_standard_closed', 'closing_reason_explained'),
    'Untimely response': ('stage_standard_closed_abnormal', 'closing_reason_no_agreement'),
    'In progress': ('stage_standard_investigation', ''),
}

CATEGORY_COLUMNS = ['id', 'name', 'parent_id/id']
CASE_COLUMNS = [
    'id',
    'number',
    'name',
    'description',
    'category_id',
    'channel_id/id',
    'received_at',
    'registered_at',
    'stage_id/id',
    'closing_reason_id/id',
    'closing_note',
    'basis',
]


def read_rows(path):
    """Return the rows of a CSV export as dicts, texts untouched."""
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def convert_cases(rows):
    """Return the complaints as rows of `CASE_COLUMNS`."""
    return [_convert_case(row) for row in rows]


def _convert_case(row):
    stage, reason = OUTCOMES[row['Company response to consumer']]
    return [
        f'cfpb_{row["Complaint ID"]}',
        row['Complaint ID'],
        row['Sub-issue'] or row['Issue'],
        row['Consumer complaint narrative'],
        f'{row["Product"]} / {_issue(row)}',
        f'{PREFIX}.{CHANNELS[row["Submitted via"]]}',
        row['Date received'],
        row['Date sent to company'],
        f'{PREFIX}.{stage}',
        f'{PREFIX}.{reason}' if reason else '',
        row['Company response to consumer'],
        row['Company public response'],
    ]


def _issue(row):
    # A blank on both sides of a slash is what joins the names of a path.
    return row['Issue'].replace(' / ', '/')


def convert_categories(rows):
    """Return the tree of categories that the complaints need as rows of `CATEGORY_COLUMNS`.

    Products come before their issues, since an import looks up parents that are there.
    """
    products = {product: n for n, product in enumerate(sorted({row['Product'] for row in rows}))}
    issues = sorted({(row['Product'], _issue(row)) for row in rows})
    return [
        *([f'cfpb_product_{n}', product, ''] for product, n in products.items()),
        *(
            [f'cfpb_issue_{n}', issue, f'cfpb_product_{products[product]}']
            for n, (product, issue) in enumerate(issues)
        ),
    ]


def write_csv(columns, rows):
    """Return a CSV file with a header as bytes."""
    buffer = io.StringIO(newline='')
    writer = csv.writer(buffer, lineterminator='\r\n')
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue().encode()
