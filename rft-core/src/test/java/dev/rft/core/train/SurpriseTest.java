package dev.rft.core.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.Trajectory;
import dev.rft.core.rollout.LogitsProcessor;
import dev.rft.core.rollout.Sampling;
import dev.rft.core.testing.EngineExtension;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a step tells about its sampler and its advantages beyond their means. */
class SurpriseTest {

    private static final int STEPS = 40;

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private double[] surprises(RolloutSource source, Sampling sampling) {
        TinyTask task = new TinyTask(engine.manager());
        task.plan = CollectPlan.plain().from(source);
        task.objective = TinyTask.PLAIN;
        task.config = new PolicyTrainerConfig(5, 8, 8, 1, sampling, 1e-3, 1, 0);
        double[] all = new double[STEPS];
        try (PolicyTrainer trainer = task.trainer()) {
            StepKey key = StepKey.START;
            for (int i = 0; i < STEPS; i++) {
                key = key.next();
                all[i] = trainer.step(key).value(Signals.ROLLOUT_SURPRISE).orElse(Double.NaN);
            }
        }
        return all;
    }

    @Test
    void surprise_ofTokensThatThePolicyDrew_isNoiseAboutZeroAtAnyTemperature() {
        for (double temperature : new double[] {1, 0.7}) {
            double[] noise = surprises(RolloutSource.sampler(), new Sampling(3, temperature));
            double mean = Arrays.stream(noise).average().orElseThrow();
            double variance =
                    Arrays.stream(noise).map(x -> (x - mean) * (x - mean)).sum() / (STEPS - 1);
            assertThat(Math.abs(mean)).isLessThan(4 * Math.sqrt(variance / STEPS));
            assertThat(Math.sqrt(variance)).isBetween(0.2, 3.0);
        }
    }

    @Test
    void surprise_ofAColderSampler_isBelowZeroAndOfAnotherOneAbove() {
        LogitsProcessor colder = (logits, responses) -> logits.div(0.1f);
        LogitsProcessor other = (logits, responses) -> logits.mul(-3f);
        Sampling sampling = new Sampling(3, 1);
        assertThat(Arrays.stream(surprises(RolloutSource.sampler().processedBy(colder), sampling)))
                .allMatch(value -> value < -2);
        assertThat(Arrays.stream(surprises(RolloutSource.sampler().processedBy(other), sampling)))
                .allMatch(value -> value > 2);
    }

    @Test
    void surprise_ofATruncatedDistribution_isNotTold() {
        Sampling topK = new Sampling(3, 1).withTopK(3);
        assertThat(surprises(RolloutSource.sampler(), topK)).containsOnly(Double.NaN);
    }

    @Test
    void observe_advantagesOfTheTasksReward_areThoseOfTheTrajectories() {
        TinyTask task = new TinyTask(engine.manager());
        try (PolicyTrainer trainer = task.trainer()) {
            List<Trajectory> all =
                    trainer.step(StepKey.START.next()).trajectories().orElseThrow().trajectories();
            for (int start = 0; start < all.size(); start += 4) {
                List<Trajectory> group = all.subList(start, start + 4);
                double mean =
                        group.stream().mapToDouble(Trajectory::reward).average().orElseThrow();
                for (Trajectory member : group) {
                    double better = member.reward() - mean;
                    assertThat(member.advantage().orElseThrow() * better)
                            .as("of reward %s at a mean of %s", member.reward(), mean)
                            .isGreaterThanOrEqualTo(0.5 * better * better);
                }
            }
        }
    }

    @Test
    void observe_advantagesOfACriticOrOfAnotherReward_areNot() {
        TinyTask critic = new TinyTask(engine.manager());
        critic.addEverything(engine.manager());
        TinyTask shaped = new TinyTask(engine.manager());
        shaped.plan = CollectPlan.plain().shaped((reward, length) -> reward - 0.1 * length);
        for (TinyTask task : List.of(critic, shaped)) {
            try (PolicyTrainer trainer = task.trainer()) {
                assertThat(
                                trainer.step(StepKey.START.next())
                                        .trajectories()
                                        .orElseThrow()
                                        .trajectories())
                        .extracting(Trajectory::advantage)
                        .containsOnly(OptionalDouble.empty());
            }
        }
    }
}
