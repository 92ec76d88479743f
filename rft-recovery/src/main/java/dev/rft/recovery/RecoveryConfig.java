package dev.rft.recovery;

import dev.rft.monitor.MonitorConfig;
import dev.rft.monitor.json.JsonFields;
import dev.rft.monitor.json.JsonRecords;
import dev.rft.monitor.json.MonitorConfigJson;
import dev.rft.monitor.json.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * How patient supervision is, and how far it goes. All steps are executed steps: after a rollback
 * the same step counts again. {@code docs/configuration.md} lists every key with its default.
 *
 * @param monitor which detectors watch, and who names the cause; what is set in code by {@link
 *     Supervisor#monitor} or {@link Supervisor#diagnoser} holds instead
 * @param incidents when an incident begins, ends and comes back
 * @param proof when an action is judged
 * @param budget how many actions may be taken
 * @param snapshots when snapshots are taken and how much they may hold
 * @param relaxing how a learning rate that was turned down comes back up
 * @param outage how an outage is waited for
 * @param restarts how often and how fast a failing loop is restarted
 * @param ladder what the standard policy does
 */
public record RecoveryConfig(
        MonitorConfig monitor,
        Incidents incidents,
        Proof proof,
        Budget budget,
        Snapshots snapshots,
        Relaxing relaxing,
        Outage outage,
        Restarts restarts,
        Ladder ladder) {

    /**
     * When an incident begins, ends and comes back.
     *
     * @param confirmSteps how many steps of an incident must raise an alarm before anything but a
     *     skip is done about it, so that a single blip changes nothing; a broken invariant needs no
     *     confirmation; at least 1
     * @param quietSteps an incident about which nothing is being done closes as passed after so
     *     many steps without an alarm; at least 1
     * @param cooldownSteps a failure of the same cause within so many steps of the last incident's
     *     end is that failure coming back: the ladder goes on where it stood instead of beginning
     *     again; at least 0
     * @param progressSteps a failure of the same cause is also coming back when the run got less
     *     than so many steps further since the last one opened, times the number of repairs of that
     *     cause so far that threw progress away: a repair that helps again and again and leads
     *     nowhere is none; at least 0
     * @param historyWindow how many observations are remembered; at least 2
     */
    public record Incidents(
            int confirmSteps,
            int quietSteps,
            int cooldownSteps,
            int progressSteps,
            int historyWindow) {
        /** Checks the ranges. */
        public Incidents {
            Ranges.atLeast(1, confirmSteps, "confirmSteps");
            Ranges.atLeast(1, quietSteps, "quietSteps");
            Ranges.atLeast(0, cooldownSteps, "cooldownSteps");
            Ranges.atLeast(0, progressSteps, "progressSteps");
            Ranges.atLeast(2, historyWindow, "historyWindow");
        }
    }

    /**
     * When an action is judged.
     *
     * @param graceSteps for so many steps after an action only a broken invariant counts against
     *     it: restored windows refill, and a sampler takes a step or two to follow the weights; at
     *     least 0
     * @param verifySteps an action is judged after so many steps, those of grace included, or after
     *     twice as many when no alarm but a comparison speaks against it; above {@code graceSteps}
     * @param skipVerifySteps what changed nothing but the present batch (a skipped step, masked
     *     trajectories, a pause) is judged after so many steps; at least 1
     */
    public record Proof(int graceSteps, int verifySteps, int skipVerifySteps) {
        /** Checks the ranges. */
        public Proof {
            Ranges.atLeast(0, graceSteps, "graceSteps");
            Ranges.atLeast(graceSteps + 1L, verifySteps, "verifySteps");
            Ranges.atLeast(1, skipVerifySteps, "skipVerifySteps");
        }
    }

    /**
     * How many actions may be taken; no rollback rewinds the count. Light actions that helped are
     * not counted, nor are pauses, which the outage's own limit bounds.
     *
     * @param maxActions how many actions a run may take before it is halted; at least 1
     * @param maxActionsPerCause the same for one cause; at least 1
     * @param forgivenAfterSteps an action counts until the run has got so many steps beyond it: a
     *     long run may have many failures, as long as it gets somewhere between them; at least 1
     */
    public record Budget(int maxActions, int maxActionsPerCause, int forgivenAfterSteps) {
        /** Checks the ranges. */
        public Budget {
            Ranges.atLeast(1, maxActions, "maxActions");
            Ranges.atLeast(1, maxActionsPerCause, "maxActionsPerCause");
            Ranges.atLeast(1, forgivenAfterSteps, "forgivenAfterSteps");
        }
    }

    /**
     * When snapshots are taken and how much they may hold.
     *
     * @param every a snapshot is taken every so many healthy steps; at least 1
     * @param provenAfter a snapshot is good once so many healthy steps came after it. Small, since
     *     sudden failures show within a step or two, and since a slow one is dealt with by its
     *     onset, which demotes good snapshots too; at least 1
     * @param maxBytes the bytes that snapshots in memory may hold together. The last good one, and
     *     the one next in line, are kept even above it; at least 0
     */
    public record Snapshots(int every, int provenAfter, long maxBytes) {
        /** Checks the ranges. */
        public Snapshots {
            Ranges.atLeast(1, every, "every");
            Ranges.atLeast(1, provenAfter, "provenAfter");
            Ranges.atLeast(0, maxBytes, "maxBytes");
        }
    }

    /**
     * How a learning rate that a repair turned down comes back up, on probation.
     *
     * @param enabled whether it does
     * @param cleanSteps so many steps without an incident come before each turn up, and so many
     *     prove it; at least 1
     * @param maxFactor the learning rate is turned up by at most this at a time; above 1
     */
    public record Relaxing(boolean enabled, int cleanSteps, double maxFactor) {
        /** Checks the ranges. */
        public Relaxing {
            Ranges.atLeast(1, cleanSteps, "cleanSteps");
            Ranges.above(1, maxFactor, "maxFactor");
        }
    }

    /**
     * How an outage is waited for. Each pause of an incident is twice as long as the one before.
     *
     * @param firstPauseSeconds the first pause; above 0
     * @param maxPauseSeconds the longest pause; at least {@code firstPauseSeconds}
     * @param giveUpAfterSeconds when the pauses of an incident would be longer than this together,
     *     the run is halted instead; 0 does not wait at all; at least 0
     * @param probeSeconds how often the probe is asked during a pause, where there is one; above 0
     */
    public record Outage(
            double firstPauseSeconds,
            double maxPauseSeconds,
            double giveUpAfterSeconds,
            double probeSeconds) {
        /** Checks the ranges. */
        public Outage {
            Ranges.above(0, firstPauseSeconds, "firstPauseSeconds");
            Ranges.between(firstPauseSeconds, Ranges.MOST, maxPauseSeconds, "maxPauseSeconds");
            Ranges.between(0, Ranges.MOST, giveUpAfterSeconds, "giveUpAfterSeconds");
            Ranges.above(0, probeSeconds, "probeSeconds");
        }
    }

    /**
     * How often and how fast a loop that throws is restarted. The first restart of an incident is
     * made at once, the second after the first delay, each further one after twice the delay.
     *
     * @param attempts how many restarts in a row a failing step is worth, or rollbacks of a loop
     *     that cannot be restarted; at least 1
     * @param firstDelaySeconds the first delay; at least 0
     * @param maxDelaySeconds the longest delay; at least {@code firstDelaySeconds}
     */
    public record Restarts(int attempts, double firstDelaySeconds, double maxDelaySeconds) {
        /** Checks the ranges. */
        public Restarts {
            Ranges.atLeast(1, attempts, "attempts");
            Ranges.between(0, Ranges.MOST, firstDelaySeconds, "firstDelaySeconds");
            Ranges.between(firstDelaySeconds, Ranges.MOST, maxDelaySeconds, "maxDelaySeconds");
        }
    }

    /**
     * What the standard policy does.
     *
     * @param enabled whether it does anything; otherwise incidents are reported only
     * @param learningRateFactor what the learning rate is multiplied by where the updates do not
     *     tell; above 0 and below 1
     * @param leastLearningRateFactor the smallest factor that the updates may call for; above 0 and
     *     at most {@code learningRateFactor}
     * @param furtherFactor what the factor is multiplied by on the next rung; above 0 and below 1
     * @param klCoefficientFactor what the KL coefficient is multiplied by against a drift; above 1
     * @param entropyCoefficientFactor what the entropy bonus is multiplied by when exploration is
     *     lost; above 1
     * @param temperatureFactor what the sampling temperature is multiplied by when exploration is
     *     lost; above 1
     * @param maxTemperature the temperature is never turned up beyond this; above 0
     */
    public record Ladder(
            boolean enabled,
            double learningRateFactor,
            double leastLearningRateFactor,
            double furtherFactor,
            double klCoefficientFactor,
            double entropyCoefficientFactor,
            double temperatureFactor,
            double maxTemperature) {
        /** Checks the ranges. */
        public Ladder {
            Ranges.factor(learningRateFactor, "learningRateFactor");
            Ranges.above(0, leastLearningRateFactor, "leastLearningRateFactor");
            Ranges.between(
                    0, learningRateFactor, leastLearningRateFactor, "leastLearningRateFactor");
            Ranges.factor(furtherFactor, "furtherFactor");
            Ranges.above(1, klCoefficientFactor, "klCoefficientFactor");
            Ranges.above(1, entropyCoefficientFactor, "entropyCoefficientFactor");
            Ranges.above(1, temperatureFactor, "temperatureFactor");
            Ranges.above(0, maxTemperature, "maxTemperature");
        }
    }

    private static final RecoveryConfig DEFAULTS =
            new RecoveryConfig(
                    MonitorConfig.defaults(),
                    new Incidents(2, 5, 20, 50, 64),
                    new Proof(3, 12, 3),
                    new Budget(20, 8, 1_000),
                    new Snapshots(10, 5, 1L << 30),
                    new Relaxing(true, 50, 2),
                    new Outage(10, 600, 86_400, 5),
                    new Restarts(3, 1, 60),
                    new Ladder(true, 0.5, 0.01, 0.1, 2, 2, 1.2, 1.5));

    /** Checks that nothing is missing. */
    public RecoveryConfig {
        Objects.requireNonNull(monitor, "monitor");
        Objects.requireNonNull(incidents, "incidents");
        Objects.requireNonNull(proof, "proof");
        Objects.requireNonNull(budget, "budget");
        Objects.requireNonNull(snapshots, "snapshots");
        Objects.requireNonNull(relaxing, "relaxing");
        Objects.requireNonNull(outage, "outage");
        Objects.requireNonNull(restarts, "restarts");
        Objects.requireNonNull(ladder, "ladder");
    }

    /** Returns the defaults. */
    public static RecoveryConfig defaults() {
        return DEFAULTS;
    }

    /**
     * Reads a configuration. A key that is missing has its default.
     *
     * @param json an object of objects, {@code {"budget": {"maxActions": 5}}}
     * @return the configuration
     * @throws IllegalArgumentException when it is no JSON, when a key is unknown or doubled, when a
     *     value is of the wrong type or out of range; the message has the key's path
     */
    public static RecoveryConfig fromJson(String json) {
        return of(json, "recovery config", Path.of(""));
    }

    /**
     * Reads a configuration from a file in UTF-8; see {@link #fromJson}.
     *
     * @param file the file
     * @return the configuration
     * @throws IOException when the file cannot be read
     * @throws IllegalArgumentException when it holds no configuration
     */
    public static RecoveryConfig read(Path file) throws IOException {
        return of(TextFile.read(file), file.toString(), file);
    }

    private static RecoveryConfig of(String json, String source, Path file) {
        Map<Class<?>, Function<JsonFields, ?>> sections =
                Map.of(MonitorConfig.class, section -> MonitorConfigJson.read(section, file));
        return JsonFields.read(
                json, source, fields -> JsonRecords.read(fields, DEFAULTS, sections));
    }

    /**
     * Returns this with another monitor.
     *
     * @param changed see the record
     * @return the configuration
     */
    public RecoveryConfig withMonitor(MonitorConfig changed) {
        return new RecoveryConfig(
                changed, incidents, proof, budget, snapshots, relaxing, outage, restarts, ladder);
    }

    /**
     * Returns this with other incidents.
     *
     * @param changed see the record
     * @return the configuration
     */
    public RecoveryConfig withIncidents(Incidents changed) {
        return new RecoveryConfig(
                monitor, changed, proof, budget, snapshots, relaxing, outage, restarts, ladder);
    }

    /**
     * Returns this with another proof.
     *
     * @param changed see the record
     * @return the configuration
     */
    public RecoveryConfig withProof(Proof changed) {
        return new RecoveryConfig(
                monitor, incidents, changed, budget, snapshots, relaxing, outage, restarts, ladder);
    }

    /**
     * Returns this with another budget.
     *
     * @param changed see the record
     * @return the configuration
     */
    public RecoveryConfig withBudget(Budget changed) {
        return new RecoveryConfig(
                monitor, incidents, proof, changed, snapshots, relaxing, outage, restarts, ladder);
    }

    /**
     * Returns this with other snapshots.
     *
     * @param changed see the record
     * @return the configuration
     */
    public RecoveryConfig withSnapshots(Snapshots changed) {
        return new RecoveryConfig(
                monitor, incidents, proof, budget, changed, relaxing, outage, restarts, ladder);
    }

    /**
     * Returns this with another way back up.
     *
     * @param changed see the record
     * @return the configuration
     */
    public RecoveryConfig withRelaxing(Relaxing changed) {
        return new RecoveryConfig(
                monitor, incidents, proof, budget, snapshots, changed, outage, restarts, ladder);
    }

    /**
     * Returns this with another patience in an outage.
     *
     * @param changed see the record
     * @return the configuration
     */
    public RecoveryConfig withOutage(Outage changed) {
        return new RecoveryConfig(
                monitor, incidents, proof, budget, snapshots, relaxing, changed, restarts, ladder);
    }

    /**
     * Returns this with other restarts.
     *
     * @param changed see the record
     * @return the configuration
     */
    public RecoveryConfig withRestarts(Restarts changed) {
        return new RecoveryConfig(
                monitor, incidents, proof, budget, snapshots, relaxing, outage, changed, ladder);
    }

    /**
     * Returns this with another ladder.
     *
     * @param changed see the record
     * @return the configuration
     */
    public RecoveryConfig withLadder(Ladder changed) {
        return new RecoveryConfig(
                monitor, incidents, proof, budget, snapshots, relaxing, outage, restarts, changed);
    }
}
