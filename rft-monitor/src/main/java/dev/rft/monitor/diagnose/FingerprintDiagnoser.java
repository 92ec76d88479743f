package dev.rft.monitor.diagnose;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.profile.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Ranks causes by how well what moved since the onset fits their fingerprints, which are data.
 *
 * <p>Implementation note. The score of a cause is the sum of the weights of its detectors that
 * alarm and of w tanh(d / 3) over its traits, d the shift of the signal in the trait's direction in
 * deviations of its healthy noise: a shift far beyond the noise counts its full weight and no more,
 * one in the opposite direction against. A signal that is not logged counts nothing. What is a
 * consequence of the stage of the step that moved first counts {@value #CONSEQUENCE} of its weight
 * for causes in other stages, which take {@value #LATE} off if their own stage moved at a later
 * step. UNKNOWN has a constant score, so that a cause must earn its rank. Probabilities are the
 * softmax of the scores, mixed with UNKNOWN: fingerprints that were learned on some runs do not fit
 * every other.
 */
public final class FingerprintDiagnoser implements Diagnoser {

    private static final double CLEAR = 3;
    private static final double WORTH_SAYING = 1.5;

    /** What a consequence still says: by its size, which differs between causes. */
    private static final double CONSEQUENCE = 0.15;

    /** What it costs a cause that something moved before its own stage did. */
    private static final double LATE = 6;

    private final Stages stages;
    private final List<Fingerprint> fingerprints;
    private final double abstain;
    private final double carries;
    private final Optional<Profile> profile;

    private FingerprintDiagnoser(
            Stages stages,
            List<Fingerprint> fingerprints,
            double abstain,
            double carries,
            Optional<Profile> profile) {
        if (!(carries > 0 && carries <= 1)) {
            throw new IllegalArgumentException(
                    "fingerprints: carries must be in (0, 1], was " + carries);
        }
        this.stages = stages;
        this.fingerprints = List.copyOf(fingerprints);
        this.abstain = abstain;
        this.carries = carries;
        this.profile = profile;
    }

    /** Returns the diagnoser with rft's own fingerprints. */
    public static FingerprintDiagnoser standard() {
        try (InputStream json =
                Objects.requireNonNull(
                        FingerprintDiagnoser.class.getResourceAsStream("fingerprints.json"),
                        "fingerprints.json")) {
            return of(json);
        } catch (IOException broken) {
            throw new UncheckedIOException("fingerprints.json: cannot be read", broken);
        }
    }

    /**
     * Returns a diagnoser with other fingerprints.
     *
     * @param json {@code {"abstain": score, "carries": probability, "stages": {stage: [signal]},
     *     "witnesses": [signal], "causes": [{"cause", "stage", "alarms": {detector: weight},
     *     "shifts": [{"signal", "direction", "weight", "beyond"}]}]}}, of which {@code stages},
     *     {@code witnesses}, {@code stage} and {@code beyond} may be left out; read to its end and
     *     not closed
     * @return the diagnoser
     * @throws IOException when it cannot be read or is no JSON
     * @throws IllegalArgumentException when a cause, a direction or a number is missing or not
     *     known
     */
    public static FingerprintDiagnoser of(InputStream json) throws IOException {
        JsonNode root = new ObjectMapper().readTree(json.readAllBytes());
        List<Fingerprint> fingerprints = new ArrayList<>();
        for (JsonNode cause : root.path("causes")) {
            Map<String, Double> alarms = new HashMap<>();
            cause.path("alarms")
                    .properties()
                    .forEach(entry -> alarms.put(entry.getKey(), number(entry.getValue())));
            List<Fingerprint.Trait> traits = new ArrayList<>();
            for (JsonNode shift : cause.path("shifts")) {
                traits.add(
                        new Fingerprint.Trait(
                                Signals.named(shift.path("signal").asText()),
                                Signal.Direction.valueOf(shift.path("direction").asText()),
                                number(shift.path("weight")),
                                shift.has("beyond") ? number(shift.path("beyond")) : 0));
            }
            fingerprints.add(
                    new Fingerprint(
                            Cause.valueOf(cause.path("cause").asText()),
                            cause.has("stage")
                                    ? Optional.of(Stage.valueOf(cause.path("stage").asText()))
                                    : Optional.empty(),
                            alarms,
                            traits));
        }
        return new FingerprintDiagnoser(
                stages(root),
                fingerprints,
                number(root.path("abstain")),
                number(root.path("carries")),
                Optional.empty());
    }

    @Override
    public FingerprintDiagnoser comparedWith(Profile healthy) {
        return new FingerprintDiagnoser(
                stages, fingerprints, abstain, carries, Optional.of(healthy));
    }

    private static Stages stages(JsonNode root) {
        Map<Signal, Stage> stages = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : root.path("stages").properties()) {
            Stage stage = Stage.valueOf(entry.getKey());
            entry.getValue().forEach(name -> stages.put(Signals.named(name.asText()), stage));
        }
        Set<Signal> witnesses = new HashSet<>();
        root.path("witnesses").forEach(name -> witnesses.add(Signals.named(name.asText())));
        return new Stages(stages, witnesses);
    }

    private static double number(JsonNode node) {
        if (!node.isNumber()) {
            throw new IllegalArgumentException(
                    "fingerprints: must be a number, was '" + node + "'");
        }
        return node.asDouble();
    }

    @Override
    public Diagnosis diagnose(List<Finding> findings, List<Observation> recent) {
        if (recent.isEmpty()) {
            throw new IllegalArgumentException("recent: must not be empty");
        }
        if (findings.stream().noneMatch(Finding::alarm)) {
            return Diagnosis.unknown();
        }
        Shifts shifts = new Shifts(recent, onset(findings, recent), profile);
        Course course = new Course(stages, shifts);
        List<Score> scores = new ArrayList<>();
        scores.add(new Score(Cause.UNKNOWN, abstain, List.of(), List.of()));
        for (Fingerprint fingerprint : fingerprints) {
            scores.add(score(fingerprint, findings, shifts, course));
        }
        return softmax(scores);
    }

    /** The earliest onset that an alarm names; the present step when none does. */
    private static long onset(List<Finding> findings, List<Observation> recent) {
        long present = recent.get(recent.size() - 1).key().step();
        return findings.stream()
                .filter(Finding::alarm)
                .mapToLong(
                        finding ->
                                ((Verdict.Violated) finding.verdict())
                                        .evidence()
                                        .onset()
                                        .orElse(present))
                .min()
                .orElse(present);
    }

    private record Score(
            Cause cause, double value, List<String> supporting, List<String> opposing) {}

    private static Score score(
            Fingerprint fingerprint, List<Finding> findings, Shifts shifts, Course course) {
        double total = 0;
        List<String> supporting = new ArrayList<>();
        List<String> opposing = new ArrayList<>();
        if (fingerprint.stage().isPresent() && course.late(fingerprint.stage().get())) {
            total -= LATE;
            opposing.add("what it would move first moved after something else");
        }
        for (Finding finding : findings) {
            double weight = fingerprint.alarms().getOrDefault(finding.detector(), 0.0);
            if (weight != 0 && finding.verdict() instanceof Verdict.Violated violated) {
                total += weight * worth(fingerprint, violated.evidence().signal(), weight, course);
                (weight > 0 ? supporting : opposing)
                        .add(finding.detector() + ": " + violated.evidence());
            }
        }
        for (Fingerprint.Trait trait : fingerprint.shifts()) {
            OptionalDouble shift = shifts.beyond(trait.signal(), trait.beyond());
            if (shift.isPresent()) {
                double fit = fit(trait, shift.getAsDouble());
                fit *= worth(fingerprint, trait.signal(), fit, course);
                total += fit;
                boolean moved = Math.abs(shift.getAsDouble()) >= WORTH_SAYING;
                if (fit > 0 && moved) {
                    supporting.add(describe(trait.signal(), shift.getAsDouble()));
                } else if (fit < 0) {
                    opposing.add(describe(trait.signal(), shift.getAsDouble()));
                }
            }
        }
        return new Score(fingerprint.cause(), total, supporting, opposing);
    }

    /**
     * How much a weight counts. A consequence speaks for the causes that are first, whose doing it
     * is, and neither for nor against any other. Of a cause whose own stage the log does not show
     * in time, everything is a consequence.
     */
    private static double worth(
            Fingerprint fingerprint, Signal signal, double weight, Course course) {
        boolean foretold =
                fingerprint
                        .stage()
                        .filter(own -> !course.ordered(own) || (weight > 0 && course.first(own)))
                        .isPresent();
        return course.consequence(signal) && !foretold ? CONSEQUENCE : 1;
    }

    private static double fit(Fingerprint.Trait trait, double shift) {
        double directed =
                switch (trait.direction()) {
                    case UP -> shift;
                    case DOWN -> -shift;
                    case EITHER, NONE -> Math.abs(shift);
                };
        double clear = Math.tanh(directed / CLEAR);
        // What would speak against a cause does not speak for it when it moves the other way.
        return trait.weight() * (trait.weight() < 0 ? Math.max(0, clear) : clear);
    }

    private static String describe(Signal signal, double shift) {
        return Math.abs(shift) < WORTH_SAYING
                ? signal + " did not move"
                : String.format(
                        Locale.ROOT,
                        "%s %s by %.1f standard deviations",
                        signal,
                        shift > 0 ? "rose" : "fell",
                        Math.abs(shift));
    }

    private Diagnosis softmax(List<Score> scores) {
        double largest = scores.stream().mapToDouble(Score::value).max().orElse(0);
        double sum = scores.stream().mapToDouble(score -> Math.exp(score.value() - largest)).sum();
        return new Diagnosis(
                scores.stream()
                        .map(
                                score ->
                                        new Diagnosis.Candidate(
                                                score.cause(),
                                                carried(
                                                        score.cause(),
                                                        Math.exp(score.value() - largest) / sum),
                                                score.supporting(),
                                                score.opposing()))
                        .sorted(
                                Comparator.comparingDouble(Diagnosis.Candidate::probability)
                                        .reversed())
                        .toList());
    }

    /** Mixes in that nothing known fits, however well one fits better than the others. */
    private double carried(Cause cause, double probability) {
        return carries * probability + (cause == Cause.UNKNOWN ? 1 - carries : 0);
    }
}
