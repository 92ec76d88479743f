package dev.rft.cli.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.diagnose.Diagnosis;
import dev.rft.recovery.Attempt;
import dev.rft.recovery.Incident;
import dev.rft.recovery.Outcome;
import dev.rft.recovery.RecoveryAction;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.journal.JsonlJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;

/** Writes the files of a demo with curves like those of a real one. */
public final class SampleDemo {

    /** What the files tell. */
    public enum Kind {
        /** A fault, a rollback that helped, a twin that collapsed. */
        ROLLED_BACK,
        /** Nothing happened. */
        NO_FAULT,
        /** A gradient that is not a number: skipped by the one, the end of the other. */
        NOT_A_NUMBER
    }

    private static final int STEPS = 300;
    private static final int ONSET = 86;
    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    private final Kind kind;
    private Random random = new Random(7);
    private final List<String> lines = new ArrayList<>();

    private SampleDemo(Kind kind) {
        this.kind = kind;
    }

    /**
     * Writes the files and the page.
     *
     * @param args a directory per kind is made in the directory that this names
     * @throws IOException when it cannot
     */
    public static void main(String[] args) throws IOException {
        for (Kind kind : Kind.values()) {
            Path dir = Path.of(args[0]).resolve(kind.name().toLowerCase(Locale.ROOT));
            write(dir, kind);
            HtmlReport.write(new RunFiles(dir).report(), ReportData.read(dir));
        }
    }

    /** Writes the files into a directory that need not exist. */
    static RunFiles write(Path dir, Kind kind) throws IOException {
        RunFiles files = new RunFiles(dir);
        Files.createDirectories(files.supervisedMetrics().getParent());
        Files.createDirectories(files.unsupervisedMetrics().getParent());
        SampleDemo sample = new SampleDemo(kind);
        Files.write(files.supervisedMetrics(), sample.supervised());
        Files.write(files.unsupervisedMetrics(), sample.unsupervised());
        sample.journal(files.supervisedJournal());
        sample.summary().write(files.summary());
        return files;
    }

    private List<String> supervised() {
        lines.clear();
        if (kind == Kind.ROLLED_BACK) {
            steps(1, 85, 0);
            step(86, 0, 0.57, 0.02, 41);
            step(87, 0, 0.21, 0.9, 160);
            steps(81, STEPS, 1);
        } else if (kind == Kind.NOT_A_NUMBER) {
            steps(1, 85, 0);
            step(ONSET, 0, reward(ONSET), kl(ONSET), Double.NaN);
            steps(ONSET + 1, STEPS, 0);
        } else {
            steps(1, STEPS, 0);
        }
        return List.copyOf(lines);
    }

    private List<String> unsupervised() {
        lines.clear();
        // The twin has the same seed: equal until the fault.
        random = new Random(7);
        int healthy = kind == Kind.NO_FAULT ? STEPS : ONSET - 1;
        steps(1, healthy, 0);
        for (int step = healthy + 1; step <= STEPS; step++) {
            if (kind == Kind.NOT_A_NUMBER) {
                step(step, 0, 0, Double.NaN, Double.NaN);
            } else {
                double fall = Math.exp(-(step - ONSET) / 3.0);
                step(step, 0, 0.02 + 0.55 * fall, 6 - 5.5 * fall, 2 + 150 * fall * noise(0.4));
            }
        }
        return List.copyOf(lines);
    }

    private void steps(int from, int to, int attempt) {
        for (int step = from; step <= to; step++) {
            step(
                    step,
                    attempt,
                    reward(step) + 0.03 * random.nextGaussian(),
                    kl(step),
                    1.2 * noise(0.2));
        }
    }

    private static double reward(int step) {
        return 0.25 + 0.6 * (1 - Math.exp(-step / 90.0));
    }

    private double kl(int step) {
        return 0.0004 * step * noise(0.15);
    }

    private double noise(double spread) {
        return Math.exp(spread * random.nextGaussian());
    }

