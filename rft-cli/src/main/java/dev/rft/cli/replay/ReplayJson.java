package dev.rft.cli.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.diagnose.Diagnosis;
import dev.rft.monitor.diagnose.NextCheck;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** What a replay found, as one line of JSON. */
final class ReplayJson {

    private ReplayJson() {}

    static String of(long records, List<ReplayedIncident> incidents, List<String> warnings) {
        StringWriter text = new StringWriter();
        JsonFactory factory =
                JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
        try (JsonGenerator json = factory.createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("records", records);
            json.writeArrayFieldStart("incidents");
            for (ReplayedIncident incident : incidents) {
                write(json, incident);
            }
            json.writeEndArray();
            if (!warnings.isEmpty()) {
                strings(json, "warnings", warnings);
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("a string cannot fail", impossible);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, ReplayedIncident incident) throws IOException {
        json.writeStartObject();
        json.writeNumberField("alarm_step", incident.alarmStep());
        json.writeNumberField("onset_step", incident.onsetStep());
        json.writeStringField("severity", incident.severity().name().toLowerCase(Locale.ROOT));
        strings(json, "signals", incident.signals());
        json.writeArrayFieldStart("diagnosis");
        for (Diagnosis.Candidate candidate : incident.diagnosis().candidates()) {
            json.writeStartObject();
            json.writeStringField("fault", candidate.cause().id());
            json.writeStringField("family", candidate.cause().family());
            json.writeNumberField("probability", candidate.probability());
            strings(json, "supporting", candidate.supporting());
            strings(json, "opposing", candidate.opposing());
            json.writeEndObject();
        }
        json.writeEndArray();
        if (incident.diagnosis().next().isPresent()) {
            next(json, incident.diagnosis().next().get());
        }
        strings(json, "evidence", incident.evidence());
        json.writeEndObject();
    }

    private static void next(JsonGenerator json, NextCheck next) throws IOException {
        json.writeObjectFieldStart("next_check");
        json.writeStringField("check", next.what());
        json.writeArrayFieldStart("findings");
        finding(json, next.ifOne(), next.one());
        finding(json, next.ifOther(), next.other());
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void finding(JsonGenerator json, String finding, Cause cause)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("finding", finding);
        json.writeStringField("fault", cause.id());
        json.writeEndObject();
    }

    private static void strings(JsonGenerator json, String name, List<String> values)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
