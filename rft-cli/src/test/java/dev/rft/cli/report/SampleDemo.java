package dev.rft.cli.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
        Files.write(files.supervisedJournal(), sample.journal());
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

    private List<String> journal() {
        List<String> journal = new ArrayList<>();
        journal.add("{\"schema\":\"rft-journal\",\"version\":1}");
        journal.add(event("RunStarted", 0, 0).put("steps", STEPS).toString());
        if (kind == Kind.ROLLED_BACK) {
            rollback(journal);
        } else if (kind == Kind.NOT_A_NUMBER) {
            skip(journal);
        }
        journal.add(event("RunFinished", STEPS, 0).put("completed", true).toString());
        return journal;
    }

    private void rollback(List<String> journal) {
        ObjectNode incident = incident(87, "OD-1", "OD", 0.94, "RF-2", 0.04);
        alarm(incident, "update-explosion", "GRADIENT", "update.norm", 1.2, "<= 0.08", false);
        alarm(
                incident,
                "kl-spike",
                "POLICY_DISTANCE",
                "kl.reference",
                0.9,
                "0.031 to 0.052",
                false);
        journal.add(event("IncidentOpened", 87, 0).set("incident", incident).toString());
        ObjectNode taken = event("ActionTaken", 87, 0).put("incident", 1);
        ObjectNode action = taken.putObject("action").put("name", "Rollback");
        action.put("onset", ONSET).put("learningRateFactor", 0.033);
        taken.putObject("resumesAfter").put("step", 80).put("attempt", 1).put("incarnation", 0);
        journal.add(taken.toString());
        verified(
                journal,
                98,
                action,
                "reward.mean and kl.reference are back within the range before step 86");
        journal.add(event("IncidentClosed", 98, 1).set("incident", incident).toString());
    }

    private void skip(List<String> journal) {
        ObjectNode incident = incident(ONSET, "NON-FINITE", "OTHER", 1, "OD-1", 0);
        alarm(incident, "non-finite", "GRADIENT", "grad.norm", Double.NaN, "a finite number", true);
        journal.add(event("IncidentOpened", ONSET, 0).set("incident", incident).toString());
        ObjectNode taken = event("ActionTaken", ONSET, 0).put("incident", 1);
        ObjectNode action = taken.putObject("action").put("name", "SkipStep");
        taken.putObject("resumesAfter").put("step", ONSET).put("attempt", 0).put("incarnation", 0);
        journal.add(taken.toString());
        verified(journal, 94, action, "eight steps without a value that is not finite");
        journal.add(event("IncidentClosed", 94, 0).set("incident", incident).toString());
    }

    private static void verified(List<String> journal, int step, ObjectNode action, String reason) {
        ObjectNode verified = event("ActionVerified", step, 1).put("incident", 1);
        verified.put("outcome", "HELPED").put("reason", reason);
        verified.set("action", action.deepCopy());
        journal.add(verified.toString());
    }

    private static ObjectNode event(String name, int step, int attempt) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("event", name)
                .put("run", "sample")
                .put("step", step)
                .put("attempt", attempt)
                .put("incarnation", 0)
                .put("time", "2026-01-01T00:00:00Z");
    }

    private static ObjectNode incident(
            int opened,
            String cause,
            String family,
            double probability,
            String other,
            double rest) {
        ObjectNode incident = JsonNodeFactory.instance.objectNode();
        incident.put("number", 1).put("openedStep", opened).put("onset", ONSET);
        incident.put("cause", cause).put("family", family);
        ArrayNode candidates = incident.putArray("candidates");
        ObjectNode first =
                candidates.addObject().put("cause", cause).put("probability", probability);
        first.putArray("supporting").add("the alarms on gradients and updates came first");
        first.putArray("opposing");
        ObjectNode second = candidates.addObject().put("cause", other).put("probability", rest);
        second.putArray("supporting");
        second.putArray("opposing").add("the reward fell after the update, not before it");
        candidates.addObject().put("cause", "UNKNOWN").put("probability", 1 - probability - rest);
        incident.putArray("findings");
        incident.putArray("attempts");
        return incident;
    }

    private static void alarm(
            ObjectNode incident,
            String detector,
            String evidenceClass,
            String signal,
            double observed,
            String expected,
            boolean invariant) {
        ObjectNode alarm = ((ArrayNode) incident.path("findings")).addObject();
        alarm.put("detector", detector).put("class", evidenceClass).put("signal", signal);
        put(alarm, "observed", observed);
        alarm.put("expected", expected).put("shift", 14.2).put("since", ONSET);
        alarm.put("invariant", invariant);
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
