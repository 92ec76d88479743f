package dev.rft.recovery.journal;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.diagnose.Diagnosis;
import dev.rft.monitor.diagnose.NextCheck;
import dev.rft.monitor.json.JsonFields;
import dev.rft.recovery.Attempt;
import dev.rft.recovery.Incident;
import dev.rft.recovery.Outcome;
import dev.rft.recovery.internal.ActionWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Incidents as JSON, with their alarms, diagnosis and attempts. */
final class IncidentJson {

    private static final String NEXT_CHECK = "nextCheck";

    private IncidentJson() {}

    /** Writes an incident as the field {@code incident}. */
    static void write(JsonGenerator json, Incident incident) throws IOException {
        json.writeObjectFieldStart("incident");
        json.writeNumberField("number", incident.number());
        json.writeNumberField("openedStep", incident.opened().step());
        key(json, "opened", incident.opened());
        json.writeNumberField("onset", incident.onset());
        json.writeStringField("cause", incident.diagnosis().cause().id());
        json.writeStringField("family", incident.diagnosis().cause().family());
        json.writeArrayFieldStart("candidates");
        for (Diagnosis.Candidate candidate : incident.diagnosis().candidates()) {
            candidate(json, candidate);
        }
        json.writeEndArray();
        if (incident.diagnosis().next().isPresent()) {
            next(json, incident.diagnosis().next().get());
        }
        json.writeArrayFieldStart("findings");
        for (Finding finding : incident.findings()) {
            finding(json, finding);
        }
        json.writeEndArray();
        attempts(json, "attempts", incident.attempts());
        attempts(json, "earlier", incident.earlier());
        json.writeEndObject();
    }

    private static void attempts(JsonGenerator json, String field, List<Attempt> attempts)
            throws IOException {
        json.writeArrayFieldStart(field);
        for (Attempt attempt : attempts) {
            json.writeStartObject();
            attempt(json, attempt);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Writes the fields of an attempt. */
    static void attempt(JsonGenerator json, Attempt attempt) throws IOException {
        ActionWriter.write(json, attempt.action());
        json.writeStringField("cause", attempt.cause().id());
        keyFields(json, attempt.key());
        outcome(json, attempt);
    }

    static void outcome(JsonGenerator json, Attempt attempt) throws IOException {
        json.writeStringField("outcome", attempt.outcome().name());
        json.writeStringField("reason", attempt.reason());
    }

    static void keyFields(JsonGenerator json, StepKey key) throws IOException {
        json.writeNumberField("step", key.step());
        json.writeNumberField("attempt", key.attempt());
        json.writeNumberField("incarnation", key.incarnation());
    }

    static void key(JsonGenerator json, String field, StepKey key) throws IOException {
        json.writeObjectFieldStart(field);
        keyFields(json, key);
        json.writeEndObject();
    }

    private static void candidate(JsonGenerator json, Diagnosis.Candidate candidate)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("cause", candidate.cause().id());
        json.writeNumberField("probability", candidate.probability());
        strings(json, "supporting", candidate.supporting());
        strings(json, "opposing", candidate.opposing());
        json.writeEndObject();
    }

    private static void next(JsonGenerator json, NextCheck next) throws IOException {
        json.writeObjectFieldStart(NEXT_CHECK);
        json.writeStringField("check", next.what());
        json.writeStringField("one", next.one().id());
        json.writeStringField("ifOne", next.ifOne());
        json.writeStringField("other", next.other().id());
        json.writeStringField("ifOther", next.ifOther());
        json.writeEndObject();
    }

    private static void finding(JsonGenerator json, Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("detector", finding.detector());
        json.writeStringField("class", finding.evidenceClass().name());
        if (finding.verdict() instanceof Verdict.Violated violated) {
            evidence(json, violated.evidence());
        }
        json.writeEndObject();
    }

    private static void evidence(JsonGenerator json, Evidence evidence) throws IOException {
        json.writeStringField("signal", evidence.signal().name());
        json.writeNumberField("observed", evidence.observed());
        json.writeStringField("expected", evidence.expected());
        if (!Double.isNaN(evidence.shift())) {
            json.writeNumberField("shift", evidence.shift());
        }
        if (evidence.onset().isPresent()) {
            json.writeNumberField("since", evidence.onset().getAsLong());
        }
        json.writeBooleanField("invariant", evidence.invariant());
    }

    private static void strings(JsonGenerator json, String field, List<String> lines)
            throws IOException {
        json.writeArrayFieldStart(field);
        for (String line : lines) {
            json.writeString(line);
        }
        json.writeEndArray();
    }

    /** Reads the field {@code incident} of an object. */
    static Incident read(JsonFields object) {
        JsonFields incident = object.object("incident");
        return new Incident(
                incident.integer("number"),
                incident.object("opened").key(),
                incident.longInteger("onset"),
                incident.list("findings", IncidentJson::finding),
                new Diagnosis(
                        incident.list("candidates", IncidentJson::candidate),
                        incident.has(NEXT_CHECK)
                                ? Optional.of(next(incident.object(NEXT_CHECK)))
                                : Optional.empty()),
                incident.list("attempts", IncidentJson::attempt),
                incident.list("earlier", IncidentJson::attempt));
    }

    /** Reads an attempt. */
    static Attempt attempt(JsonFields attempt) {
        return new Attempt(
                ActionJson.read(attempt),
                cause(attempt),
                attempt.key(),
                attempt.constant("outcome", Outcome.class),
                attempt.text("reason"));
    }

    static Cause cause(JsonFields fields) {
        return cause(fields, "cause");
    }

    private static Cause cause(JsonFields fields, String field) {
        String id = fields.text(field);
        return Arrays.stream(Cause.values())
                .filter(cause -> cause.id().equals(id))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        field + ": must be known, was '" + id + "'"));
    }

    private static NextCheck next(JsonFields next) {
        return new NextCheck(
                next.text("check"),
                cause(next, "one"),
                next.text("ifOne"),
                cause(next, "other"),
                next.text("ifOther"));
    }

    private static Diagnosis.Candidate candidate(JsonFields candidate) {
        return new Diagnosis.Candidate(
                cause(candidate),
                candidate.number("probability"),
                candidate.texts("supporting"),
                candidate.texts("opposing"));
    }

    private static Finding finding(JsonFields finding) {
        Evidence evidence =
                new Evidence(
                        Signals.named(finding.text("signal")),
                        finding.number("observed"),
                        finding.text("expected"),
                        finding.has("shift") ? finding.number("shift") : Double.NaN,
                        finding.optionalLong("since"),
                        finding.flag("invariant"));
        return new Finding(
                finding.text("detector"),
                finding.constant("class", EvidenceClass.class),
                Verdict.violated(evidence));
    }
}
