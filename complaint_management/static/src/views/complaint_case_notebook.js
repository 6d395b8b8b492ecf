import { Notebook } from "@web/core/notebook/notebook";

/** Which page a complaint opens on, by its phase; in the phases before, on the first. */
export const PAGE_OF_PHASE = {
    investigation: "investigation",
    solution: "solution",
    approval: "solution",
    feedback: "contacts",
    callback: "contacts",
};

/** Opens a complaint on the page where work goes on; whoever changes the page stays there. */
export class ComplaintCaseNotebook extends Notebook {
    computeActivePage(defaultPage, activateDefault) {
        const isOpening = !defaultPage && !this.state.currentPage;
        return super.computeActivePage(
            isOpening ? this.getPageOfPhase() : defaultPage,
            activateDefault
        );
    }

    getPageOfPhase() {
        const name = PAGE_OF_PHASE[this.env.getComplaintPhase()];
        return this.pages.find(([, page]) => page.name === name)?.[0];
    }
}
