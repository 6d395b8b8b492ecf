from . import complaint_case_sheet
