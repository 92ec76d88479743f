package dev.rft.recovery;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Watches the steps after one action until they show what came of it.
 *
 * <p>An alarm means that the failure goes on. Without one, the window after the action is compared
 * with the run before the onset: the reward must not be clearly lower, and what was alarming must
 * not clearly lie where the failure had moved it; after a restore, sampler and trainer must agree
 * as well as they did. An action passes as soon as both hold after {@link
 * RecoveryConfig.Proof#verifySteps}, and fails when they do not after twice as many. A reward that
 * is then found to have fallen is evidence of its own.
 */
final class Verification {

    /** The detector id of the alarm that a fallen reward is. */
    static final String ID = "verification";

    /**
     * What came of an action, and why.
     *
     * @param harm evidence that the comparison itself has found; nothing where it found none
     */
    record Judgement(Outcome outcome, String reason, Optional<Finding> harm) {

        Judgement(Outcome outcome, String reason) {
            this(outcome, reason, Optional.empty());
        }
    }

    private static final double MISMATCH_FLOOR = 1e-3;

    private final RecoveryConfig config;

    private final boolean light;
    private final boolean restored;
    private final boolean onlyThrew;
    private final List<Observation> reference;
    private final List<Observation> before;
    private final Set<Signal> alarmed;
    private final List<Observation> after = new ArrayList<>();
    private int steps;

    /**
     * Begins.
     *
     * @param config the thresholds
     * @param action the action
     * @param incident its incident
     * @param restored whether it brought back a snapshot
     * @param reference healthy observations to compare with, see {@link #comparable}
     * @param before observations from the onset to the action
     */
    Verification(
            RecoveryConfig config,
            RecoveryAction action,
            Incident incident,
            boolean restored,
            List<Observation> reference,
            List<Observation> before) {
        this.config = config;
        this.light = action.leavesLoopAsItIs();
        this.restored = restored;
        this.onlyThrew =
                incident.findings().stream()
                        .allMatch(finding -> finding.detector().equals(Session.FAILED_STEP));
        this.reference = reference;
        this.before = before;
        this.alarmed = new LinkedHashSet<>();
        incident.findings().stream()
                .flatMap(finding -> violated(finding).stream())
                .forEach(violated -> alarmed.add(violated.evidence().signal()));
    }

    /**
     * Returns those observations from before the onset that show the run at about the same
     * progress: around the step that it resumes after. A run that was rolled back has to learn
     * again what it had learned between there and the onset, and may not be blamed for it; nor may
     * one that goes on be measured by how it was long ago. Where nothing that old is remembered,
     * the oldest that is has to do.
     */
    static List<Observation> comparable(
            List<Observation> beforeOnset, long resumesAfter, int verifySteps) {
        long newest =
                beforeOnset.isEmpty() ? 0 : beforeOnset.get(beforeOnset.size() - 1).key().step();
        long middle = Math.min(resumesAfter, newest - verifySteps);
        List<Observation> around =
                beforeOnset.stream()
                        .filter(
                                observation ->
                                        Math.abs(observation.key().step() - middle - 0.5)
                                                < verifySteps)
                        .toList();
        return around.isEmpty()
                ? beforeOnset.subList(0, Math.min(2 * verifySteps, beforeOnset.size()))
                : around;
    }

    /** Takes the next executed step. Returns the judgement once there is one. */
    Optional<Judgement> next(Observation observation, List<Finding> alarms) {
        steps++;
        Optional<Finding> against = alarms.stream().filter(this::counts).findFirst();
        if (against.isPresent()) {
            Finding finding = against.get();
            String what = violated(finding).map(v -> v.evidence().toString()).orElseThrow();
            return Optional.of(new Judgement(Outcome.NO_EFFECT, finding.detector() + ": " + what));
        }
        if (light) {
            return nextAfterLight(observation);
        }
        if (!inGrace()) {
            after.add(observation);
        }
        if (steps < config.proof().verifySteps()) {
            return Optional.empty();
        }
        Judgement judgement = compare();
        // Without an alarm a bad comparison may be a slow wave, or a policy still learning again:
        // it gets as long again.
        boolean early = steps < 2 * config.proof().verifySteps();
        return early && judgement.outcome() != Outcome.HELPED
                ? Optional.empty()
                : Optional.of(judgement);
    }

    /** Tells whether the present step is one of those in which only a broken invariant counts. */
    boolean inGrace() {
        return !light && steps <= config.proof().graceSteps();
    }

    private boolean counts(Finding alarm) {
        return !inGrace() || violated(alarm).map(v -> v.evidence().invariant()).orElse(false);
    }

    private Optional<Judgement> nextAfterLight(Observation observation) {
        if (!observation.step().values().values().stream().allMatch(Double::isFinite)) {
            return Optional.of(new Judgement(Outcome.NO_EFFECT, "another value is not finite"));
        }
        return steps < config.proof().skipVerifySteps()
                ? Optional.empty()
                : Optional.of(new Judgement(Outcome.HELPED, steps + " finite steps"));
    }

    private Judgement compare() {
        if (onlyThrew) {
            // No number had moved, so none can tell more than that the loop does not throw again.
            return new Judgement(Outcome.HELPED, steps + " steps without another failure");
        }
        Optional<Window> reward = Window.of(Signals.REWARD_MEAN, after);
        Optional<Window> healthy = Window.of(Signals.REWARD_MEAN, reference);
        if (clearly(-1, reward, healthy)) {
            // Lower than before the action alone says nothing: the failure may have been that
            // rewards were too high.
            boolean worse = clearly(-1, reward, Window.of(Signals.REWARD_MEAN, before));
            return new Judgement(
                    worse ? Outcome.WORSE : Outcome.NO_EFFECT,
                    "reward.mean is lower than before the " + (worse ? "action" : "onset"),
                    Optional.of(fallen(reward.orElseThrow(), healthy.orElseThrow())));
        }
        if (restored && samplerDiffers()) {
            return new Judgement(
                    Outcome.NO_EFFECT, "sampler and trainer disagree since the restore");
        }
        return alarmed.stream()
                .filter(this::stillDisplaced)
                .findFirst()
                .map(signal -> new Judgement(Outcome.NO_EFFECT, signal + " has not come back"))
                .orElseGet(
                        () ->
                                new Judgement(
                                        Outcome.HELPED,
                                        steps + " steps without an alarm, as before the onset"));
    }

    /**
     * Returns what the comparison has seen as evidence: it has looked at the reward, which perhaps
     * no detector has done for a fall as small or as slow as this.
     */
    private static Finding fallen(Window now, Window healthy) {
        String expected = String.format(Locale.ROOT, "about %.4g", healthy.mean());
        return new Finding(
                ID,
                EvidenceClass.REWARD,
                Verdict.violated(Evidence.of(Signals.REWARD_MEAN, now.mean(), expected)));
    }

    /**
     * Tells whether the sampler still computes with other weights than the trainer after a restore,
     * as {@code rollout.mismatch} shows where the loop reports it. A difference below {@value
     * #MISMATCH_FLOOR} nats is rounding, however clear it is.
     */
    private boolean samplerDiffers() {
        return Window.median(Signals.ROLLOUT_MISMATCH, after)
                        .filter(gap -> gap > MISMATCH_FLOOR)
                        .isPresent()
                && clearly(
                        1,
                        Window.of(Signals.ROLLOUT_MISMATCH, after),
                        Window.of(Signals.ROLLOUT_MISMATCH, reference));
    }

    /**
     * Tells whether a signal lies clearly on that side of its old place to which the failure had
     * moved it.
     */
    private boolean stillDisplaced(Signal signal) {
        Optional<Window> healthy = Window.of(signal, reference);
        Optional<Window> sick = Window.of(signal, before);
        if (healthy.isEmpty() || sick.isEmpty()) {
            return false;
        }
        int moved = (int) Math.signum(sick.get().mean() - healthy.get().mean());
        return moved != 0 && clearly(moved, Window.of(signal, after), healthy);
    }

    private static boolean clearly(int side, Optional<Window> window, Optional<Window> other) {
        return window.isPresent() && other.isPresent() && window.get().against(other.get()) == side;
    }

    private static Optional<Verdict.Violated> violated(Finding finding) {
        return finding.verdict() instanceof Verdict.Violated violated
                ? Optional.of(violated)
                : Optional.empty();
    }
}
