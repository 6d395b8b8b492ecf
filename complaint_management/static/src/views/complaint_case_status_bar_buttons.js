import { StatusBarButtons } from "@web/views/form/status_bar_buttons/status_bar_buttons";

// What comes next stands first, then what is done most. More buttons would take the room of the
// stages beside them, or a second line.
const SHOWN = 6;

export class ComplaintCaseStatusBarButtons extends StatusBarButtons {
    static template = "complaint_management.CaseStatusBarButtons";

    /** A menu for a single button would save nothing. */
    get shownCount() {
        const count = this.visibleSlotNames.length;
        return count > SHOWN + 1 ? SHOWN : count;
    }

    get shownSlotNames() {
        return this.visibleSlotNames.slice(0, this.shownCount);
    }

    get moreSlotNames() {
        return this.visibleSlotNames.slice(this.shownCount);
    }
}