    private void step(int step, int attempt, double reward, double kl, double gradient) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("run", "sample").put("step", step).put("attempt", attempt).put("incarnation", 0);
        line.put("time", "2026-01-01T00:00:00Z").put("discarded", 0);
        ObjectNode values = line.putObject("values");
        put(values, "reward.mean", reward);
        put(values, "kl.reference", kl);
        put(values, "grad.norm", gradient);
        if (step % 10 == 0) {
            put(values, "heldout.accuracy", Math.max(0, Math.min(1, reward - 0.02)));
        }
        line.putArray("alarms");
        lines.add(line.toString());
    }

    private static void put(ObjectNode values, String name, double value) {
        if (Double.isFinite(value)) {
            values.put(name, value);
        } else {
            values.put(name, Double.toString(value));
        }
    }

    /** Writes the journal as a run does. */
    private void journal(Path file) throws IOException {
        try (JsonlJournal journal = JsonlJournal.open(file)) {
            journal.on(new RftEvent.RunStarted("sample", StepKey.START, TIME, STEPS, Map.of()));
            if (kind == Kind.ROLLED_BACK) {
                Incident incident =
                        incident(
                                87,
                                Cause.KL_EXPLOSION,
                                0.94,
                                Cause.REWARD_COLLAPSE,
                                alarm(
                                        "update-explosion",
                                        EvidenceClass.GRADIENT,
                                        Evidence.of(Signals.UPDATE_NORM, 1.2, "<= 0.08")),
                                alarm(
                                        "kl-spike",
                                        EvidenceClass.POLICY_DISTANCE,
                                        Evidence.of(Signals.KL_REFERENCE, 0.9, "0.031 to 0.052")));
                tell(
                        journal,
                        incident,
                        new RecoveryAction.Rollback(ONSET, 0.033),
                        new StepKey(1, 80, 0),
                        new StepKey(1, 98, 0),
                        "reward.mean and kl.reference are back within the range before step 86");
            } else if (kind == Kind.NOT_A_NUMBER) {
                Incident incident =
                        incident(
                                ONSET,
                                Cause.NON_FINITE,
                                1,
                                Cause.KL_EXPLOSION,
                                alarm(
                                        "non-finite",
                                        EvidenceClass.GRADIENT,
                                        Evidence.of(
                                                        Signals.GRAD_NORM,
                                                        Double.NaN,
                                                        "a finite number")
                                                .asInvariant()));
                tell(
                        journal,
                        incident,
                        new RecoveryAction.SkipStep(),
                        new StepKey(0, ONSET, 0),
                        new StepKey(0, 94, 0),
                        "eight steps without a value that is not finite");
            }
            StepKey end = new StepKey(kind == Kind.ROLLED_BACK ? 1 : 0, STEPS, 0);
            journal.on(new RftEvent.RunFinished("sample", end, TIME, true, "reached step 300"));
        }
    }

    /** An incident that one action has repaired. */
    private static void tell(
            JsonlJournal journal,
            Incident incident,
            RecoveryAction action,
            StepKey resumesAfter,
            StepKey verified,
            String reason) {
        StepKey opened = incident.opened();
        Cause cause = incident.diagnosis().cause();
        Attempt attempt = new Attempt(action, cause, opened, Outcome.HELPED, reason);
        journal.on(new RftEvent.IncidentOpened("sample", opened, TIME, incident, Map.of()));
        journal.on(new RftEvent.ActionTaken("sample", opened, TIME, 1, action, resumesAfter));
        journal.on(new RftEvent.ActionVerified("sample", verified, TIME, 1, attempt));
        journal.on(new RftEvent.IncidentClosed("sample", verified, TIME, incident.with(attempt)));
    }

    private static Incident incident(
            int opened, Cause cause, double probability, Cause other, Finding... alarms) {
        double rest = (1 - probability) / 2;
        return new Incident(
                1,
                new StepKey(0, opened, 0),
                ONSET,
                List.of(alarms),
                new Diagnosis(
                        List.of(
                                new Diagnosis.Candidate(
                                        cause,
                                        probability,
                                        List.of("the alarms on gradients and updates came first"),
                                        List.of()),
                                new Diagnosis.Candidate(
                                        other,
                                        rest,
                                        List.of(),
                                        List.of("the reward fell after the update, not before it")),
                                new Diagnosis.Candidate(
                                        Cause.UNKNOWN, rest, List.of(), List.of()))),
                List.of(),
                List.of());
    }

    private static Finding alarm(String detector, EvidenceClass kind, Evidence evidence) {
        return new Finding(detector, kind, Verdict.violated(evidence.shiftedBy(14.2).since(ONSET)));
    }

    private Summary summary() {
        return switch (kind) {
            case ROLLED_BACK ->
                    summary(
                            "lr-spike",
                            "The learning rate was multiplied by 30 inside the optimizer",
                            87,
                            "OD-1",
                            "Rollback to step 80, learning rate x 0.033",
                            0.021);
            case NOT_A_NUMBER ->
                    summary(
                            "nan-gradient",
                            "A NaN was written into the gradient",
                            ONSET,
                            "NON-FINITE",
                            "Skip the step's update",
                            0);
            case NO_FAULT ->
                    new Summary(
                            7,
                            STEPS,
                            "none",
                            "No fault was injected",
                            OptionalLong.empty(),
                            OptionalLong.empty(),
                            Optional.empty(),
                            List.of(),
                            OptionalDouble.empty(),
                            0.813,
                            0.813,
                            96.1);
        };
    }

    private static Summary summary(
            String fault,
            String sentence,
            long detected,
            String cause,
            String action,
            double twin) {
        return new Summary(
                7,
                STEPS,
                fault,
                sentence,
                OptionalLong.of(ONSET),
                OptionalLong.of(detected),
                Optional.of(cause),
                List.of(action),
                OptionalDouble.of(0.592),
                0.813,
                twin,
                104.6);
    }
}
