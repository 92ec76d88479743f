package dev.rft.monitor.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Evidence;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

class EntropyFallTest {

    private static final double FIVE_PER_CENT = Math.log(1.05);

    private final EntropyFall rule = new EntropyFall();

    @Test
    void broken_entropyFallsAndTheRewardStays_isBrokenBeforeAChartCouldTell() {
        // From step 61 on a twentieth less each step; the medians are of 24.5 steps each, so that
        // a factor of 3 (22.5 steps) is full in step 61 + 25.
        OptionalLong alarm =
                first(140, step -> 0.4 * Math.exp(-FIVE_PER_CENT * after(60, step)), s -> 0.5);

        assertThat(alarm.orElseThrow()).isBetween(83L, 90L);
    }

    @Test
    void broken_entropyFallsAsFailuresDo_isLearning() {
        // Failures and entropy halve together every 8 steps, from step 61 on.
        LongToDoubleFunction halving = step -> Math.pow(0.5, after(60, step) / 8);

        assertThat(first(120, step -> 0.4 * halving.applyAsDouble(step), rising(halving)))
                .isEmpty();
        assertThat(first(120, step -> 0.4 * halving.applyAsDouble(step), step -> 0.5)).isPresent();
    }

    @Test
    void broken_asFastAsTheRunHasShownBefore_isUsual() {
        // A factor of 2 in 24 steps, always, whatever the reward; then of 3.5.
        double slow = Math.log(2) / 24;
        double faster = Math.log(3.5) / 24;

        assertThat(first(300, step -> 8 * Math.exp(-slow * step), step -> 0.5)).isEmpty();
        assertThat(
                        first(
                                300,
                                step ->
                                        8
                                                * Math.exp(
                                                        -slow * Math.min(step, 100)
                                                                - faster * after(100, step)),
                                step -> 0.5))
                .isEmpty();
    }

    @Test
    void broken_inTheFirstStepsOfARun_isNotJudged() {
        assertThat(first(79, step -> 0.4 * Math.exp(-0.2 * step), step -> 0.5)).isEmpty();
    }

    @Test
    void broken_wildSteps_orValuesThatSayNothing_areNoFall() {
        assertThat(first(200, step -> step % 5 == 0 ? 0 : 0.4, step -> 0.5)).isEmpty();
        assertThat(first(200, step -> step > 60 ? Double.NaN : 0.4, step -> 0.5)).isEmpty();
        assertThat(first(200, step -> step > 60 ? -1 : 0.4, step -> 0.5)).isEmpty();
    }

    @Test
    void broken_entropyThatWanders_isJudgedByHowItDoes() {
        // Swings by a factor of 2 up and down, in 60 steps, are usual here; a fall by 3.5 is not
        // much.
        LongToDoubleFunction swings = step -> 0.4 * Math.exp(0.35 * Math.sin(step * Math.PI / 30));
        double fall = Math.log(3.5) / 24;

        assertThat(first(400, swings, step -> 0.5)).isEmpty();
        assertThat(
                        first(
                                260,
                                step ->
                                        swings.applyAsDouble(step)
                                                * Math.exp(-fall * after(200, step)),
                                step -> 0.5))
                .isEmpty();
    }

    @Test
    void broken_inALogThatWentBack_isNotSinceAStepToCome() {
        for (long step = 501; step <= 600; step++) {
            broken(observation(step, 0.4, 0.5));
        }
        for (long step = 100; step < 120; step++) {
            long present = step;
            broken(observation(step, 0.01, 0.5))
                    .ifPresent(
                            e -> assertThat(e.onset().orElseThrow()).isLessThanOrEqualTo(present));
        }
        assertThat(broken(observation(120, 0.01, 0.5))).isPresent();
    }

    @Test
    void broken_withoutRewards_saysNothing() {
        for (long step = 1; step < 200; step++) {
            double entropy = step > 60 ? 1e-3 : 0.4;
            assertThat(broken(Observation.of(step, Map.of(Signals.ENTROPY, entropy)))).isEmpty();
        }
    }

    @Test
    void broken_evidence_saysWhatWasSeenWhatWasExpectedAndSinceWhen() {
        Evidence evidence = null;
        for (long step = 1; step <= 100 && evidence == null; step++) {
            double entropy = 0.4 * Math.exp(-FIVE_PER_CENT * after(60, step));
            evidence = broken(observation(step, entropy, 0.5)).orElse(null);
        }

        assertThat(evidence).isNotNull();
        assertThat(evidence.signal()).isEqualTo(Signals.ENTROPY);
        assertThat(evidence.observed()).isBetween(0.1, 0.4 / 3);
        assertThat(evidence.expected())
                .isEqualTo("at least 0.1333, by entropy and reward 24 values before");
        assertThat(evidence.onset().orElseThrow()).isBetween(55L, 68L);
    }

    private OptionalLong first(
            long steps, LongToDoubleFunction entropy, LongToDoubleFunction reward) {
        EntropyFall fresh = new EntropyFall();
        for (long step = 1; step <= steps; step++) {
            Observation seen =
                    observation(step, entropy.applyAsDouble(step), reward.applyAsDouble(step));
            if (fresh.broken(seen, () -> Double.NaN).isPresent()) {
                return OptionalLong.of(step);
            }
        }
        return OptionalLong.empty();
    }

    private Optional<Evidence> broken(Observation observation) {
        return rule.broken(observation, () -> Double.NaN);
    }

    private static Observation observation(long step, double entropy, double reward) {
        Map<Signal, Double> values = new HashMap<>();
        values.put(Signals.ENTROPY, entropy);
        values.put(Signals.REWARD_MEAN, reward);
        values.put(Signals.REWARD_MAX, 1.0);
        return Observation.of(step, values);
    }

    private static LongToDoubleFunction rising(LongToDoubleFunction halving) {
        return step -> 1 - 0.5 * halving.applyAsDouble(step);
    }

    private static double after(long onset, long step) {
        return Math.max(0, step - onset);
    }
}
