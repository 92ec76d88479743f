package dev.rft.benchmarks;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.DetectorFactory;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.detect.Detectors;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * False alarms on simulated healthy streams, as multiples of the budget, and the delay at shifts
 * beside them: silence alone is easy. The standard set sees every signal; a single chart of each
 * kind has the whole budget for itself.
 *
 * <p>An alarm counts once however long it lasts: a detector that alarms again within {@value #CALM}
 * steps has not stopped. Half of the steps are runs of {@value #SHORT} steps, the other half one
 * run of up to {@value #LONG}, repeated: charts that start from nothing have most of their false
 * alarms early.
 */
final class FalseAlarms {

    /** With this many per family the standard set sees ten million. */
    static final int STEPS = 10_000_000 / StreamFamily.values().length;

    static final int SHORT = 300;
    static final int LONG = 100_000;
    private static final int CALM = 8;
    private static final double BUDGET = 1e-4;

    private static final int STREAMS = 200;
    private static final int BEFORE = 200;
    private static final int CENSORED = 200;
    private static final int RAMP = 20;
    private static final double[] SHIFTS = {1, 2, 4};

    private static final Signal RISING =
            Signal.of("x", "", Signal.Direction.UP, Signal.Scale.LINEAR);

    /** A kind of chart: what it watches, which way is adverse, and which way a healthy run goes. */
    enum Kind {
        LEVEL(Detectors.rewardCollapse(), Signals.REWARD_MEAN, -1, 1),
        TREND(Detectors.change("trend", EvidenceClass.GRADIENT, RISING), RISING, 1, 1),
        DRIFTING(Detectors.rewardSpike(), Signals.REWARD_MEAN, 1, 1);

        private final DetectorFactory factory;
        private final Signal signal;
        private final int adverse;
        private final int course;

        Kind(DetectorFactory factory, Signal signal, int adverse, int course) {
            this.factory = factory;
            this.signal = signal;
            this.adverse = adverse;
            this.course = course;
        }
    }

    /**
     * A count of false alarms.
     *
     * @param alarms how many alarms began
     * @param steps in how many steps
     */
    record Count(long alarms, long steps) {

        Count plus(Count other) {
            return new Count(alarms + other.alarms, steps + other.steps);
        }

        /** Returns alarms per step as a multiple of a rate. */
        double times(double rate) {
            return alarms / (rate * steps);
        }

        /** Returns the ends of the 95 % interval of the mean of a Poisson count, as multiples. */
        double low(double rate) {
            double c = alarms;
            return c == 0
                    ? 0
                    : c * cube(1 - 1 / (9 * c) - 1.96 / (3 * Math.sqrt(c))) / (rate * steps);
        }

        /** By Wilson and Hilferty's approximation, within a percent. */
        double high(double rate) {
            double c = alarms + 1.0;
            return c * cube(1 - 1 / (9 * c) + 1.96 / (3 * Math.sqrt(c))) / (rate * steps);
        }

        private static double cube(double x) {
            return x * x * x;
        }
    }

    private FalseAlarms() {}

    /**
     * Simulates and prints.
     *
     * @param stepsPerFamily how many healthy steps the standard set, and each chart, sees
     * @param seed of everything
     * @param out receives the tables
     */
    static void print(int stepsPerFamily, long seed, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "False alarms as multiples of the budget of 1 in 10,000 steps [95 %% interval],"
                        + " %,d steps per cell, seed %d%n%n",
                stepsPerFamily,
                seed);
        out.println(
                "| family | standard set | runs of 300 | long run | LEVEL | TREND | DRIFTING |");
        out.println("|---|---|---|---|---|---|---|");
        long before = System.nanoTime();
        for (StreamFamily family : StreamFamily.values()) {
            Count brief = standard(family, runs(stepsPerFamily / 2, SHORT), seed);
            Count lasting = standard(family, runs(stepsPerFamily / 2, LONG), seed);
            StringBuilder row = new StringBuilder("| ").append(family.title());
            row.append(cell(brief.plus(lasting))).append(cell(brief)).append(cell(lasting));
            for (Kind kind : Kind.values()) {
                Count one = single(kind, family, runs(stepsPerFamily / 2, SHORT), BUDGET, seed);
                Count two = single(kind, family, runs(stepsPerFamily / 2, LONG), BUDGET, seed);
                row.append(cell(one.plus(two)));
            }
            out.println(row + " |");
            out.flush();
        }
        out.printf(Locale.ROOT, "%n%.0f s%n", (System.nanoTime() - before) / 1e9);
        delays(seed, out);
    }

    private static String cell(Count count) {
        return String.format(
                Locale.ROOT,
                " | %.2f [%.2f, %.2f]",
                count.times(BUDGET),
                count.low(BUDGET),
                count.high(BUDGET));
    }

    /** Splits steps into runs of a length; what is less than a run is one shorter run. */
    static int[] runs(int steps, int length) {
        int[] runs = new int[Math.max(1, steps / length)];
        Arrays.fill(runs, Math.min(steps, length));
        return runs;
    }

    /** Counts the false alarms of the standard set on runs that report every signal. */
    static Count standard(StreamFamily family, int[] runs, long seed) {
        SplittableRandom random = new SplittableRandom(seed + family.ordinal());
        Count count = new Count(0, 0);
        for (int steps : runs) {
            HealthyRun run = new HealthyRun(family, random.split());
            Monitor monitor = Monitor.standard(new AlarmBudget(BUDGET));
            count = count.plus(alarms(monitor, run::next, steps, null));
        }
        return count;
    }

    /** Counts the false alarms of one chart that has a rate for itself. */
    static Count single(Kind kind, StreamFamily family, int[] runs, double rate, long seed) {
        SplittableRandom random = new SplittableRandom(seed + family.ordinal());
        Count count = new Count(0, 0);
        for (int steps : runs) {
            SingleSignal signal =
                    new SingleSignal(kind.signal, family.open(random.split(), kind.course));
            Monitor monitor = Monitor.builder(new AlarmBudget(rate)).with(kind.factory).build();
            count = count.plus(alarms(monitor, signal::next, steps, null));
        }
        return count;
    }

    static Count alarms(
            Monitor monitor,
            Supplier<Observation> run,
            int steps,
            Map<String, Integer> byDetector) {
        Map<String, Integer> last = new HashMap<>();
        long alarms = 0;
        for (int step = 1; step <= steps; step++) {
            for (Finding finding : monitor.inspect(run.get())) {
                if (finding.verdict() instanceof Verdict.Violated) {
                    Integer before = last.put(finding.detector(), step);
                    if (before == null || step - before > CALM) {
                        alarms++;
                        if (byDetector != null) {
                            byDetector.merge(finding.detector(), 1, Integer::sum);
                        }
                    }
                }
            }
        }
        return new Count(alarms, steps);
    }

    /** One signal alone, its value moved by what is added. */
    private static final class SingleSignal {
        private final Signal signal;
        private final StreamFamily.Stream stream;
        private long step;
        private double shift;

        SingleSignal(Signal signal, StreamFamily.Stream stream) {
            this.signal = signal;
            this.stream = stream;
        }

        Observation next() {
            Map<Signal, Double> values = Map.of(signal, stream.next() + shift);
            StepRecord record = new StepRecord("run", new StepKey(0, ++step, 0), values, Map.of());
            return new Observation(record, Optional.empty());
        }
    }

    private static void delays(long seed, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%nSteps from the onset to the alarm, median, and share found within %d; one chart"
                        + " with the whole budget, after %d healthy steps, %d streams%n%n",
                CENSORED,
                BEFORE,
                STREAMS);
        out.println(
                "| family, chart | step 1 | step 2 | step 4 | ramp 1 | ramp 2 | ramp 4 |"
                        + "\n|---|---|---|---|---|---|---|");
        for (StreamFamily family : StreamFamily.values()) {
            for (Kind kind : Kind.values()) {
                StringBuilder row =
                        new StringBuilder("| ").append(family.title()).append(", ").append(kind);
                for (int ramp : new int[] {1, RAMP}) {
                    for (double shift : SHIFTS) {
                        row.append(delay(kind, family, shift, ramp, seed));
                    }
                }
                out.println(row + " |");
            }
        }
    }

    /** Deviation of a family's streams, of those that are not of unit variance. */
    private static double deviation(StreamFamily family) {
        return switch (family) {
            case STUDENT, STUDENT_AR_50 -> Math.sqrt(3);
            case LOG_NORMAL -> Math.sqrt((Math.E - 1) * Math.E);
            default -> 1;
        };
    }

    /** Shifts a stream over some steps; an alarm before the onset takes the stream out. */
    static String delay(Kind kind, StreamFamily family, double shift, int ramp, long seed) {
        SplittableRandom random = new SplittableRandom(seed + family.ordinal());
        double size = kind.adverse * shift * deviation(family);
        double[] delays = new double[STREAMS];
        int used = 0;
        int found = 0;
        for (int i = 0; i < STREAMS; i++) {
            SingleSignal signal =
                    new SingleSignal(kind.signal, family.open(random.split(), kind.course));
            Monitor monitor = Monitor.builder(new AlarmBudget(BUDGET)).with(kind.factory).build();
            if (alarms(monitor, signal::next, BEFORE, null).alarms() > 0) {
                continue;
            }
            double delay = Double.POSITIVE_INFINITY;
            for (int step = 1; step <= CENSORED && Double.isInfinite(delay); step++) {
                signal.shift = size * Math.min(1, (double) step / ramp);
                List<Finding> findings = monitor.inspect(signal.next());
                if (findings.get(0).verdict() instanceof Verdict.Violated) {
                    delay = step;
                    found++;
                }
            }
            delays[used++] = delay;
        }
        double[] sorted = Arrays.copyOf(delays, used);
        Arrays.sort(sorted);
        double median = used == 0 ? Double.NaN : sorted[used / 2];
        double share = used == 0 ? Double.NaN : 100.0 * found / used;
        return Double.isInfinite(median) || Double.isNaN(median)
                ? String.format(Locale.ROOT, " | %.0f %%", share)
                : String.format(Locale.ROOT, " | %.0f %%, %.0f", share, median);
    }
}
