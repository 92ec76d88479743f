package dev.rft.core.train;

import dev.rft.api.control.TrainingLoop;
import dev.rft.core.optim.AdaptiveClip;
import dev.rft.core.optim.Schedule;
import dev.rft.core.policy.AdaptiveKl;
import dev.rft.core.policy.KlEstimator;
import dev.rft.core.testing.EngineExtension;
import dev.rft.testkit.TrainingLoopContract;
import java.util.IdentityHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The trainer keeps the contract of training loops, with one update per batch and with two, with a
 * critic, and with what steers updates.
 */
class PolicyTrainerContractTest {

    private abstract static class Contract implements TrainingLoopContract {

        @RegisterExtension final EngineExtension engine = new EngineExtension();

        private final IdentityHashMap<PolicyTrainer, TinyTask> tasks = new IdentityHashMap<>();

        abstract TinyTask task();

        @Override
        public TrainingLoop loop() {
            TinyTask task = task();
            PolicyTrainer trainer = task.trainer();
            tasks.put(trainer, task);
            return trainer;
        }

        @Override
        public Object state(TrainingLoop loop) {
            return tasks.get(loop).bits();
        }

        @AfterEach
        void closeTrainers() {
            tasks.keySet().forEach(PolicyTrainer::close);
        }
    }

    @Nested
    class OneUpdate extends Contract {
        @Override
        TinyTask task() {
            return new TinyTask(engine.manager());
        }
    }

    @Nested
    class TwoUpdates extends Contract {
        @Override
        TinyTask task() {
            TinyTask task = new TinyTask(engine.manager());
            task.config = TinyTask.config(2);
            return task;
        }
    }

    @Nested
    class WithEntropyBonus extends Contract {
        @Override
        TinyTask task() {
            TinyTask task = new TinyTask(engine.manager());
            task.objective = TinyTask.PULLED.withEntropyBonus(0.01);
            return task;
        }
    }

    /**
     * PPO. Without periodic resets, which change the state in a step whose update is discarded,
     * too.
     */
    @Nested
    class WithCriticAndControl extends Contract {
        @Override
        TinyTask task() {
            TinyTask task = new TinyTask(engine.manager());
            task.addEverything(engine.manager());
            task.config =
                    TinyTask.config(2)
                            .withMicroBatch(3)
                            .withControl(
                                    UpdateControl.none()
                                            .withKlInReward(new KlPenalty(KlEstimator.K1, 0.1))
                                            .withAdaptiveKl(new AdaptiveKl(0.1, 0.02, 50))
                                            .withSchedule(Schedule.cosine(2, 8, 0.1))
                                            .withAdaptiveClip(
                                                    new AdaptiveClip.Config(1, 0.9, 1, 2)));
            return task;
        }
    }
}
