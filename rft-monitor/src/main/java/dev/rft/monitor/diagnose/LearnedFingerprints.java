package dev.rft.monitor.diagnose;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.monitor.json.JsonText;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** What was learned from failures whose cause is known. */
public final class LearnedFingerprints {

    private final List<Fingerprint> added;
    private final int failures;
    private final Calibrating taken;
    private final Calibrating before;
    private final Calibrating after;

    LearnedFingerprints(
            List<Fingerprint> added,
            int failures,
            Calibrating taken,
            Calibrating before,
            Calibrating after) {
        this.added = added;
        this.failures = failures;
        this.taken = taken;
        this.before = before;
        this.after = after;
    }

    /**
     * Returns the score of rft's own fingerprints and of the learned ones on the failures.
     *
     * @return a line each; what was learned is scored on each failure by what the others alone
     *     teach
     */
    public List<String> summary() {
        return List.of(
                line("rft's own fingerprints", before),
                line("learned from the other failures", after),
                added.isEmpty()
                        ? "nothing was learned that names the failures better; only probabilities"
                                + " are calibrated"
                        : "weights were learned for " + added.size() + " causes");
    }

    private String line(String what, Calibrating scored) {
        return String.format(
                Locale.ROOT,
                "%s: %d of %d named rightly, mean log-probability of the true cause %.3f"
                        + " (temperature %.2f, carries %.2f)",
                what,
                scored.right(),
                failures,
                scored.logLikelihood(),
                scored.temperature(),
                scored.carries());
    }

    /**
     * Returns fingerprints that extend rft's own, as JSON that {@link FingerprintDiagnoser} reads.
     */
    public byte[] json() {
        ObjectNode json = JsonText.object();
        json.put("about", "learned from " + failures + " failures; " + summary().get(2));
        json.put("extends", FingerprintsJson.STANDARD);
        json.put("temperature", taken.temperature());
        json.put("carries", taken.carries());
        ArrayNode causes = json.putArray("causes");
        for (Fingerprint fingerprint : added) {
            ObjectNode cause = causes.addObject();
            cause.put("cause", fingerprint.cause().name());
            ObjectNode alarms = cause.putObject("alarms");
            new TreeMap<>(fingerprint.alarms()).forEach(alarms::put);
            ArrayNode shifts = cause.putArray("shifts");
            for (Fingerprint.Trait trait : fingerprint.shifts()) {
                shifts.addObject()
                        .put("signal", trait.signal().name())
                        .put("direction", trait.direction().name())
                        .put("weight", trait.weight());
            }
        }
        return JsonText.pretty(json);
    }
}
