import { Component, status, useState } from "@odoo/owl";
import { ConnectionLostError } from "@web/core/network/rpc";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const DELAY = 400;

/**
 * What is already known while a complaint is taken in: complaints of the same customer, phone,
 * e-mail, document or lot, or about much the same, with one click to link them, or to say that this one is a
 * duplicate or a repeat of one of them; and what the case library says about such complaints.
 *
 * The server decides what is similar (`complaint.case.find_similar`). The box stays away while
 * there is nothing to show, and keeps quiet when the connection is lost: nobody needs it to go on.
 */
export class SimilarCases extends Component {
    static template = "complaint_management.SimilarCases";
    static props = standardWidgetProps;

    setup() {
        this.orm = useService("orm");
        this.state = useState({ rows: [], lessons: [], openLessons: {} });
        this.keepLast = new KeepLast();
        this.keepLastLessons = new KeepLast();
        this.asked = "";
        this.askLater = useDebounced(this.ask, DELAY);
        useRecordObserver((record) => {
            const question = this.getQuestion(record);
            const topic = this.getTopic(record);
            const asked = JSON.stringify([question, topic]);
            if (asked !== this.asked) {
                this.asked = asked;
                this.askLater(question, topic);
            }
        });
    }

    /** Return what the server needs to know of the form; null when there is nothing to look for. */
    getQuestion({ data, resId }) {
        const question = {
            id: resId || false,
            company_id: data.company_id?.id || false,
            partner_id: data.partner_id?.id || false,
            complainant_phone: data.complainant_phone || "",
            complainant_email: data.complainant_email || "",
            category_id: data.category_id?.id || false,
            name: data.name || "",
            documents: this.getDocuments(data),
        };
        const isKnown =
            question.documents.length ||
            question.partner_id ||
            question.complainant_phone ||
            question.complainant_email ||
            (question.category_id && question.name);
        return isKnown && !data.is_closed ? question : null;
    }

    /** Return what the case library needs to know of the form; null when there is nothing to ask. */
    getTopic({ data }) {
        const topic = {
            company_id: data.company_id?.id || false,
            category_id: data.category_id?.id || false,
            cause_id: data.cause_id?.id || false,
        };
        return (topic.category_id || topic.cause_id) && !data.is_closed ? topic : null;
    }

    /** Return the documents and lots of the form that say anything to look for. */
    getDocuments(data) {
        return (data.document_ids?.records || [])
            .map(({ data: document }) => ({
                number: document.number || "",
                lot: document.lot || "",
                res_model: document.reference?.resModel || false,
                res_id: document.reference?.resId || false,
            }))
            .filter(({ number, lot, res_id }) => number || lot || res_id);
    }

    async ask(question, topic) {
        if (status(this) === "destroyed") {
            return; // the form was left, or drawn anew, before the delay was over
        }
        const cases = this.look("complaint.case", "find_similar", question, this.keepLast);
        const lessons = this.look("complaint.lesson", "find_lessons", topic, this.keepLastLessons);
        try {
            await Promise.all([
                cases.then((rows) => (this.state.rows = rows)),
                lessons.then((rows) => (this.state.lessons = rows)),
            ]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.asked = "";
        }
    }

    look(model, method, question, keepLast) {
        const call = question && this.orm.silent.call(model, method, [question]);
        return keepLast.add(Promise.resolve(call || []));
    }

    get rows() {
        return this.props.record.data.is_closed ? [] : this.state.rows;
    }

    get lessons() {
        return this.props.record.data.is_closed ? [] : this.state.lessons;
    }

    toggleLesson(lesson) {
        this.state.openLessons[lesson.id] = !this.state.openLessons[lesson.id];
    }

    getLessonUrl(lesson) {
        return `/odoo/complaint-lessons/${lesson.id}`;
    }

    get canChange() {
        return this.props.record.isInEdition && !this.props.readonly;
    }

    getDate(row) {
        return formatDate(deserializeDateTime(row.received_at));
    }

    getUrl(row) {
        return `/odoo/all-complaints/${row.id}`;
    }

    isLinked(row) {
        return this.props.record.data.related_ids.currentIds.includes(row.id);
    }

    isChosen(field, row) {
        return this.props.record.data[field]?.id === row.id;
    }

    async link(row) {
        const change = this.isLinked(row) ? { remove: [row.id] } : { add: [row.id] };
        await this.props.record.data.related_ids.addAndRemove(change);
        await this.saveIfSaved();
    }

    /** Set a many2one to a complaint; a second click takes the choice back. */
    async choose(field, row) {
        const value = this.isChosen(field, row)
            ? false
            : { id: row.id, display_name: [row.number, row.name].filter(Boolean).join(" ") };
        await this.props.record.update({ [field]: value });
        await this.saveIfSaved();
    }

    async saveIfSaved() {
        if (this.props.record.resId) {
            await this.props.record.save();
        }
    }
}

registry.category("view_widgets").add("complaint_similar_cases", {
    component: SimilarCases,
    fieldDependencies: [
        { name: "is_closed", type: "boolean" },
        { name: "related_ids", type: "many2many" },
        { name: "cause_id", type: "many2one", relation: "complaint.cause" },
        { name: "duplicate_of_id", type: "many2one", relation: "complaint.case" },
        { name: "repeat_of_id", type: "many2one", relation: "complaint.case" },
    ],
});
