package dev.rft.faultbench.bench;

import ai.djl.ndarray.NDManager;
import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.Trajectory;
import dev.rft.core.train.Prompt;
import dev.rft.core.train.PromptSource;
import dev.rft.faultbench.fault.FaultInjector;
import dev.rft.faultbench.workload.LiveRun;
import dev.rft.faultbench.workload.Setting;
import dev.rft.faultbench.workload.WarmStart;
import dev.rft.faultbench.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Finds prompts that a policy solves whenever it tries, by letting it try. */
final class SolvedSearch {

    private static final int BATCHES = 40;
    private static final int KEPT = 48;

    private SolvedSearch() {}

    /**
     * Samples many prompts, and those that went best once more.
     *
     * @param manager the parent of what the search needs
     * @param workload the workload
     * @param warmStart its warm start
     * @param state the policy; borrowed
     * @param seed what is tried follows from it
     * @return training prompts, those that were missed least
     */
    static List<Prompt> search(
            NDManager manager,
            Workload workload,
            WarmStart warmStart,
            LoopSnapshot state,
            long seed) {
        Tries tries = new Tries(workload.task().prompts());
        Setting setting = Setting.of(workload.task(), seed).withPrompts(tries);
        try (LiveRun scout =
                new LiveRun(
                        manager,
                        workload,
                        warmStart,
                        setting,
                        new FaultInjector(List.of(), seed),
                        "scout")) {
            scout.trainer().restore(state);
            Map<Prompt, Double> missed = new LinkedHashMap<>();
            for (int batch = 1; batch <= BATCHES; batch++) {
                tries.sample(scout, batch, missed);
            }
            tries.again = best(missed, 2 * KEPT);
            missed.keySet().retainAll(tries.again);
            int perBatch = setting.promptsPerStep();
            for (int batch = 1; batch * perBatch <= tries.again.size(); batch++) {
                tries.sample(scout, BATCHES + batch, missed);
            }
            return best(missed, KEPT);
        }
    }

    /** Sorting keeps the order of equals, so that the same seed finds the same. */
    private static List<Prompt> best(Map<Prompt, Double> missed, int count) {
        return missed.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .limit(count)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Remembers which prompts were drawn, in the order of their groups. */
    private static final class Tries implements PromptSource {

        private final PromptSource usual;
        private final List<Prompt> drawn = new ArrayList<>();
        private List<Prompt> again = List.of();
        private int next;

        Tries(PromptSource usual) {
            this.usual = usual;
        }

        @Override
        public Prompt draw(RandomGenerator random) {
            Prompt prompt = again.isEmpty() ? usual.draw(random) : again.get(next++ % again.size());
            drawn.add(prompt);
            return prompt;
        }

        /** Adds how much one batch of responses has missed of the full reward. */
        void sample(LiveRun scout, int batch, Map<Prompt, Double> missed) {
            drawn.clear();
            List<Trajectory> responses =
                    scout.trainer().collect(new StepKey(0, batch, 0)).trajectories().trajectories();
            for (Trajectory response : responses) {
                missed.merge(drawn.get(response.group()), 1 - response.reward(), Double::sum);
            }
        }
    }
}
