package dev.rft.recovery;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.diagnose.Cause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A ladder per cause, climbed by what stands in the incident.
 *
 * <p>The learning rate's factor: AdamW's update norm is proportional to the effective learning
 * rate, so {@code median update.norm before the onset / median update.norm since}, each relative to
 * the rate that was set, undoes a hidden multiplier in one attempt. It is used where the norm has
 * more than doubled, kept between the configuration's least and usual factor; otherwise it is the
 * usual one. Only the last {@value #LATEST} observations count as "since": an onset that is
 * estimated too early would water the ratio down.
 */
final class StandardLadder implements RecoveryPolicy {

    private static final int LATEST = 5;
    private static final double GROWN = 2;
    private static final int PAUSES_BEFORE_RESTART = 2;
    private static final int SUSTAINED = 3;

    /** Signals that move with the weights: quiet ones say that the weights are sound. */
    private static final List<Signal> WEIGHTS =
            List.of(Signals.KL_UPDATE, Signals.GRAD_NORM, Signals.UPDATE_NORM);

    private final RecoveryConfig config;
    private final RecoveryConfig.Ladder numbers;
    private final boolean restartsInPlace;

    /**
     * Makes one.
     *
     * @param config the numbers
     * @param restartsInPlace whether a restart leaves the weights as they are; that of a whole
     *     process does not
     */
    StandardLadder(RecoveryConfig config, boolean restartsInPlace) {
        this.config = config;
        this.numbers = config.ladder();
        this.restartsInPlace = restartsInPlace;
    }

    @Override
    public RecoveryAction decide(Incident incident, RunState state) {
        Cause cause = incident.diagnosis().cause();
        if (cause == Cause.BENIGN) {
            return new RecoveryAction.Continue();
        }
        List<RecoveryAction> rungs =
                incident.stepThrew() ? retries(incident, state) : rungs(cause, incident, state);
        return rungs.subList(climbed(rungs, incident), rungs.size()).stream()
                .filter(state::canDo)
                .findFirst()
                .orElseGet(() -> last(cause, incident, state));
    }

    /**
     * The loop threw: what it holds between its phases is not known. A restart ends that; where
     * there is none, a snapshot does, and the step is tried again from there.
     */
    private List<RecoveryAction> retries(Incident incident, RunState state) {
        RecoveryAction restart = new RecoveryAction.Restart(incident.onset());
        RecoveryAction again = new RecoveryAction.Rollback(incident.onset(), 1);
        return Collections.nCopies(
                config.restarts().attempts(), state.canDo(restart) ? restart : again);
    }

    private List<RecoveryAction> rungs(Cause cause, Incident incident, RunState state) {
        long onset = incident.onset();
        RecoveryAction again = new RecoveryAction.Rollback(onset, 1);
        RecoveryAction slower = new RecoveryAction.Rollback(onset, numbers.learningRateFactor());
        RecoveryAction restart = new RecoveryAction.Restart(onset);
        RecoveryAction reset = new RecoveryAction.ResetOptimizer();
        return switch (cause) {
            case NON_FINITE ->
                    updateDiscarded(incident)
                            ? List.of(new RecoveryAction.SkipStep(), again, restart)
                            : List.of(again, restart);
            case KL_EXPLOSION -> runaway(incident, state);
            // Turning the learning rate down cannot help a policy that stands still, and turning it
            // up is a gamble. A restart brings the optimizer's state back as well.
            case UPDATE_FREEZE ->
                    outside(
                            incident,
                            List.of(
                                    state.canDo(restart) ? restart : again,
                                    reset,
                                    new RecoveryAction.ResetReference()));
            case REWARD_HACKING -> source(incident, state, again, restart);
            case REWARD_SPIKE, REWARD_COLLAPSE, DELAYED_CREDIT ->
                    outside(incident, source(incident, state, again, restart));
            case TOOL_CALL_ERROR, OBSERVATION_CORRUPTION, TERMINATION_ERROR, SAMPLER_MISMATCH ->
                    outside(incident, source(incident, state, again, restart));
            case EMPTY_RESPONSE, SHORT_RESPONSES, LONG_RESPONSES, REPETITION ->
                    outside(incident, source(incident, state, slower, restart));
            case ENTROPY_COLLAPSE ->
                    // The policy is sound then: something else is drawn from.
                    alarmed(incident, "sampler-surprise", "foreign-tokens")
                            ? outside(incident, source(incident, state, slower, restart))
                            : explore(state, slower, restart);
            case VALUE_MISMATCH -> outside(incident, List.of(slower, reset, restart));
            case ADVANTAGE_INSTABILITY ->
                    outside(
                            incident,
                            advantagesChanged(incident)
                                    ? source(incident, state, slower, restart)
                                    : List.of(slower, reset, restart));
            case OUTAGE -> outage(incident, state, restart);
            case HANG -> List.of(restart, again);
            case UNKNOWN, BENIGN ->
                    drawnFromElsewhere(incident)
                            ? outside(incident, source(incident, state, slower, restart))
                            : unknown(incident, slower, restart);
        };
    }

    private List<RecoveryAction> runaway(Incident incident, RunState state) {
        long onset = incident.onset();
        double factor = firstFactor(incident).orElseGet(() -> factor(incident, state));
        List<RecoveryAction> rungs = new ArrayList<>();
        if (!incident.allowsDestructive()) {
            rungs.add(new RecoveryAction.ScaleLearningRate(factor));
            raise(Knob.KL_COEFFICIENT, numbers.klCoefficientFactor(), state).ifPresent(rungs::add);
        }
        rungs.add(new RecoveryAction.Rollback(onset, factor));
        rungs.add(new RecoveryAction.Rollback(onset, factor * numbers.furtherFactor()));
        rungs.add(new RecoveryAction.ResetOptimizer());
        rungs.add(new RecoveryAction.Restart(onset));
        return rungs;
    }

    /** What was lost is given back before the weights are. */
    private List<RecoveryAction> explore(
            RunState state, RecoveryAction slower, RecoveryAction restart) {
        List<RecoveryAction> rungs = new ArrayList<>();
        raise(Knob.ENTROPY_COEFFICIENT, numbers.entropyCoefficientFactor(), state)
                .ifPresent(rungs::add);
        raise(Knob.TEMPERATURE, numbers.temperatureFactor(), state)
                .filter(set -> set.value() <= numbers.maxTemperature())
                .ifPresent(rungs::add);
        rungs.add(slower);
        rungs.add(restart);
        return rungs;
    }

    /** Returns a knob turned up by a factor; a knob that is off, or missing, is left alone. */
    private static Optional<RecoveryAction.SetKnob> raise(
            Knob knob, double factor, RunState state) {
        return Optional.ofNullable(state.knobs().get(knob))
                .filter(value -> value > 0 && value * factor <= knob.max())
                .map(value -> new RecoveryAction.SetKnob(knob, value * factor));
    }

    /** Go on with what is left, wait, build anew what may be stuck, and wait on. */
    private List<RecoveryAction> outage(Incident incident, RunState state, RecoveryAction restart) {
        List<RecoveryAction> rungs = new ArrayList<>();
        if (somethingLeft(state.recent())) {
            rungs.add(new RecoveryAction.MaskTrajectories());
        }
        rungs.addAll(Collections.nCopies(PAUSES_BEFORE_RESTART, pause(incident)));
        rungs.add(restart);
        return rungs;
    }

    private RecoveryAction pause(Incident incident) {
        long earlier =
                incident.allAttempts().stream()
                        .filter(attempt -> attempt.action() instanceof RecoveryAction.Pause)
                        .count();
        double seconds =
                Waits.backoff(
                        config.outage().firstPauseSeconds(),
                        config.outage().maxPauseSeconds(),
                        Math.toIntExact(earlier));
        return new RecoveryAction.Pause(Duration.ofMillis(Math.max(1, Math.round(seconds * 1e3))));
    }

    /** Tells whether the last step had masked trajectories, and others. */
    private static boolean somethingLeft(List<Observation> recent) {
        return !recent.isEmpty()
                && recent.get(recent.size() - 1)
                        .value(Signals.TRAJECTORY_MASKED)
                        .filter(share -> share > 0 && share < 1)
                        .isPresent();
    }

    /**
     * What feeds the weights is broken, or the weights are: the one that can plausibly help comes
     * first.
     */
    private static List<RecoveryAction> source(
            Incident incident, RunState state, RecoveryAction rollback, RecoveryAction restart) {
        // A restart brings the snapshot back as well, so that a rollback after it would add
        // nothing.
        boolean fact = drawnFromElsewhere(incident) || advantagesChanged(incident);
        boolean atOnce =
                (fact || weightsQuiet(state)) && state.capabilities().contains(Capability.RESTART);
        return atOnce ? List.of(restart) : List.of(rollback, restart);
    }

    /**
     * What verifies, samples or answers is probably broken, and not the weights: on a suspicion,
     * which allows nothing that throws progress away, it is built anew and nothing is lost. On
     * stronger evidence the restart brings the snapshot back as well.
     */
    private List<RecoveryAction> outside(Incident incident, List<RecoveryAction> rungs) {
        if (incident.allowsDestructive() || !restartsInPlace) {
            return rungs;
        }
        List<RecoveryAction> all = new ArrayList<>(rungs);
        all.add(0, new RecoveryAction.RestartInPlace());
        return all;
    }

    /** Tells whether tokens were drawn from something else than the policy, whatever it is like. */
    private static boolean drawnFromElsewhere(Incident incident) {
        return alarmed(incident, "foreign-tokens");
    }

    /** Tells whether advantages were changed after they were computed, whatever the weights do. */
    private static boolean advantagesChanged(Incident incident) {
        return alarmed(incident, "advantage-mismatch", "advantage-scale");
    }

    private static boolean alarmed(Incident incident, String... detectors) {
        List<String> any = List.of(detectors);
        return incident.findings().stream()
                .anyMatch(finding -> finding.alarm() && any.contains(finding.detector()));
    }

    private List<RecoveryAction> unknown(
            Incident incident, RecoveryAction slower, RecoveryAction restart) {
        return incident.allowsDestructive()
                ? List.of(slower, restart)
                : List.of(
                        new RecoveryAction.ScaleLearningRate(numbers.learningRateFactor()),
                        slower,
                        restart);
    }

    /**
     * Returns the index of the first rung above all that were tried; attempts of other ladders
     * count for nothing here.
     */
    private static int climbed(List<RecoveryAction> rungs, Incident incident) {
        Cause cause = incident.diagnosis().cause();
        int next = 0;
        for (Attempt attempt : incident.allAttempts()) {
            for (int i = next; attempt.cause() == cause && i < rungs.size(); i++) {
                if (rungs.get(i).name().equals(attempt.action().name())) {
                    next = i + 1;
                    break;
                }
            }
        }
        return next;
    }

    /** Tells whether the gate kept an update from the weights, so that to go on is to skip it. */
    private static boolean updateDiscarded(Incident incident) {
        return alarmed(incident, Session.UPDATE_GATE);
    }

    private RecoveryAction last(Cause cause, Incident incident, RunState state) {
        if (cause == Cause.OUTAGE && !incident.stepThrew()) {
            return state.alarming() ? pause(incident) : new RecoveryAction.Continue();
        }
        boolean hopeless =
                cause == Cause.NON_FINITE && nonFiniteInARow(state.recent()) >= SUSTAINED;
        boolean tried = !incident.allAttempts().isEmpty() && incident.allowsDestructive();
        // A comparison is reason enough to try the next thing, but not to stop a run that raises no
        // alarm.
        if (!(tried || hopeless) || !state.alarming()) {
            return new RecoveryAction.Continue();
        }
        return new RecoveryAction.Halt(reason(cause, incident));
    }

    private static String reason(Cause cause, Incident incident) {
        String what = cause.family().equals("RF") ? "rewards are broken: " : "";
        String tried =
                incident.allAttempts().stream()
                        .map(attempt -> attempt.action().name() + " " + attempt.outcome())
                        .collect(Collectors.joining(", "));
        return what
                + cause.rootCause()
                + " ("
                + cause
                + ") since step "
                + incident.onset()
                + "; tried: "
                + (tried.isEmpty() ? "nothing, this loop allows nothing" : tried);
    }

    private static Optional<Double> firstFactor(Incident incident) {
        return incident.attempts().stream()
                .filter(attempt -> attempt.cause() == incident.diagnosis().cause())
                .map(Attempt::action)
                .filter(RecoveryAction.Rollback.class::isInstance)
                .map(action -> ((RecoveryAction.Rollback) action).learningRateFactor())
                .findFirst();
    }

    private double factor(Incident incident, RunState state) {
        double growth =
                growthPerRate(state).orElseGet(() -> growthUntouched(incident, state).orElse(1.0));
        double usual = numbers.learningRateFactor();
        return growth > GROWN
                ? Math.min(Math.max(1 / growth, numbers.leastLearningRateFactor()), usual)
                : usual;
    }

    /**
     * Returns how many times larger an update is than before the onset for the rate that was set:
     * what multiplies the rate behind the knob, whatever was done with the knob since.
     */
    private static Optional<Double> growthPerRate(RunState state) {
        Optional<Double> now = medianPerRate(latest(state.recent()));
        return medianPerRate(state.reference())
                .filter(before -> before > 0)
                .flatMap(before -> now.map(value -> value / before));
    }

    private static Optional<Double> medianPerRate(List<Observation> observations) {
        return Window.median(
                observations.stream()
                        .mapToDouble(
                                o ->
                                        o.value(Signals.UPDATE_NORM).orElse(Double.NaN)
                                                / o.value(Signals.LEARNING_RATE)
                                                        .orElse(Double.NaN)));
    }

    /**
     * The same where the rate is not reported: a light action may have turned it down since, and
     * what counts is how it was before.
     */
    private static Optional<Double> growthUntouched(Incident incident, RunState state) {
        List<Observation> untouched =
                incident.attempts().isEmpty()
                        ? state.recent()
                        : state.recent().stream()
                                .filter(
                                        o ->
                                                o.key().compareTo(incident.attempts().get(0).key())
                                                        <= 0)
                                .toList();
        return growth(Signals.UPDATE_NORM, state.reference(), untouched);
    }

    private static List<Observation> latest(List<Observation> recent) {
        return recent.subList(Math.max(0, recent.size() - LATEST), recent.size());
    }

    /**
     * Tells whether the weights are seen to move as before the onset. What is not seen is not
     * quiet.
     */
    private static boolean weightsQuiet(RunState state) {
        List<Double> growths =
                WEIGHTS.stream()
                        .flatMap(
                                signal ->
                                        growth(signal, state.reference(), state.recent()).stream())
                        .toList();
        return !growths.isEmpty() && growths.stream().allMatch(growth -> growth <= GROWN);
    }

    /** Returns how many times larger a signal is than before the onset. */
    private static Optional<Double> growth(
            Signal signal, List<Observation> reference, List<Observation> recent) {
        Optional<Double> now = Window.median(signal, latest(recent));
        return Window.median(signal, reference)
                .filter(before -> before > 0)
                .flatMap(before -> now.map(value -> value / before));
    }

    private static int nonFiniteInARow(List<Observation> recent) {
        int row = 0;
        for (Observation observation : recent) {
            boolean finite =
                    observation.step().values().values().stream().allMatch(Double::isFinite);
            row = finite ? 0 : row + 1;
        }
        return row;
    }
}
