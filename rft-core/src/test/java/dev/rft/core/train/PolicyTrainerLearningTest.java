package dev.rft.core.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.core.rollout.Sampling;
import dev.rft.core.testing.EngineExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PolicyTrainerLearningTest {

    private static final RewardFunction EXACT =
            (prompt, response) -> response.equals(prompt.answer()) ? 1 : 0;

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    /** Prompts of two digits, answered by the first: the pairs divisible by three are held out. */
    @Test
    void step_fromAWeakWarmStart_learnsWhatWasHeldOut() {
        List<Prompt> train = new ArrayList<>();
        List<Prompt> heldOut = new ArrayList<>();
        for (int pair = 0; pair < 100; pair++) {
            String text = "" + pair / 10 + pair % 10;
            Prompt prompt = new Prompt(text + "=", text.substring(0, 1));
            (pair % 3 == 0 ? heldOut : train).add(prompt);
        }
        TinyTask task = new TinyTask(engine.manager());
        SupervisedTrainer warmUp =
                new SupervisedTrainer(task.model, TinyTask.TOKENIZER, task.adam, 1);
        for (int step = 0; step < 8; step++) {
            warmUp.step(train, 5e-3);
        }
        task.adam.reset();
        Evaluation evaluation = new Evaluation(TinyTask.TOKENIZER, heldOut, EXACT, 2);
        double before = evaluation.accuracy(task.model);
        PolicyTrainerParts parts =
                new PolicyTrainerParts(
                        task.model,
                        null,
                        TinyTask.TOKENIZER,
                        random -> train.get(random.nextInt(train.size())),
                        () -> EXACT,
                        task.advantages,
                        TinyTask.PLAIN,
                        task.adam,
                        evaluation);
        PolicyTrainerConfig config =
                new PolicyTrainerConfig(11, 16, 8, 1, new Sampling(2, 1), 5e-3, 1, 0);
        try (PolicyTrainer trainer = new PolicyTrainer(parts, config, "learning", () -> 0)) {
            StepKey key = StepKey.START.next();
            double firstReward = trainer.step(key).value(Signals.REWARD_MEAN).orElseThrow();
            Observation last = null;
            for (int step = 0; step < 60; step++) {
                key = key.next();
                last = trainer.step(key);
            }
            double after = evaluation.accuracy(task.model);

            assertThat(before).isLessThan(0.5);
            assertThat(after).isGreaterThan(0.85);
            assertThat(last.value(Signals.REWARD_MEAN).orElseThrow())
                    .isGreaterThan(firstReward + 0.3);
        }
    }
}
