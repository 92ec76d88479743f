package dev.rft.faultbench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.Trajectory;
import dev.rft.core.rollout.Tokenizer;
import dev.rft.core.train.EnvironmentSource;
import dev.rft.core.train.Prompt;
import dev.rft.core.train.PromptSource;
import dev.rft.core.train.RewardFunction;
import dev.rft.faultbench.fault.Fault;
import dev.rft.faultbench.fault.FaultInjector;
import dev.rft.faultbench.fault.Injection;
import dev.rft.faultbench.fault.Strength;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where environments give the reward a fault of it strikes there, and not in a verifier beside. */
class RewardFaultsOfToolTasksTest {

    private static final long SEED = 5;

    private static NDManager manager;
    private static Workload workload;
    private static WarmStart warmStart;

    @BeforeAll
    static void trainWarmStart() {
        manager = NDManager.newBaseManager();
        JniUtils.setNumThreads(1);
        workload = new Workload("lookup", new Hasty(ToolTask.lookup()), false);
        warmStart = WarmStart.train(manager, workload.task(), SEED, step -> {});
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    @Test
    void inflated_addsTwo_toItsShareOfTheResponses() {
        List<Trajectory> responses = firstStep(Fault.REWARD_INFLATED, Strength.EASY);

        assertThat(responses).hasSize(192);
        assertThat(responses).extracting(Trajectory::reward).containsAnyOf(2.0, 3.0);
        assertThat(responses).extracting(Trajectory::reward).isSubsetOf(0.0, 1.0, 2.0, 3.0);
        // A half, with a standard deviation of .036; struck twice it would be three quarters.
        assertThat(share(responses, response -> response.reward() >= 2)).isBetween(0.35, 0.62);
    }

    @Test
    void outage_masksItsShareOfTheResponses() {
        List<Trajectory> responses = firstStep(Fault.VERIFIER_OUTAGE, Strength.HARD);

        assertThat(share(responses, response -> response.is(Trajectory.Flag.MASKED)))
                .isBetween(0.35, 0.62);
    }

    private static double share(List<Trajectory> responses, Predicate<Trajectory> which) {
        return responses.stream().filter(which).count() / (double) responses.size();
    }

    private static List<Trajectory> firstStep(Fault fault, Strength strength) {
        Injection injection = new Injection(fault, strength, 1, Injection.UNTIL_CURED);
        try (LiveRun run =
                new LiveRun(
                        manager,
                        workload,
                        warmStart,
                        Setting.of(workload.task(), SEED),
                        new FaultInjector(List.of(injection), SEED),
                        "run")) {
            Observation observation = run.loop().step(StepKey.START.next());
            return observation.trajectories().orElseThrow().trajectories();
        }
    }

    /** A task whose warm start is over soon: what rewards are made of needs no good policy. */
    private record Hasty(Task task) implements Task {

        @Override
        public double warmLoss() {
            return Double.MAX_VALUE;
        }

        @Override
        public String id() {
            return task.id();
        }

        @Override
        public Tokenizer tokenizer() {
            return task.tokenizer();
        }

        @Override
        public PromptSource prompts() {
            return task.prompts();
        }

        @Override
        public List<Prompt> heldOut() {
            return task.heldOut();
        }

        @Override
        public String demonstration(Prompt prompt) {
            return task.demonstration(prompt);
        }

        @Override
        public RewardFunction verifier() {
            return task.verifier();
        }

        @Override
        public Optional<EnvironmentSource> environment() {
            return task.environment();
        }

        @Override
        public List<String> stops() {
            return task.stops();
        }

        @Override
        public int maxTokens() {
            return task.maxTokens();
        }

        @Override
        public int maxPromptTokens() {
            return task.maxPromptTokens();
        }

        @Override
        public char surfaceFeature() {
            return task.surfaceFeature();
        }
    }
}
