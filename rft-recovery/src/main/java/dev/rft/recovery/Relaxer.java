package dev.rft.recovery;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.diagnose.Cause;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns a learning rate that repairs have turned down back up, step by step and on probation.
 *
 * <p>It goes up only as far as the updates stay as large as they were before the failure: AdamW's
 * update norm is proportional to the effective learning rate, so it tells whether what the repair
 * made up for is still there. Where it is (a hidden multiplier), nothing is turned; where it has
 * gone (a passing fault), the learning rate comes back whole. Without an update norm the probation
 * alone has to tell. A rate under which no step was ever healthy is not returned to. An alarm
 * within a probation takes the last turn back, and nothing is relaxed in this run any more: an
 * oscillation would cost more than a low learning rate.
 */
final class Relaxer {

    private static final int RECENT = 32;
    private static final double AS_LARGE = 1.1;
    private static final double WORTH_TURNING = 1.25;

    private final RecoveryConfig.Relaxing config;
    private final Deque<Observation> recent = new ArrayDeque<>();

    /** What repairs have left of the learning rate, and relaxing has not given back. */
    private double reduced = 1;

    private double healthyNorm = Double.NaN;
    private int incident;
    private Cause cause = Cause.UNKNOWN;
    private int cleanSteps;
    private boolean stopped;
    private RecoveryAction.@Nullable ScaleLearningRate pending;

    /** The turn that is on probation. */
    private @Nullable Attempt trial;

    Relaxer(RecoveryConfig.Relaxing config) {
        this.config = config;
    }

    /**
     * Takes note of an incident's end.
     *
     * @param factor what its repair has multiplied the learning rate by
     * @param closed the incident
     * @param reference healthy observations from before it
     */
    void repaired(double factor, Incident closed, List<Observation> reference) {
        // In a failure from step 1 on, nothing has shown that the rate was ever right.
        if (factor < 1 && closed.onset() > 1) {
            // What was healthy before the first repair counts: later ones compare with reduced
            // updates.
            if (reduced == 1) {
                healthyNorm =
                        Window.median(
                                        Signals.UPDATE_NORM,
                                        reference.subList(
                                                Math.max(0, reference.size() - RECENT),
                                                reference.size()))
                                .orElse(Double.NaN);
            }
            reduced *= factor;
            incident = closed.number();
            cause = closed.diagnosis().cause();
        }
        restart();
    }

    /** Begins to count clean steps anew. */
    void restart() {
        cleanSteps = 0;
        recent.clear();
    }

    /** Returns the turn that has been decided and not yet carried out. */
    Optional<RecoveryAction> pending() {
        return Optional.ofNullable(pending);
    }

    /** Returns the number of the incident whose repair is being relaxed. */
    int incident() {
        return incident;
    }

    /** Returns the factor of the turn that is on probation, 1 when there is none. */
    double factorOnProbation() {
        Attempt turned = trial;
        return turned == null ? 1 : turned.action().learningRateChange();
    }

    /** Records that the decided turn may not be made: nothing is relaxed in this run any more. */
    void declined() {
        pending = null;
        stopped = true;
    }

    /** Records that the decided turn was made. */
    void acted(StepKey key) {
        RecoveryAction turn = pending;
        if (turn != null) {
            pending = null;
            trial = new Attempt(turn, cause, key, Outcome.PENDING, "");
            reduced = Math.min(1, reduced * turn.learningRateChange());
            restart();
        }
    }

    /** Takes a step without an alarm. Returns the outcome of a turn that it proved. */
    Optional<Attempt> clean(Observation observation) {
        cleanSteps++;
        if (recent.size() == RECENT) {
            recent.removeFirst();
        }
        recent.addLast(observation);
        return trial != null && cleanSteps >= config.cleanSteps()
                ? settle(Outcome.HELPED, cleanSteps + " clean steps on probation")
                : Optional.empty();
    }

    /** Takes an alarm. Returns the outcome of a turn that it proved wrong. */
    Optional<Attempt> alarmed() {
        restart();
        Attempt failed = trial;
        if (failed == null) {
            return Optional.empty();
        }
        stopped = true;
        reduced /= failed.action().learningRateChange();
        return settle(Outcome.NO_EFFECT, "an alarm on probation; nothing is relaxed any more");
    }

    /** Decides the next turn, where one is due. */
    Optional<RecoveryAction.ScaleLearningRate> next() {
        boolean due = config.enabled() && !stopped && reduced < 1 && trial == null;
        if (!due || cleanSteps < config.cleanSteps()) {
            return Optional.empty();
        }
        double factor = Math.min(config.maxFactor(), 1 / reduced);
        double now = Window.median(Signals.UPDATE_NORM, List.copyOf(recent)).orElse(Double.NaN);
        double room = AS_LARGE * healthyNorm / now;
        factor = Double.isFinite(room) ? Math.min(factor, room) : factor;
        if (factor < WORTH_TURNING && factor < 1 / reduced) {
            restart();
            return Optional.empty();
        }
        RecoveryAction.ScaleLearningRate turn = new RecoveryAction.ScaleLearningRate(factor);
        pending = turn;
        return Optional.of(turn);
    }

    private Optional<Attempt> settle(Outcome outcome, String reason) {
        Attempt settled = trial;
        trial = null;
        return Optional.ofNullable(settled)
                .map(t -> new Attempt(t.action(), t.cause(), t.key(), outcome, reason));
    }
}
